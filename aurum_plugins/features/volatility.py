"""How much the price moves, and how steadily.

In the formulas `O`, `H`, `L`, `C` are the open, high, low and close, `r` is the log return of one
candle, `TR` the log of the true range, `mean_p` the mean of the last `p` candles. Volatility is a
standard deviation of logarithms for one candle; nothing is annualised.
"""

from __future__ import annotations

import math

import numpy as np

from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.log_ratio import log_ratio
from aurum_plugins.features.rolling import (
    divide,
    rolling_correlation,
    rolling_mean,
    rolling_std,
    rolling_variance,
)

LONG = 4  # the longer of two windows, in periods
# E[range^2] of a Brownian motion is 4 ln 2 times its variance (Feller 1951, Parkinson 1980).
RANGE_TO_VARIANCE = 4.0 * math.log(2.0)
GARMAN_KLASS_CLOSE = 2.0 * math.log(2.0) - 1.0


def _two_more(period: int) -> int:
    return period + 2


def _one_more_than_long(period: int) -> int:
    return LONG * period + 1


def _root_mean_square(series: CandleSeries, period: int) -> FloatArray:
    return np.sqrt(series.rolled(rolling_mean, "squared_return", period))


def _realised_volatility(series: CandleSeries, period: int) -> FloatArray:
    return series.rolled(rolling_std, "log_return", period)


def _parkinson(series: CandleSeries, period: int) -> FloatArray:
    square = series.log_range * series.log_range
    return np.sqrt(rolling_mean(square, period) / RANGE_TO_VARIANCE)


def _garman_klass(series: CandleSeries, period: int) -> FloatArray:
    change = series.log_close - series.log_open
    span = series.log_range
    variance = 0.5 * span * span - GARMAN_KLASS_CLOSE * change * change
    return np.sqrt(rolling_mean(variance, period))


def _rogers_satchell_variance(series: CandleSeries) -> FloatArray:
    """Variance of one candle; each product has two factors of one sign."""
    up = (series.log_high - series.log_close) * (series.log_high - series.log_open)
    down = (series.log_low - series.log_close) * (series.log_low - series.log_open)
    return up + down


def _rogers_satchell(series: CandleSeries, period: int) -> FloatArray:
    return np.sqrt(rolling_mean(_rogers_satchell_variance(series), period))


def _yang_zhang(series: CandleSeries, period: int) -> FloatArray:
    # The authors' variances have one degree of freedom less than candles.
    unbiased = period / (period - 1)
    opening = rolling_variance(series.log_open - series.log_previous_close, period) * unbiased
    inside = rolling_variance(series.log_close - series.log_open, period) * unbiased
    free_of_drift = rolling_mean(_rogers_satchell_variance(series), period)
    weight = 0.34 / (1.34 + (period + 1) / (period - 1))
    return np.sqrt(opening + weight * inside + (1.0 - weight) * free_of_drift)


def _volatility_ratio(series: CandleSeries, period: int) -> FloatArray:
    short = series.rolled(rolling_variance, "log_return", period)
    long = series.rolled(rolling_variance, "log_return", LONG * period)
    return 0.5 * log_ratio(short, long)


def _range_ratio(series: CandleSeries, period: int) -> FloatArray:
    return divide(series.log_true_range, series.rolled(rolling_mean, "log_true_range", period))


def _range_volatility_ratio(series: CandleSeries, period: int) -> FloatArray:
    return log_ratio(_parkinson(series, period), _root_mean_square(series, period))


def _volatility_of_volatility(series: CandleSeries, period: int) -> FloatArray:
    spans = series.log_range
    return divide(rolling_std(spans, period), rolling_mean(spans, period))


def _return_shock(series: CandleSeries, period: int) -> FloatArray:
    return divide(series.absolute_return, _root_mean_square(series, period))


def _leverage_effect(series: CandleSeries, period: int) -> FloatArray:
    return rolling_correlation(lagged(series.log_return, 1), series.absolute_return, period)


