"""The middle of values that do not all weigh the same."""

from __future__ import annotations

from collections.abc import Sequence

# Weights are sums of floats: a half is met up to their rounding.
_ROUNDING = 1e-12


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted median; the mean of the lower and the upper one where the weights split in half.

    Parameters
    ----------
    values : sequence of shape (n,)
        In ascending order, n >= 1.
    weights : sequence of shape (n,)
        0 or more, finite, not all 0.

    References
    ----------
    F. Y. Edgeworth, "On a new method of reducing observations relating to several quantities",
    Philosophical Magazine 25 (1888); T. H. Cormen, C. E. Leiserson, R. L. Rivest, C. Stein,
    "Introduction to Algorithms", problem 9-2: the lower weighted median is the value with less
    than half of the weight below it and at most half above it.

    Examples
    --------
    >>> weighted_median([1.0, 2.0, 3.0], [1.0, 1.0, 3.0])
    3.0
    >>> weighted_median([1.0, 2.0, 3.0], [1.0, 1.0, 2.0])
    2.5
    """
    half = sum(weights) / 2
    below = 0.0
    lower: float | None = None
    for value, weight in zip(values, weights):
        if weight <= 0:
            continue
        if lower is not None:
            return lower + (value - lower) / 2
        below += weight
        if below > half * (1 + _ROUNDING):
            return value
        if below >= half * (1 - _ROUNDING):
            lower = value
    raise ValueError(f"weights must be 0 or more and not all 0, got {list(weights)}")
