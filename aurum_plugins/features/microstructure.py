"""What trading leaves in candles: spread, price impact, one-sided orders, bounces.

In the formulas `V` is the volume in base currency, `Q` the one in quote currency, `r` the log
return of one candle, `CLV` the close's location in its range from -1 to 1; sums, means and
correlations run over the last `p` candles. Signed volumes enter correlations by their square root,
the shape that price impact was found to have.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped, unused-ignore]

from aurum_plugins.features import bid_ask_spread
from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.log_ratio import log_ratio
from aurum_plugins.features.rolling import divide, rolling_correlation, rolling_mean, rolling_sum

LONG = 4  # the longer of two windows, in periods


def _two_more(period: int) -> int:
    return period + 2


def _double(period: int) -> int:
    return 2 * period


def _long(period: int) -> int:
    return LONG * period


def _one_more_than_long(period: int) -> int:
    return LONG * period + 1


def _amihud_ratio(series: CandleSeries, period: int) -> FloatArray:
    impact = series.absolute_return / series.quote_volume
    return log_ratio(rolling_mean(impact, period), rolling_mean(impact, LONG * period))


def _range_impact(series: CandleSeries, period: int) -> FloatArray:
    def impact(window: int) -> FloatArray:
        return divide(
            series.rolled(rolling_sum, "log_range", window),
            series.rolled(rolling_sum, "volume", window),
        )

    return log_ratio(impact(period), impact(LONG * period))


def _bulk_imbalance(series: CandleSeries, period: int) -> FloatArray:
    """Buys less sells of each candle, as a share of its volume, in [-1, 1]."""
    scale = np.sqrt(series.rolled(rolling_mean, "squared_return", period))
    score = divide(series.log_return, scale)
    # The authors split a candle without a change into halves.
    score[scale == 0] = 0.0
    return 2.0 * np.asarray(ndtr(score)) - 1.0


def _bulk_flow_imbalance(series: CandleSeries, period: int) -> FloatArray:
    signed = _bulk_imbalance(series, period) * series.volume
    return divide(rolling_sum(signed, period), series.rolled(rolling_sum, "volume", period))


def _vpin(series: CandleSeries, period: int) -> FloatArray:
    one_sided = np.abs(_bulk_imbalance(series, period)) * series.volume
    return divide(rolling_sum(one_sided, period), series.rolled(rolling_sum, "volume", period))


def _kyle_correlation(series: CandleSeries, period: int) -> FloatArray:
    signed = series.close_location * np.sqrt(series.volume)
    return rolling_correlation(series.log_return, signed, period)


def _volume_reversal(series: CandleSeries, period: int) -> FloatArray:
    signed = np.sign(series.log_return) * np.sqrt(series.volume)
    return rolling_correlation(lagged(signed, 1), series.log_return, period)


def _zero_return_share(series: CandleSeries, period: int) -> FloatArray:
    return rolling_mean(1.0 - np.abs(np.sign(series.log_return)), period)


def _direction_persistence(series: CandleSeries, period: int) -> FloatArray:
    direction = np.sign(series.log_return)
    return rolling_mean(lagged(direction, 1) * direction, period)


def _close_pressure(series: CandleSeries, period: int) -> FloatArray:
    return series.rolled(rolling_mean, "close_location", period)


def _pressure_persistence(series: CandleSeries, period: int) -> FloatArray:
    location = series.close_location
    return rolling_correlation(lagged(location, 1), location, period)


def _wick_imbalance(series: CandleSeries, period: int) -> FloatArray:
    lower = np.minimum(series.log_open, series.log_close) - series.log_low
    upper = series.log_high - np.maximum(series.log_open, series.log_close)
    return divide(
        rolling_sum(lower - upper, period), series.rolled(rolling_sum, "log_range", period)
    )


FEATURES: tuple[Feature, ...] = (
    *bid_ask_spread.FEATURES,
    Feature(
        "amihud_ratio",
        Family.MICROSTRUCTURE,
        "ln(mean_p(|r| / Q) / mean_4p(|r| / Q)); NaN where nothing moved",
        "Y. Amihud, Illiquidity and stock returns, J. of Financial Markets 5 (2002)",
        _amihud_ratio,
        _one_more_than_long,
    ),
    Feature(
        "range_impact",
        Family.MICROSTRUCTURE,
        "ln(a_p / a_4p), a = sum(ln(H / L)) / sum(V); NaN without any range",
        "R. Goyenko, C. Holden and C. Trzcinka, Do liquidity measures measure liquidity?, J. of "
        "Financial Economics 92 (2009)",
        _range_impact,
        _long,
    ),
    Feature(
        "bulk_flow_imbalance",
        Family.MICROSTRUCTURE,
        "sum(b V) / sum(V), b = 2 Phi(r / sqrt(mean(r^2))) - 1; b = 0 where nothing moved",
        "D. Easley, M. Lopez de Prado and M. O'Hara, Bulk classification of trading activity, "
        "Johnson School Research Paper 8 (2012)",
        _bulk_flow_imbalance,
        _double,
    ),
    Feature(
        "vpin",
        Family.MICROSTRUCTURE,
        "sum(|b| V) / sum(V), b as in bulk_flow_imbalance; candles in place of volume buckets",
        "D. Easley, M. Lopez de Prado and M. O'Hara, Flow toxicity and liquidity in a "
        "high-frequency world, Rev. Financial Studies 25 (2012)",
        _vpin,
        _double,
    ),
    Feature(
        "kyle_correlation",
        Family.MICROSTRUCTURE,
        "correlation of r and CLV sqrt(V): the slope of price on signed volume without units",
        "A. Kyle, Continuous auctions and insider trading, Econometrica 53 (1985); J. Hasbrouck, "
        "Trading costs and returns for US equities, J. of Finance 64 (2009)",
        _kyle_correlation,
        one_more,
    ),
    Feature(
        "volume_reversal",
        Family.MICROSTRUCTURE,
        "correlation of the last p pairs (sign(r_-1) sqrt(V_-1), r): under 0 where it is undone",
        "L. Pastor and R. Stambaugh, Liquidity risk and expected stock returns, J. of Political "
        "Economy 111 (2003)",
        _volume_reversal,
        _two_more,
    ),
    Feature(
        "zero_return_share",
        Family.MICROSTRUCTURE,
        "share of candles with r = 0",
        "D. Lesmond, J. Ogden and C. Trzcinka, A new estimate of transaction costs, Rev. Financial "
        "Studies 12 (1999)",
        _zero_return_share,
        one_more,
    ),
    Feature(
        "direction_persistence",
        Family.MICROSTRUCTURE,
        "mean(sign(r_-1) sign(r)): sequences less reversals, under 0 where the price bounces",
        "A. Cowles and H. Jones, Some a posteriori probabilities in stock market action, "
        "Econometrica 5 (1937)",
        _direction_persistence,
        _two_more,
    ),
    Feature(
        "close_pressure",
        Family.MICROSTRUCTURE,
        "mean(CLV), 0 for a candle without a range",
        "L. Williams, accumulation and distribution, How I made one million dollars (1973)",
        _close_pressure,
        same_period,
    ),
    Feature(
        "pressure_persistence",
        Family.MICROSTRUCTURE,
        "correlation of the last p pairs (CLV_-1, CLV): orders of one side come in runs",
        "F. Lillo and J. D. Farmer, The long memory of the efficient market, Studies in Nonlinear "
        "Dynamics and Econometrics 8 (2004)",
        _pressure_persistence,
        one_more,
    ),
    Feature(
        "wick_imbalance",
        Family.MICROSTRUCTURE,
        "sum(lower - upper shadow) / sum(ln(H / L)), shadows in logs; NaN without any range",
        "S. Nison, Japanese candlestick charting techniques (1991)",
        _wick_imbalance,
        same_period,
    ),
)
