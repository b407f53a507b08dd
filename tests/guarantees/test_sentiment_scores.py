"""What the scorer is worth, on texts written for this project and labelled by hand.

The lexicon was made with one half in sight; the other half was never looked at. Run with -s for the
tables.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.event_detector import EventDetector
from aurum_plugins.sentiment.scoring.label import label_of
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer

FOLDER = Path(__file__).parents[1] / "labelled_sentiment"
CLASSES = (-1, 0, 1)
# VADER's own threshold for its three classes.
VADER_THRESHOLD = 0.05

Rows = list[dict[str, Any]]


def rows_of(half: str) -> Rows:
    path = FOLDER / f"{half}.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def confusion(rows: Rows, label: Callable[[str], int]) -> Counter[tuple[int, int]]:
    return Counter((row["label"], label(row["text"])) for row in rows)


def accuracy(table: Counter[tuple[int, int]]) -> float:
    return sum(table[kind, kind] for kind in CLASSES) / table.total()


def macro_f1(table: Counter[tuple[int, int]]) -> float:
    found = []
    for kind in CLASSES:
        said = sum(table[other, kind] for other in CLASSES)
        true = sum(table[kind, other] for other in CLASSES)
        found.append(2 * table[kind, kind] / (said + true) if said + true else 0.0)
    return sum(found) / len(found)


def show(name: str, table: Counter[tuple[int, int]]) -> None:
    print(f"\n{name}: accuracy {accuracy(table):.3f}, macro-F1 {macro_f1(table):.3f}")
    print("  labelled as   ->  bad  neutral  good")
    for kind, word in zip(CLASSES, ("bad", "neutral", "good")):
        print(f"  {word:14}  {table[kind, -1]:5} {table[kind, 0]:8} {table[kind, 1]:5}")


def ours() -> Callable[[str], int]:
    scorer = LearnedScorer()
    return lambda text: label_of(float(scorer.score([text])[0]))


def plain_vader() -> Callable[[str], int]:
    analyzer = SentimentIntensityAnalyzer()

    def label(text: str) -> int:
        score = analyzer.polarity_scores(text)["compound"]
        return 1 if score >= VADER_THRESHOLD else -1 if score <= -VADER_THRESHOLD else 0

    return label


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_scores_well_beside_plain_vader(half: str) -> None:
    rows = rows_of(half)
    table, plain = confusion(rows, ours()), confusion(rows, plain_vader())
    show(f"{half}, {len(rows)} items", table)
    show(f"{half}, plain VADER", plain)
    assert accuracy(table) >= 0.85
    assert macro_f1(table) >= 0.80
    assert accuracy(table) > accuracy(plain)


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_finds_the_coins(half: str) -> None:
    rows = rows_of(half)
    linker = EntityLinker()
    labelled = {coin for row in rows for coin in row["coins"]}
    right = said = true = 0
    for row in rows:
        found = set(linker.subjects(row["text"])) & labelled
        right += len(found & set(row["coins"]))
        said += len(found)
        true += len(row["coins"])
    print(f"\n{half}, coins: precision {right / said:.3f}, recall {right / true:.3f}")
    assert right / said >= 0.9
    assert right / true >= 0.85


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_sees_no_event_in_texts_that_are_not_bad(half: str) -> None:
    detector = EventDetector()
    rows = [row for row in rows_of(half) if row["label"] >= 0]
    false = [row["text"] for row in rows if detector.event(row["text"])]
    print(f"\n{half}: {len(false)} false events in {len(rows)} texts")
    assert len(false) <= len(rows) // 100
