"""The bid-ask spread, estimated from candles: no order book is needed.

All estimates are shares of the price, 0.001 being 10 basis points, and an estimate from a few
candles is noisy: the mean over many is what carries information. In the formulas lower-case letters
are logarithms of high, low and close, `m` is ``(h + l) / 2`` and `r` the log return of one candle.
"""

from __future__ import annotations

import math

import numpy as np

from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more
from aurum_plugins.features.rolling import ROUNDING, divide, rolling_covariance, rolling_mean

CORWIN_SCHULTZ = 3.0 - 2.0 * math.sqrt(2.0)


def _two_more(period: int) -> int:
    return period + 2


def _spread_of_two_candles(series: CandleSeries) -> FloatArray:
    """Corwin and Schultz's estimate from each candle and the one before; 0 in place of negative."""
    # A close outside of the next range is a jump between candles: the range is moved back to it.
    previous = series.log_previous_close
    jump = np.maximum(series.log_low - previous, 0.0) + np.minimum(series.log_high - previous, 0.0)
    high = np.maximum(series.log_high - jump, series.log_previous_high)
    low = np.minimum(series.log_low - jump, series.log_previous_low)
    square = series.log_range * series.log_range
    beta = square + lagged(square, 1)
    one_by_one = (math.sqrt(2.0) - 1.0) * np.sqrt(beta) / CORWIN_SCHULTZ
    alpha = one_by_one - (high - low) / math.sqrt(CORWIN_SCHULTZ)
    # 2 (e^a - 1) / (e^a + 1), written so that it cannot overflow.
    spread: FloatArray = 2.0 * np.tanh(0.5 * np.maximum(alpha, 0.0))
    return spread


def _corwin_schultz(series: CandleSeries, period: int) -> FloatArray:
    return rolling_mean(_spread_of_two_candles(series), period)


def _abdi_ranaldo(series: CandleSeries, period: int) -> FloatArray:
    middle = 0.5 * (series.log_high + series.log_low)
    middle_before = 0.5 * (series.log_previous_high + series.log_previous_low)
    close = series.log_previous_close
    square = 4.0 * (close - middle_before) * (close - middle)
    return rolling_mean(np.sqrt(np.maximum(square, 0.0)), period)


def _roll_spread(series: CandleSeries, period: int) -> FloatArray:
    before = lagged(series.log_return, 1)
    bounce = np.maximum(-rolling_covariance(before, series.log_return, period), 0.0)
    # Its root would turn the last digit of a covariance into a visible spread.
    bounce[bounce <= ROUNDING * series.rolled(rolling_mean, "squared_return", period)] = 0.0
    return 2.0 * np.sqrt(bounce)


def _spread_to_volatility(series: CandleSeries, period: int) -> FloatArray:
    volatility = np.sqrt(series.rolled(rolling_mean, "squared_return", period))
    return divide(_corwin_schultz(series, period), volatility)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "corwin_schultz",
        Family.MICROSTRUCTURE,
        "mean over p of max(0, 2 (e^a - 1) / (e^a + 1)), "
        "a = (sqrt(2) - 1) sqrt(B) / k - G / sqrt(k), "
        "B = (h - l)^2 + (h_-1 - l_-1)^2, G = max(h', h_-1) - min(l', l_-1), k = 3 - 2 sqrt(2), "
        "h' and l' moved by the jump from the close before",
        "S. Corwin and P. Schultz, A simple way to estimate bid-ask spreads from daily high and "
        "low prices, J. of Finance 67 (2012)",
        _corwin_schultz,
        one_more,
    ),
    Feature(
        "abdi_ranaldo",
        Family.MICROSTRUCTURE,
        "mean over p of sqrt(max(0, 4 (c_-1 - m_-1) (c_-1 - m)))",
        "F. Abdi and A. Ranaldo, A simple estimation of bid-ask spreads from daily close, high, "
        "and low prices, Rev. Financial Studies 30 (2017)",
        _abdi_ranaldo,
        one_more,
    ),
    Feature(
        "roll_spread",
        Family.MICROSTRUCTURE,
        "2 sqrt(-covariance over p of r_-1 and r); 0 where the covariance is positive",
        "R. Roll, A simple implicit measure of the effective bid-ask spread in an efficient "
        "market, J. of Finance 39 (1984)",
        _roll_spread,
        _two_more,
    ),
    Feature(
        "spread_to_volatility",
        Family.MICROSTRUCTURE,
        "corwin_schultz / sqrt(mean over p of r^2); NaN where nothing moved",
        "H. Stoll, Presidential address: friction, J. of Finance 55 (2000)",
        _spread_to_volatility,
        one_more,
    ),
)
