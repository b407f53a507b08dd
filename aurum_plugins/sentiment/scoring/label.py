"""From a score to one of three classes."""

from __future__ import annotations

from typing import Final, Literal

# A score this far from 0 says something: one mild word on VADER's scale.
THRESHOLD: Final = 0.18


def label_of(score: float) -> Literal[-1, 0, 1]:
    """Bad, neutral or good.

    Examples
    --------
    >>> label_of(-0.6), label_of(0.1), label_of(0.18)
    (-1, 0, 1)
    """
    if score >= THRESHOLD:
        return 1
    return -1 if score <= -THRESHOLD else 0
