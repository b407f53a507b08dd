"""Learn the weights of the package from labelled texts.

    python -m aurum_plugins.sentiment.scoring.fit_weights tests/labelled_sentiment/training --trials

Each line of each file is {"text": ..., "label": -1 | 0 | 1}. Weights learned from all are written
into the package. With --trials it first prints, file by file, how well weights learned from the
others do, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.progress import track
from scipy.sparse import csr_array, hstack
from sklearn.linear_model import LogisticRegression

from aurum_plugins.sentiment.scoring.evidence import VIEWS, evidence
from aurum_plugins.sentiment.scoring.label import label_of
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.scoring.text_figures import text_figures
from aurum_plugins.sentiment.scoring.vader_scorer import VaderScorer
from aurum_plugins.sentiment.scoring.weights import CLASSES, Weights, row_of, save_weights

# Sequences kept, those that count most; accuracy does not change beyond.
KEPT: Final = 40_000
# Inverse strength of the regularisation.
STRENGTH: Final = 4.0
FEWEST_TEXTS: Final = 2
TARGET: Final = Path(__file__).parent / "weights" / "learned-1.npz"

_Raw: Final = argparse.RawDescriptionHelpFormatter

Rows = list[dict[str, Any]]
Places = dict[str, dict[str, int]]


class Fit:
    """Learns from labelled texts; what a text holds is worked out once."""

    def __init__(self) -> None:
        self._rules = VaderScorer()
        self._known: dict[str, tuple[dict[str, list[str]], list[float]] | None] = {}

    def fit(self, rows: Rows, version: str) -> Weights:
        """Weights learned from rows; those that are not about crypto teach nothing."""
        known = [(self._of(row["text"]), row["label"]) for row in rows]
        found = [(parts, label) for parts, label in known if parts is not None]
        labels = [label for _, label in found]
        texts = [parts for parts, _ in found]
        places, idf = _vocabulary([held for held, _ in texts])
        weights = self._fitted(version, texts, labels, places, idf)
        counts = _table([held for held, _ in texts], places, idf)
        size = np.abs(weights.of_sequences).max(axis=1) * np.sqrt((counts**2).mean(axis=0))
        kept = set(np.argsort(-size)[:KEPT].tolist())
        places, idf = _only(places, idf, kept)
        return self._fitted(version, texts, labels, places, idf)

    def _of(self, text: str) -> tuple[dict[str, list[str]], list[float]] | None:
        if text not in self._known:
            read = self._rules.read(text)
            self._known[text] = (
                None
                if read is None
                else (
                    evidence(read.words, read.units),
                    text_figures(read.words, read.units, read.score),
                )
            )
        return self._known[text]

    def _fitted(
        self,
        version: str,
        texts: list[tuple[dict[str, list[str]], list[float]]],
        labels: list[int],
        places: Places,
        idf: np.ndarray,
    ) -> Weights:
        counts = _table([held for held, _ in texts], places, idf)
        figures = np.array([figures for _, figures in texts])
        model = LogisticRegression(C=STRENGTH, max_iter=5_000)
        model.fit(hstack([counts, csr_array(figures)]).tocsr(), labels)
        if tuple(model.classes_) != CLASSES:
            raise SystemExit(f"labels must be {CLASSES}, got {tuple(model.classes_)}")
        learned = model.coef_.T
        return Weights(
            version, places, idf, learned[: len(idf)], learned[len(idf) :], model.intercept_
        )


def _vocabulary(texts: list[dict[str, list[str]]]) -> tuple[Places, np.ndarray]:
    places: Places = {}
    idf: list[float] = []
    for view in VIEWS:
        having = Counter(one for held in texts for one in set(held[view]))
        known = sorted(one for one, times in having.items() if times >= FEWEST_TEXTS)
        places[view] = {one: len(idf) + number for number, one in enumerate(known)}
        idf += [float(np.log((1 + len(texts)) / (1 + having[one])) + 1) for one in known]
    return places, np.array(idf)


def _only(places: Places, idf: np.ndarray, kept: set[int]) -> tuple[Places, np.ndarray]:
    chosen: Places = {}
    old: list[int] = []
    for view, known in places.items():
        names = [one for one, place in known.items() if place in kept]
        chosen[view] = {one: len(old) + number for number, one in enumerate(names)}
        old += [known[one] for one in names]
    return chosen, idf[old]


def _table(texts: list[dict[str, list[str]]], places: Places, idf: np.ndarray) -> csr_array:
    starts, columns, values = [0], [], []
    for one in texts:
        rows, counts = row_of(one, places, idf)
        columns += rows
        values += counts
        starts.append(len(columns))
    return csr_array((values, columns, starts), shape=(len(texts), len(idf)))


def right(rows: Rows, weights: Weights) -> int:
    """How many rows are given their label."""
    scorer = LearnedScorer(weights)
    scores = scorer.score([row["text"] for row in rows])
    return sum(label_of(score) == row["label"] for score, row in zip(scores, rows, strict=True))


def try_out(fit: Fit, sets: Mapping[str, Rows]) -> None:
    """Print how well weights do on each file that were learned from the others."""
    total = 0
    for name, rows in track(sets.items(), "Trying out"):
        others = [row for other, held in sets.items() if other != name for row in held]
        found = right(rows, fit.fit(others, "trial"))
        total += found
        print(f"{name}: {found / len(rows):.3f} of {len(rows)}")
    print(f"all: {total / sum(map(len, sets.values())):.3f}")


def main(arguments: Sequence[str], target: Path = TARGET) -> None:
    """Learn from the files of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Raw)
    parser.add_argument("folder", type=Path, help="has files of labelled texts, *.jsonl")
    parser.add_argument("--trials", action="store_true", help="show how good they are")
    asked = parser.parse_args(arguments)
    files = sorted(asked.folder.glob("*.jsonl"))
    if not files:
        parser.error(f"{asked.folder}: there is no *.jsonl")
    sets = {file.name: rows_of(file) for file in files}
    fit = Fit()
    if asked.trials:
        try_out(fit, sets)
    rows = [row for held in sets.values() for row in held]
    save_weights(target, fit.fit(rows, target.stem))
    print(f"{target}: {len(rows)} texts, {target.stat().st_size / 1e6:.2f} MB")


def rows_of(file: Path) -> Rows:
    """Rows of a file of labelled texts."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