def _volatility_persistence(series: CandleSeries, period: int) -> FloatArray:
    magnitude = series.absolute_return
    return rolling_correlation(lagged(magnitude, 1), magnitude, period)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "realised_volatility",
        Family.VOLATILITY,
        "population standard deviation of the last p r",
        "T. Andersen, T. Bollerslev, F. Diebold and P. Labys, Modeling and forecasting realized "
        "volatility, Econometrica 71 (2003)",
        _realised_volatility,
        one_more,
    ),
    Feature(
        "parkinson",
        Family.VOLATILITY,
        "sqrt(mean_p(ln(H / L)^2) / (4 ln 2))",
        "M. Parkinson, The extreme value method for estimating the variance of the rate of return, "
        "J. of Business 53 (1980)",
        _parkinson,
        same_period,
    ),
    Feature(
        "garman_klass",
        Family.VOLATILITY,
        "sqrt(mean_p(ln(H / L)^2 / 2 - (2 ln 2 - 1) ln(C / O)^2))",
        "M. Garman and M. Klass, On the estimation of security price volatilities from historical "
        "data, J. of Business 53 (1980)",
        _garman_klass,
        same_period,
    ),
    Feature(
        "rogers_satchell",
        Family.VOLATILITY,
        "sqrt(mean_p(ln(H / C) ln(H / O) + ln(L / C) ln(L / O)))",
        "L. C. G. Rogers and S. Satchell, Estimating variance from high, low and closing prices, "
        "Annals of Applied Probability 1 (1991)",
        _rogers_satchell,
        same_period,
    ),
    Feature(
        "yang_zhang",
        Family.VOLATILITY,
        "sqrt(var(ln(O / C_-1)) + k var(ln(C / O)) + (1 - k) rogers_satchell^2), sample variances "
        "of p, k = 0.34 / (1.34 + (p + 1) / (p - 1))",
        "D. Yang and Q. Zhang, Drift-independent volatility estimation based on high, low, open, "
        "and close prices, J. of Business 73 (2000)",
        _yang_zhang,
        one_more,
    ),
    Feature(
        "volatility_ratio",
        Family.VOLATILITY,
        "ln(std_p(r) / std_4p(r)); NaN where r is constant",
        "R. Cont, Empirical properties of asset returns (volatility clustering), Quantitative "
        "Finance 1 (2001)",
        _volatility_ratio,
        _one_more_than_long,
    ),
    Feature(
        "range_ratio",
        Family.VOLATILITY,
        "TR / mean_p(TR), in [0, p]; NaN without any range",
        "J. W. Wilder, New concepts in technical trading systems (1978): true range",
        _range_ratio,
        one_more,
    ),
    Feature(
        "range_volatility_ratio",
        Family.VOLATILITY,
        "ln(parkinson_p / sqrt(mean_p(r^2))): movement inside candles against that between them",
        "S. Alizadeh, M. Brandt and F. Diebold, Range-based estimation of stochastic volatility "
        "models, J. of Finance 57 (2002)",
        _range_volatility_ratio,
        one_more,
    ),
    Feature(
        "volatility_of_volatility",
        Family.VOLATILITY,
        "std_p(ln(H / L)) / mean_p(ln(H / L)); NaN without any range",
        "F. Corsi, S. Mittnik, C. Pigorsch and U. Pigorsch, The volatility of realized volatility, "
        "Econometric Reviews 27 (2008)",
        _volatility_of_volatility,
        same_period,
    ),
    Feature(
        "return_shock",
        Family.VOLATILITY,
        "|r| / sqrt(mean_p(r^2)), in [0, sqrt(p)]; NaN where nothing moved",
        "R. Engle, Autoregressive conditional heteroscedasticity, Econometrica 50 (1982): the "
        "standardised residual",
        _return_shock,
        one_more,
    ),
    Feature(
        "leverage_effect",
        Family.VOLATILITY,
        "correlation of the last p pairs (r_-1, |r|)",
        "F. Black, Studies of stock price volatility changes (1976); J.-P. Bouchaud, A. Matacz and "
        "M. Potters, Leverage effect in financial markets, Physical Review Letters 87 (2001)",
        _leverage_effect,
        _two_more,
    ),
    Feature(
        "volatility_persistence",
        Family.VOLATILITY,
        "correlation of the last p pairs (|r_-1|, |r|)",
        "Z. Ding, C. Granger and R. Engle, A long memory property of stock market returns, J. of "
        "Empirical Finance 1 (1993)",
        _volatility_persistence,
        _two_more,
    ),
)
