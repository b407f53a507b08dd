"""The last candle or two of one pair: body, shadows, gap.

Lengths are logarithms of ratios of prices: 0.01 is about one per cent.
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature
from aurum_plugins.features.rolling import divide

CANDLESTICKS = "candlestick charting; S. Nison, Japanese candlestick charting techniques (1991)"


def _body(series: CandleSeries, _period: int) -> FloatArray:
    return series.log_close - series.log_open


def _candle_range(series: CandleSeries, _period: int) -> FloatArray:
    # A copy: what the series keeps for others is not handed out.
    return series.log_range.copy()


def _upper_shadow(series: CandleSeries, _period: int) -> FloatArray:
    return series.log_high - np.maximum(series.log_open, series.log_close)


def _lower_shadow(series: CandleSeries, _period: int) -> FloatArray:
    return np.minimum(series.log_open, series.log_close) - series.log_low


def _body_share(series: CandleSeries, _period: int) -> FloatArray:
    span = series.high - series.low
    out = divide(np.abs(series.close - series.open), span)
    out[span == 0] = 0.0
    return out


def _close_location(series: CandleSeries, _period: int) -> FloatArray:
    return series.close_location.copy()


def _opening_gap(series: CandleSeries, _period: int) -> FloatArray:
    return series.log_open - series.log_previous_close


def _last_return(series: CandleSeries, _period: int) -> FloatArray:
    return series.log_return.copy()


def _range_overlap(series: CandleSeries, _period: int) -> FloatArray:
    high, low = series.log_high, series.log_low
    high_before, low_before = lagged(high, 1), lagged(low, 1)
    shared = np.minimum(high, high_before) - np.maximum(low, low_before)
    whole = np.maximum(high, high_before) - np.minimum(low, low_before)
    out = divide(np.maximum(shared, 0.0), whole)
    out[whole == 0] = 1.0
    return out


FEATURES: tuple[Feature, ...] = (
    Feature(
        "body",
        Family.PRICE_ACTION,
        "ln(C / O)",
        CANDLESTICKS,
        _body,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "candle_range",
        Family.PRICE_ACTION,
        "ln(H / L)",
        CANDLESTICKS,
        _candle_range,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "upper_shadow",
        Family.PRICE_ACTION,
        "ln(H / max(O, C))",
        CANDLESTICKS,
        _upper_shadow,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "lower_shadow",
        Family.PRICE_ACTION,
        "ln(min(O, C) / L)",
        CANDLESTICKS,
        _lower_shadow,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "body_share",
        Family.PRICE_ACTION,
        "|C - O| / (H - L); 0 where H = L: one price has no body",
        CANDLESTICKS,
        _body_share,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "close_location",
        Family.PRICE_ACTION,
        "(2 C - H - L) / (H - L); 0 where H = L",
        "M. Chaikin's close location value (1970s)",
        _close_location,
        lambda _: 1,
        periodic=False,
    ),
    Feature(
        "opening_gap",
        Family.PRICE_ACTION,
        "ln(O / C_(t-1))",
        CANDLESTICKS,
        _opening_gap,
        lambda _: 2,
        periodic=False,
    ),
    Feature(
        "last_return",
        Family.PRICE_ACTION,
        "ln(C / C_(t-1))",
        "logarithmic return",
        _last_return,
        lambda _: 2,
        periodic=False,
    ),
    Feature(
        "range_overlap",
        Family.PRICE_ACTION,
        "length common to [L, H] of this candle and of the one before / length of both, in logs",
        "P. Jaccard's index of two intervals (1901)",
        _range_overlap,
        lambda _: 2,
        periodic=False,
    ),
)
