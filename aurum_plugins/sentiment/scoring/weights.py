"""Weights learned from labelled texts, on top of what the rules make of a text.

A sequence counts (1 + ln of how often it is there) times ln((1 + texts) / (1 + texts with it)) + 1,
and each view's counts are scaled to length 1 (tf-idf with sublinear term frequency, Manning,
Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 6.4). A multinomial
logistic regression on these and on the rules' figures gives the probabilities.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from aurum_plugins.sentiment.scoring.errors import WordListRefused
from aurum_plugins.sentiment.scoring.evidence import VIEWS
from aurum_plugins.sentiment.scoring.text_figures import FIGURES

FloatArray = npt.NDArray[np.float64]

# Bad, neutral, good: the columns of all weights.
CLASSES: Final = (-1, 0, 1)
# Also the end of a line is a token.
_SEPARATOR: Final = "\0"


@dataclass(frozen=True, eq=False)
class Weights:
    """A fitted model.

    Attributes
    ----------
    version : str
        Name of the file, "learned-1".
    places : mapping of str to mapping of str to int
        By view, the row of each sequence that is known.
    idf : ndarray of float64, shape (f,)
    of_sequences : ndarray of float64, shape (f, 3)
    of_figures : ndarray of float64, shape (len(FIGURES), 3)
    intercept : ndarray of float64, shape (3,)
    """

    version: str
    places: Mapping[str, Mapping[str, int]]
    idf: FloatArray
    of_sequences: FloatArray
    of_figures: FloatArray
    intercept: FloatArray

    def probabilities(
        self, evidence: Mapping[str, Sequence[str]], figures: Sequence[float]
    ) -> FloatArray:
        """How likely a text is bad, neutral and good, shape (3,)."""
        rows, counts = row_of(evidence, self.places, self.idf)
        logits = self.intercept + np.asarray(figures) @ self.of_figures
        if rows:
            logits = logits + np.asarray(counts) @ self.of_sequences[rows]
        grown = np.exp(logits - logits.max())
        shares: FloatArray = grown / grown.sum()
        return shares


def row_of(
    evidence: Mapping[str, Sequence[str]],
    places: Mapping[str, Mapping[str, int]],
    idf: FloatArray,
) -> tuple[list[int], list[float]]:
    """Places of the sequences of one text that are known, and what each counts."""
    rows: list[int] = []
    counts: list[float] = []
    for view, sequences in evidence.items():
        known = places[view]
        found = Counter(place for one in sequences if (place := known.get(one)) is not None)
        weighed = [(1.0 + math.log(times)) * idf[place] for place, times in found.items()]
        length = math.sqrt(sum(one * one for one in weighed))
        rows += found
        counts += [one / length for one in weighed]
    return rows, counts


def save_weights(file: Path, weights: Weights) -> None:
    """Write weights so that `load_weights` reads them; half precision is enough."""
    names = {
        f"names_{view}": np.frombuffer(
            _SEPARATOR.join(sorted(known, key=known.__getitem__)).encode(), np.uint8
        )
        for view, known in weights.places.items()
    }
    np.savez_compressed(
        file,
        allow_pickle=False,
        idf=weights.idf.astype(np.float16),
        of_sequences=weights.of_sequences.astype(np.float16),
        of_figures=weights.of_figures.astype(np.float32),
        intercept=weights.intercept.astype(np.float32),
        **names,
    )


@cache
def load_weights(version: str) -> Weights:
    """Read `weights/<version>.npz`; once.

    Raises
    ------
    WordListRefused
        If its parts do not fit together.
    """
    name = f"weights/{version}.npz"
    with (
        resources.files(__package__).joinpath(name).open("rb") as file,
        np.load(file, allow_pickle=False) as parts,
    ):
        first = 0
        places: dict[str, dict[str, int]] = {}
        for view in VIEWS:
            names = parts[f"names_{view}"].tobytes().decode()
            known = names.split(_SEPARATOR) if names else []
            places[view] = {one: first + number for number, one in enumerate(known)}
            first += len(known)
        weights = Weights(
            version,
            places,
            *(
                parts[part].astype(np.float64)
                for part in ("idf", "of_sequences", "of_figures", "intercept")
            ),
        )
    shapes = (weights.idf.shape, weights.of_sequences.shape, weights.of_figures.shape)
    if shapes != ((first,), (first, len(CLASSES)), (len(FIGURES), len(CLASSES))):
        raise WordListRefused(name, 0, f"its parts must fit {first} sequences, got {shapes}")
    return weights
