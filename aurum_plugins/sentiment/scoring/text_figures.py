"""What the rules make of a text, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aurum_plugins.sentiment.scoring.label import THRESHOLD
from aurum_plugins.sentiment.scoring.reading import Unit

FIGURES: Final = (
    *("score", "good", "bad", "is_neutral", "is_good", "is_bad"),
    *("sum_good", "sum_bad", "terms", "is_zero", "question", "length"),
    *("last", "first", "best", "worst"),
)
# So that all are of about the size of 1.
_TERMS: Final = 5.0
_WORDS: Final = 30.0
_LARGEST: Final = 4.0  # of VADER's scale


def text_figures(words: Sequence[str], units: Sequence[Unit], score: float) -> list[float]:
    """Numbers in the order of `FIGURES`.

    Parameters
    ----------
    words : sequence of str
    units : sequence of Unit
        After the grammar was applied.
    score : float
        Of the rules, in [-1, 1].
    """
    values = [unit.value for unit in units if unit.value]
    told = values or [0.0]
    return [
        *(score, max(score, 0.0), max(-score, 0.0)),
        *(float(abs(score) < THRESHOLD), float(score >= THRESHOLD), float(score <= -THRESHOLD)),
        sum(value for value in values if value > 0) / _LARGEST,
        sum(value for value in values if value < 0) / _LARGEST,
        len(values) / _TERMS,
        float(score == 0),
        float("?" in words),
        len(words) / _WORDS,
        *(told[-1] / _LARGEST, told[0] / _LARGEST, max(told) / _LARGEST, min(told) / _LARGEST),
    ]
