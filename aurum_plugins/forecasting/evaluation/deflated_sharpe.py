"""How likely a Sharpe ratio is to be more than luck, after so many tries.

With `SR` the mean return over its standard deviation, `T` the number of returns, `g3` their skew
and `g4` their kurtosis (3 of a normal distribution), the probabilistic Sharpe ratio is the
probability that the true ratio lies above a benchmark `B`:

    Phi((SR - B) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2))

The deflated one takes as `B` what the best of `N` tries without any skill would be expected to
show, if their ratios have the variance `V` and `c` is the constant of Euler and Mascheroni:

    sqrt(V) ((1 - c) Phi^-1(1 - 1 / N) + c Phi^-1(1 - 1 / (N e)))

All ratios are per period of the returns, not per year: multiply by the square root of the periods
in a year to show them. Periods must not overlap, and returns that resemble their neighbours make
the figure too sure of itself.

Moments are those of the sample, each divided by `T`. Then ``g4 >= 1 + g3^2``, so that what stands
under the root is never below ``(1 - g3 SR / 2)^2``; with the usual corrections it can be.

References
----------
D. Bailey and M. Lopez de Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15 (2012),
and "The deflated Sharpe ratio: correcting for selection bias, backtest overfitting and
non-normality", Journal of Portfolio Management 40 (2014). E. Mertens, "Comments on variance of the
IID estimator in Lo (2002)" (2002), for the variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.stats import norm

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.evaluation.judged_rows import check_numbers

FEWEST_RETURNS = 3


@dataclass(frozen=True)
class SharpeRatio:
    """A Sharpe ratio per period, and what its certainty depends on.

    Attributes
    ----------
    per_period : float
        NaN where it is not defined: for fewer than 3 returns, or returns that are all the same.
    observations : int
        `T`.
    skew, kurtosis : float
        0 and 3 of a normal distribution; NaN where the ratio is.
    """

    per_period: float
    observations: int
    skew: float
    kurtosis: float

    @classmethod
    def of(cls, returns: FloatArray) -> Self:
        """Measure returns of periods that do not overlap.

        Parameters
        ----------
        returns : ndarray of shape (T,)
            Shares, over what holding cash would have earned.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If a return is not finite.
        """
        check_numbers(returns=returns)
        if len(returns) < FEWEST_RETURNS or np.ptp(returns) == 0:
            return cls(math.nan, len(returns), math.nan, math.nan)
        mean, deviation = float(returns.mean()), float(returns.std())
        standard = (returns - mean) / deviation
        return cls(
            per_period=mean / deviation,
            observations=len(returns),
            skew=float((standard**3).mean()),
            kurtosis=float((standard**4).mean()),
        )

    def per_year(self, periods: float) -> float:
        """The ratio for a year of so many periods."""
        return self.per_period * math.sqrt(periods)


def probabilistic_sharpe(ratio: SharpeRatio, benchmark: float = 0.0) -> float:
    """Probability that the true Sharpe ratio lies above a benchmark.

    Parameters
    ----------
    ratio : SharpeRatio
    benchmark : float
        Per period, like the ratio.

    Returns
    -------
    float in [0, 1]
        NaN if the ratio is.
    """
    observed = ratio.per_period
    variance = 1.0 - ratio.skew * observed + (ratio.kurtosis - 1.0) / 4.0 * observed**2
    if not variance > 0:
        return math.nan
    errors = (observed - benchmark) * math.sqrt(ratio.observations - 1) / math.sqrt(variance)
    return float(norm.cdf(errors))


def luckiest_sharpe(trials: int, variance: float) -> float:
    """Sharpe ratio that the best of so many tries without skill is expected to show.

    Parameters
    ----------
    trials : int, 1 or more
        Independent ones; 0 is expected of a single one.
    variance : float, 0 or more
        Of the ratios of the tries, per period.
    """
    if trials < 1:
        raise ValueError(f"trials must be 1 or more, got {trials}")
    if not variance >= 0:
        raise ValueError(f"variance must be 0 or more, got {variance}")
    if trials == 1:
        return 0.0
    highest = norm.ppf(1.0 - 1.0 / trials)
    beyond = norm.ppf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(variance) * float((1.0 - np.euler_gamma) * highest + np.euler_gamma * beyond)


def deflated_sharpe(ratio: SharpeRatio, trials: int, variance: float | None = None) -> float:
    """Probability that a Sharpe ratio is more than the luck of the best of so many tries.

    Parameters
    ----------
    ratio : SharpeRatio
        Of the best try, which is the one that is shown.
    trials : int, 1 or more
        Variants that were tried, those thrown away included. Counting tries that resemble each
        other as independent is the careful side to err on.
    variance : float, optional
        Of the ratios of all tries, per period. Left out, it is ``1 / (T - 1)``: what chance alone
        spreads the ratios of independent tries without skill by.

    Returns
    -------
    float in [0, 1]
        NaN if the ratio is.
    """
    if math.isnan(ratio.per_period):
        return math.nan
    by_chance = 1.0 / (ratio.observations - 1)
    spread = by_chance if variance is None else variance
    return probabilistic_sharpe(ratio, luckiest_sharpe(trials, spread))
