"""Whether the mean result of some trades is under a floor, and how likely that is chance.

The statistic is the one-sided t test's,

    W = (mean - floor) / s,   s = std of the results, n in the denominator

after Hall's transformation, which takes out the skewness g of the results:

    T = sqrt(n) (W + g W^2 / 3 + g^2 W^3 / 27 + g / (6 n))

compared with Student's t of n - 1 degrees of freedom. Trend followers lose a little often and win
a lot seldom; on such results the plain t test takes bad luck for a lost edge far too often, and a
sign test, which asks about the median, would lock every one of them.

References
----------
P. Hall, "On the removal of skewness by transformation", Journal of the Royal Statistical Society
B 54 (1992).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

# Of the largest result: what floats leave of a spread that is none.
ROUNDING = 1e-12


@dataclass(frozen=True)
class PairExpectancy:
    """What the results of a pair say.

    Attributes
    ----------
    mean : float
        Mean net result a trade, as a share of the stake; NaN if a result is not known.
    chance : float
        How likely a mean this low or lower is if the true one is at the floor, in [0, 1]; NaN if a
        result is not known.
    """

    mean: float
    chance: float


def pair_expectancy(results: Sequence[float], floor: float) -> PairExpectancy:
    """Judge the mean of `results` against `floor`.

    Parameters
    ----------
    results : sequence of float, at least two
        Net results as shares of the stake.
    floor : float
        In the same unit.

    Raises
    ------
    ValueError
        For fewer than two results.

    Examples
    --------
    >>> judged = pair_expectancy([-0.02, -0.01, -0.03, -0.02, -0.02], floor=0.0)
    >>> round(judged.mean, 4), judged.chance < 0.01
    (-0.02, True)
    """
    x = np.asarray(results, dtype=float)
    if x.size < 2:  # noqa: PLR2004
        raise ValueError(f"results: at least two are needed (got {x.size})")
    if not np.isfinite(x).all():
        return PairExpectancy(math.nan, math.nan)
    n, mean = x.size, float(x.mean())
    deviations = x - mean
    spread = math.sqrt(float(np.mean(deviations**2)))
    largest = max(float(np.abs(x).max()), abs(floor))
    if spread <= ROUNDING * largest:
        return PairExpectancy(mean, float(mean >= floor - ROUNDING * largest))
    skewness = float(np.mean((deviations / spread) ** 3))
    w = (mean - floor) / spread
    centred = w + skewness * w**2 / 3 + skewness**2 * w**3 / 27 + skewness / (6 * n)
    # The plain test has n - 1 in the denominator of s.
    statistic = math.sqrt(n - 1) * centred
    return PairExpectancy(mean, float(stdtr(n - 1, statistic)))
