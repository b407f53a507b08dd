"""Trend of one pair: its direction, its strength, and how straight its way was.

Everything is computed from logarithms of prices, so that a mean is a geometric one and nothing
depends on the unit of price. Simple means and sums stand in place of Wilder's recursion: a row
depends on its window alone.
"""

from __future__ import annotations

import numpy as np
import talib

from aurum_plugins.features.candle_series import CandleSeries, FloatArray
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.rolling import (
    divide,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_sum,
    rolling_variance,
)


def weighted_mean(values: FloatArray, period: int) -> FloatArray:
    """Mean with weights 1 to `period`, the newest value's the largest."""
    return np.asarray(talib.WMA(values, period))


def _histogram_period(period: int) -> int:
    return max(2, 3 * period // 4)


def _directional_index(series: CandleSeries, period: int) -> FloatArray:
    rise = series.log_high - series.log_previous_high
    fall = series.log_previous_low - series.log_low
    # Of the two, only the larger one counts, and only if it is above 0.
    larger = np.maximum(np.maximum(rise, fall), 0.0)
    signed = np.where(rise == fall, 0.0 * larger, np.copysign(larger, rise - fall))
    counted = np.abs(signed)
    total = rolling_sum(counted, period)
    index = divide(rolling_sum(signed, period), total)
    index[total == 0] = 0.0
    return np.clip(index, -1.0, 1.0)


def _adx(series: CandleSeries, period: int) -> FloatArray:
    return 100.0 * rolling_mean(np.abs(_directional_index(series, period)), period)


def _aroon(series: CandleSeries, period: int) -> FloatArray:
    return np.asarray(talib.AROONOSC(series.high, series.low, period))


def _macd(series: CandleSeries, period: int) -> FloatArray:
    fast = series.rolled(rolling_mean, "level", period)
    return fast - series.rolled(rolling_mean, "level", 2 * period)


def _macd_histogram(series: CandleSeries, period: int) -> FloatArray:
    macd = _macd(series, period)
    return macd - rolling_mean(macd, _histogram_period(period))


def _sma_distance(series: CandleSeries, period: int) -> FloatArray:
    return series.level - series.rolled(rolling_mean, "level", period)


def _wma_distance(series: CandleSeries, period: int) -> FloatArray:
    return series.level - series.rolled(weighted_mean, "level", period)


def _regression_rise(series: CandleSeries, period: int) -> FloatArray:
    """Rise of the least-squares line from the first to the last of `period` values of ln C."""
    simple = series.rolled(rolling_mean, "level", period)
    return 6.0 * (series.rolled(weighted_mean, "level", period) - simple)


def _trend_slope(series: CandleSeries, period: int) -> FloatArray:
    walk = np.sqrt(series.rolled(rolling_sum, "squared_return", period))
    return divide(_regression_rise(series, period), walk)


def _trend_r2(series: CandleSeries, period: int) -> FloatArray:
    slope = _regression_rise(series, period) / (period - 1)
    explained = slope * slope * (period * period - 1) / 12.0
    highest = series.rolled(rolling_max, "level", period)
    varied = highest > series.rolled(rolling_min, "level", period)
    variance = np.where(varied, series.rolled(rolling_variance, "level", period), np.nan)
    return np.clip(divide(explained, variance), 0.0, 1.0)


def _efficiency_ratio(series: CandleSeries, period: int) -> FloatArray:
    path = series.rolled(rolling_sum, "absolute_return", period)
    way = np.abs(series.rolled(rolling_sum, "log_return", period))
    return np.clip(divide(way, path), 0.0, 1.0)


def _choppiness(series: CandleSeries, period: int) -> FloatArray:
    previous = series.log_previous_close
    top = rolling_max(np.maximum(series.log_high, previous), period)
    bottom = rolling_min(np.minimum(series.log_low, previous), period)
    # The sum is never under the span, except by rounding.
    ranges = series.rolled(rolling_sum, "log_true_range", period)
    ratio = np.maximum(divide(ranges, top - bottom), 1.0)
    return np.asarray(100.0 / np.log(period) * np.log(ratio))


def _vortex(series: CandleSeries, period: int) -> FloatArray:
    up = np.abs(series.log_high - series.log_previous_low)
    down = np.abs(series.log_low - series.log_previous_high)
    ranges = series.rolled(rolling_sum, "log_true_range", period)
    out = divide(rolling_sum(up - down, period), ranges)
    out[ranges == 0] = 0.0
    return out


FEATURES: tuple[Feature, ...] = (
    Feature(
        "adx",
        Family.TECHNICAL,
        "100 * mean over p of |directional_index|; simple means in place of Wilder's, in logs",
        "J. W. Wilder, New concepts in technical trading systems (1978)",
        _adx,
        lambda p: 2 * p,
    ),
    Feature(
        "directional_index",
        Family.TECHNICAL,
        "(+DI - -DI) / (+DI + -DI), sums over p of +DM and -DM in logs; 0 where both are 0",
        "J. W. Wilder, New concepts in technical trading systems (1978)",
        _directional_index,
        one_more,
    ),
    Feature(
        "aroon",
        Family.TECHNICAL,
        "100 * (candles since the lowest low - candles since the highest high) / p, of p + 1",
        "T. Chande, A time price oscillator, Stocks and Commodities 13 (1995)",
        _aroon,
        one_more,
    ),
    Feature(
        "macd",
        Family.TECHNICAL,
        "ln(SMA_p / SMA_2p) of geometric means of C, in place of exponential ones of 12 and 26",
        "G. Appel, The moving average convergence-divergence trading method (1979)",
        _macd,
        lambda p: 2 * p,
    ),
    Feature(
        "macd_histogram",
        Family.TECHNICAL,
        "macd - its simple mean over max(2, 3p/4)",
        "T. Aspray, the histogram of MACD (1986)",
        _macd_histogram,
        lambda p: 2 * p + _histogram_period(p) - 1,
    ),
    Feature(
        "sma_distance",
        Family.TECHNICAL,
        "ln(C / SMA_p), SMA the geometric mean of C",
        "simple moving average",
        _sma_distance,
        same_period,
    ),
    Feature(
        "wma_distance",
        Family.TECHNICAL,
        "ln(C / WMA_p), WMA the geometric mean of C with weights 1 ... p, the last one the largest",
        "linearly weighted moving average",
        _wma_distance,
        same_period,
    ),
    Feature(
        "trend_slope",
        Family.TECHNICAL,
        "rise over p of the least-squares line of ln C / sqrt(sum over p of r^2)",
        "least squares; C. F. Gauss (1809)",
        _trend_slope,
        one_more,
    ),
    Feature(
        "trend_r2",
        Family.TECHNICAL,
        "share of the variance of ln C over p that its least-squares line explains",
        "coefficient of determination; S. Wright (1921)",
        _trend_r2,
        same_period,
    ),
    Feature(
        "efficiency_ratio",
        Family.TECHNICAL,
        "|ln(C_t / C_(t-p))| / sum over p of |r|",
        "P. Kaufman, Smarter trading (1995)",
        _efficiency_ratio,
        one_more,
    ),
    Feature(
        "choppiness",
        Family.TECHNICAL,
        "100 * ln(sum over p of TR / (max true high - min true low)) / ln p, ranges in logs",
        "E. W. Dreiss, choppiness index",
        _choppiness,
        one_more,
    ),
    Feature(
        "vortex",
        Family.TECHNICAL,
        "sum over p of (|H - L_(t-1)| - |L - H_(t-1)|) / sum of TR, in logs; 0 where TR is 0",
        "E. Botes and D. Siepman, The vortex indicator, Stocks and Commodities 28 (2010)",
        _vortex,
        one_more,
    ),
)
