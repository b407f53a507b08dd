"""Mentions and spans of listening, and a mood worked out the slow way, item by item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt

import numpy as np

from aurum_plugins.sentiment.store.mentions import Coverage, Mentions

# When it was seen, its score, its weight.
Told = tuple[int, float, float]
NEVER = Coverage(np.empty(0, np.int64), np.empty(0, np.int64))


def mentions_of(told: Iterable[Told]) -> Mentions:
    """As a reader gives them: in order of the time seen."""
    rows = sorted(told, key=lambda item: item[0])
    return Mentions(
        np.array([seen for seen, _, _ in rows], dtype=np.int64),
        np.array([score for _, score, _ in rows], dtype=np.float64),
        np.array([weight for _, _, weight in rows], dtype=np.float64),
    )


def spans_of(*spans: tuple[int, int]) -> Coverage:
    """Spans of listening, sorted and apart."""
    table = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return Coverage(table[:, 0].copy(), table[:, 1].copy())


def slow_mood(
    told: Sequence[Told], at_ms: int, half_life_ms: float, half_lives: float = np.inf
) -> tuple[float, float, float]:
    """Mean, count and dispersion from their definition; older items than so many do not count."""
    known = [
        (score, weight * 2.0 ** (-(at_ms - seen) / half_life_ms))
        for seen, score, weight in told
        if at_ms - half_lives * half_life_ms <= seen <= at_ms
    ]
    count = sum(weight for _, weight in known)
    if not count:
        return 0.0, 0.0, 0.0
    mean = sum(score * weight for score, weight in known) / count
    squares = sum((score - mean) ** 2 * weight for score, weight in known)
    return mean, count, sqrt(squares / count)
