"""How much a share that was counted may be off."""

from __future__ import annotations

from math import sqrt
from typing import Final

# Standard normal quantile of a two-sided interval of 95 %.
_Z: Final = 1.959964


def wilson(successes: int, samples: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927): honest also for 16 of 16.

    Parameters
    ----------
    successes : int
        From 0 to `samples`.
    samples : int
        1 or more.

    Raises
    ------
    ValueError
        If the counts break their rule.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(16, 16)]
    [0.806, 1.0]
    """
    if not 0 <= successes <= samples or samples < 1:
        raise ValueError(f"successes must be from 0 to samples, 1 or more: {successes}, {samples}")
    share, weight = successes / samples, _Z * _Z / samples
    centre = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * sqrt(share * (1 - share) / samples + weight / (4 * samples))
    # Where all or none succeeded, that end is exact, and rounding must not move it.
    low = centre - half if successes else 0.0
    return low, centre + half if successes < samples else 1.0
