"""How much is traded, and how evenly.

In the formulas `V` is the volume in base currency; sums, means and correlations run over the last
`p` candles.
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features import volume_and_price
from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.log_ratio import log_ratio
from aurum_plugins.features.rolling import (
    rolling_correlation,
    rolling_mean,
    rolling_sum,
)
from aurum_plugins.features.volume_and_price import relative_volume

LONG = 4  # the longer of two windows, in periods


def _long(period: int) -> int:
    return LONG * period


def _double(period: int) -> int:
    return 2 * period


def _two_candles(_period: int) -> int:
    return 2


def _volume_change(series: CandleSeries, _period: int) -> FloatArray:
    return log_ratio(series.volume, lagged(series.volume, 1))


def _volume_trend(series: CandleSeries, period: int) -> FloatArray:
    return log_ratio(
        series.rolled(rolling_mean, "volume", period),
        series.rolled(rolling_mean, "volume", LONG * period),
    )


def _volume_momentum(series: CandleSeries, period: int) -> FloatArray:
    recent = series.rolled(rolling_sum, "volume", period)
    return log_ratio(recent, lagged(recent, period))


def _volume_variation(series: CandleSeries, period: int) -> FloatArray:
    change = _volume_change(series, 1)
    return np.sqrt(rolling_mean(change * change, period))


def _volume_concentration(series: CandleSeries, period: int) -> FloatArray:
    total = series.rolled(rolling_sum, "volume", period)
    squares = rolling_sum(series.volume * series.volume, period)
    return log_ratio(period * squares, total * total)


def _volume_persistence(series: CandleSeries, period: int) -> FloatArray:
    relative = relative_volume(series, period)
    return rolling_correlation(lagged(relative, 1), relative, period)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "relative_volume",
        Family.VOLUME,
        "ln(V / mean_p(V))",
        "S. Gervais, R. Kaniel and D. Mingelgrin, The high-volume return premium, J. of Finance 56 "
        "(2001)",
        relative_volume,
        same_period,
    ),
    Feature(
        "volume_change",
        Family.VOLUME,
        "ln(V / V_-1)",
        "J. Karpoff, The relation between price changes and trading volume: a survey, J. of "
        "Financial and Quantitative Analysis 22 (1987)",
        _volume_change,
        _two_candles,
        periodic=False,
    ),
    Feature(
        "volume_trend",
        Family.VOLUME,
        "ln(mean_p(V) / mean_4p(V))",
        "J. Murphy, Technical analysis of the financial markets (1999): volume oscillator",
        _volume_trend,
        _long,
    ),
    Feature(
        "volume_momentum",
        Family.VOLUME,
        "ln(sum V of the last p candles / sum V of the p before)",
        "C. Lee and B. Swaminathan, Price momentum and trading volume, J. of Finance 55 (2000)",
        _volume_momentum,
        _double,
    ),
    Feature(
        "volume_variation",
        Family.VOLUME,
        "sqrt(mean(ln(V / V_-1)^2)): how unsteady trading is",
        "A. R. Gallant, P. Rossi and G. Tauchen, Stock prices and volume, Rev. Financial Studies 5 "
        "(1992)",
        _volume_variation,
        one_more,
    ),
    Feature(
        "volume_concentration",
        Family.VOLUME,
        "ln(p sum(V^2) / sum(V)^2): 0 is even, ln p is all in one candle",
        "O. Herfindahl, Concentration in the steel industry (1950): index of concentration",
        _volume_concentration,
        same_period,
    ),
    Feature(
        "volume_persistence",
        Family.VOLUME,
        "correlation of the last p pairs (v_-1, v), v = ln(V / mean_p(V))",
        "I. Lobato and C. Velasco, Long memory in stock-market trading volume, J. of Business and "
        "Economic Statistics 18 (2000)",
        _volume_persistence,
        _double,
    ),
    *volume_and_price.FEATURES,
)
