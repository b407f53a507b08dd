"""Technical indicators: oscillators and bands here, those of trend beside them.

Simple means and sums stand in place of Wilder's recursion and of exponential means: a row depends
on its window alone, whether history began yesterday or years ago. Means and ranges are of
logarithms of prices, so that nothing depends on the unit of price.

Where nothing moved in the window, an oscillator that says where the price stands stands in its
middle: 50 of 100, half of the band, 0 of a signed one.
"""

from __future__ import annotations

import numpy as np
import talib

from aurum_plugins.features import trend
from aurum_plugins.features.candle_series import CandleSeries, FloatArray
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.rolling import (
    divide,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    rolling_sum,
)


def _deviation(series: CandleSeries, period: int) -> FloatArray:
    """Standard deviation of ln C, exactly 0 where nothing moved."""
    highest = series.rolled(rolling_max, "level", period)
    flat = highest == series.rolled(rolling_min, "level", period)
    return np.where(flat, 0.0, series.rolled(rolling_std, "level", period))


def _rsi(series: CandleSeries, period: int) -> FloatArray:
    # Gains less losses add up to the whole move: one sum serves for two.
    move = series.rolled(rolling_sum, "log_return", period)
    path = series.rolled(rolling_sum, "absolute_return", period)
    ratio = divide(move, path)
    ratio[path == 0] = 0.0
    return np.clip(50.0 * (1.0 + ratio), 0.0, 100.0)


def _stochastic(series: CandleSeries, period: int) -> FloatArray:
    bottom = series.rolled(rolling_min, "low", period)
    span = series.rolled(rolling_max, "high", period) - bottom
    out = 100.0 * divide(series.close - bottom, span)
    out[span == 0] = 50.0
    return out


def _stochastic_slow(series: CandleSeries, period: int) -> FloatArray:
    return rolling_mean(_stochastic(series, period), 3)


def _cci(series: CandleSeries, period: int) -> FloatArray:
    typical = (series.log_high + series.log_low + series.log_close) / 3.0
    out = np.asarray(talib.CCI(typical, typical, typical, period))
    out[rolling_max(typical, period) == rolling_min(typical, period)] = 0.0
    return out


def _bollinger_position(series: CandleSeries, period: int) -> FloatArray:
    deviation = _deviation(series, period)
    above = series.level - series.rolled(rolling_mean, "level", period)
    out = 0.5 + 0.25 * divide(above, deviation)
    out[deviation == 0] = 0.5
    return out


def _bollinger_width(series: CandleSeries, period: int) -> FloatArray:
    return 4.0 * _deviation(series, period)


def _keltner_position(series: CandleSeries, period: int) -> FloatArray:
    above = series.level - series.rolled(rolling_mean, "level", period)
    ranges = series.rolled(rolling_mean, "log_true_range", period)
    out = divide(above, ranges)
    out[ranges == 0] = 0.0
    return out


def _ultimate_oscillator(series: CandleSeries, period: int) -> FloatArray:
    pressure = series.log_close - np.minimum(series.log_low, series.log_previous_close)
    out = np.zeros(len(series))
    for weight, window in ((4, max(1, period // 2)), (2, period), (1, 2 * period)):
        ranges = series.rolled(rolling_sum, "log_true_range", window)
        share = divide(rolling_sum(pressure, window), ranges)
        share[ranges == 0] = 0.5
        out += weight * np.clip(share, 0.0, 1.0)
    return 100.0 / 7.0 * out


def _atr_ratio(series: CandleSeries, period: int) -> FloatArray:
    return series.rolled(rolling_mean, "log_true_range", period)


def _balance_of_power(series: CandleSeries, _period: int) -> FloatArray:
    span = series.high - series.low
    out = divide(series.close - series.open, span)
    out[span == 0] = 0.0
    return out


FEATURES: tuple[Feature, ...] = (
    Feature(
        "rsi",
        Family.TECHNICAL,
        "100 * gains / (gains + losses) over p, Cutler's: sums in place of Wilder's; in logs",
        "J. W. Wilder, New concepts in technical trading systems (1978); D. Cutler's variant",
        _rsi,
        one_more,
    ),
    Feature(
        "stochastic",
        Family.TECHNICAL,
        "%K = 100 * (C - lowest L) / (highest H - lowest L) over p; 50 where they are equal",
        "G. Lane, Lane's stochastics, Stocks and Commodities 2 (1984)",
        _stochastic,
        same_period,
    ),
    Feature(
        "stochastic_slow",
        Family.TECHNICAL,
        "%D = mean of the last 3 %K",
        "G. Lane, Lane's stochastics, Stocks and Commodities 2 (1984)",
        _stochastic_slow,
        lambda p: p + 2,
    ),
    Feature(
        "cci",
        Family.TECHNICAL,
        "(T - mean T) / (0.015 mean |T - mean T|) over p, T = ln(H L C) / 3; 0 where T is constant",
        "D. Lambert, Commodity channel index, Commodities 9 (1980)",
        _cci,
        same_period,
    ),
    Feature(
        "bollinger_position",
        Family.TECHNICAL,
        "%b = (C - lower) / (upper - lower), bands 2 deviations of ln C over p; 0.5 where flat",
        "J. Bollinger, Bollinger on Bollinger bands (2001)",
        _bollinger_position,
        same_period,
    ),
    Feature(
        "bollinger_width",
        Family.TECHNICAL,
        "ln(upper / lower), bands 2 deviations of ln C over p: 4 deviations",
        "J. Bollinger, Bollinger on Bollinger bands (2001)",
        _bollinger_width,
        same_period,
    ),
    Feature(
        "keltner_position",
        Family.TECHNICAL,
        "(C - mean_p C) / mean_p TR, in logs; 0 where nothing moved",
        "C. Keltner, How to make money in commodities (1960)",
        _keltner_position,
        one_more,
    ),
    Feature(
        "ultimate_oscillator",
        Family.TECHNICAL,
        "100/7 * (4 A_(p/2) + 2 A_p + A_2p), A = sum of (C - true low) / sum of TR, in logs",
        "L. Williams, The ultimate oscillator, Stocks and Commodities 3 (1985)",
        _ultimate_oscillator,
        lambda p: 2 * p + 1,
    ),
    Feature(
        "atr_ratio",
        Family.TECHNICAL,
        "mean over p of ln(true high / true low); simple mean in place of Wilder's",
        "J. W. Wilder, New concepts in technical trading systems (1978)",
        _atr_ratio,
        one_more,
    ),
    Feature(
        "balance_of_power",
        Family.TECHNICAL,
        "(C - O) / (H - L); 0 where H = L",
        "I. Livshin, Balance of power, Stocks and Commodities 19 (2001)",
        _balance_of_power,
        lambda _: 1,
        periodic=False,
    ),
    *trend.FEATURES,
)
