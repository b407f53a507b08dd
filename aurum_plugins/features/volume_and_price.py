"""On which side of the price volume is traded, and how the two move together.

In the formulas `V` is the volume in base currency, `H`, `L`, `C` are the high, low and close, `r`
is the log return of one candle, `TP` the mean of high, low and close, `CLV` the close's location in
its range from -1 to 1; sums, means and correlations run over the last `p` candles.

Volumes are heavy-tailed: correlations are taken with the logarithm of a volume over what was usual
then, so that one candle does not decide alone, and the unit does not matter.
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.log_ratio import log_ratio
from aurum_plugins.features.rolling import divide, rolling_correlation, rolling_mean, rolling_sum

# Under this share of a price, a difference of prices is what rounding leaves behind.
SAME_PRICE = 1e-14

KARPOFF = (
    "J. Karpoff, The relation between price changes and trading volume: a survey, J. of Financial "
    "and Quantitative Analysis 22 (1987)"
)


def relative_volume(series: CandleSeries, period: int) -> FloatArray:
    """Logarithm of each volume over the mean of the last `period`, itself included, shape (n,)."""
    return log_ratio(series.volume, series.rolled(rolling_mean, "volume", period))


def _double_less_one(period: int) -> int:
    return 2 * period - 1


def _weighted(weights: FloatArray, volume: FloatArray, period: int) -> FloatArray:
    """Mean of `weights` over the window, by volume."""
    return divide(rolling_sum(weights * volume, period), rolling_sum(volume, period))


def _money_flow_index(series: CandleSeries, period: int) -> FloatArray:
    # TA-Lib's MFI answers 0 where the flow is under 1 of whatever unit: not used here.
    change = series.typical_price - lagged(series.typical_price, 1)
    flow = (
        np.where(np.abs(change) <= SAME_PRICE * series.typical_price, 0.0, np.sign(change))
        * series.quote_volume
    )
    gross = rolling_sum(np.abs(flow), period)
    balance = divide(rolling_sum(flow, period), gross)
    balance[gross == 0] = 0.0
    return 50.0 + 50.0 * balance


def _on_balance_flow(series: CandleSeries, period: int) -> FloatArray:
    return _weighted(np.sign(series.log_return), series.volume, period)


def _up_volume_excess(series: CandleSeries, period: int) -> FloatArray:
    direction = np.sign(series.log_return)
    return _weighted(direction, series.volume, period) - rolling_mean(direction, period)


def _chaikin_money_flow(series: CandleSeries, period: int) -> FloatArray:
    return _weighted(series.close_location, series.volume, period)


def _vwap_distance(series: CandleSeries, period: int) -> FloatArray:
    vwap = _weighted(series.typical_price, series.volume, period)
    return log_ratio(series.close, vwap)


def _force(series: CandleSeries, period: int) -> FloatArray:
    scale = np.sqrt(series.rolled(rolling_mean, "squared_return", period))
    return divide(_weighted(series.log_return, series.volume, period), scale)


def _ease_of_movement(series: CandleSeries, period: int) -> FloatArray:
    middle = 0.5 * (series.log_high + series.log_low)
    ease = (middle - lagged(middle, 1)) * series.log_range / series.volume
    return divide(rolling_sum(ease, period), rolling_sum(np.abs(ease), period))


def _falling_volume_return(series: CandleSeries, period: int) -> FloatArray:
    falling = series.volume < lagged(series.volume, 1)
    net = rolling_sum(falling * series.log_return, period)
    return divide(net, series.rolled(rolling_sum, "absolute_return", period))


def _volume_return_correlation(series: CandleSeries, period: int) -> FloatArray:
    return rolling_correlation(series.log_return, relative_volume(series, period), period)


def _volume_volatility_correlation(series: CandleSeries, period: int) -> FloatArray:
    return rolling_correlation(series.absolute_return, relative_volume(series, period), period)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "money_flow_index",
        Family.VOLUME,
        "100 sum(TP V where TP rose) / sum(TP V where TP moved); 50 where it never moved",
        "G. Quong and A. Soudack, Volume-weighted RSI: money flow, Stocks and Commodities 7 (1989)",
        _money_flow_index,
        one_more,
    ),
    Feature(
        "on_balance_flow",
        Family.VOLUME,
        "sum(sign(r) V) / sum(V): the change of on-balance volume as a share of volume",
        "J. Granville, Granville's new key to stock market profits (1963)",
        _on_balance_flow,
        one_more,
    ),
    Feature(
        "up_volume_excess",
        Family.VOLUME,
        "sum(sign(r) V) / sum(V) - mean(sign(r)): whether rises or falls draw the volume",
        "C. Ying, Stock market prices and volumes of sales, Econometrica 34 (1966)",
        _up_volume_excess,
        one_more,
    ),
    Feature(
        "chaikin_money_flow",
        Family.VOLUME,
        "sum(CLV V) / sum(V)",
        "M. Chaikin, money flow, as in S. Achelis, Technical analysis from A to Z (1995)",
        _chaikin_money_flow,
        same_period,
    ),
    Feature(
        "vwap_distance",
        Family.VOLUME,
        "ln(C sum(V) / sum(TP V))",
        "S. Berkowitz, D. Logue and E. Noser, The total cost of transactions on the NYSE, J. of "
        "Finance 43 (1988)",
        _vwap_distance,
        same_period,
    ),
    Feature(
        "force",
        Family.VOLUME,
        "sum(r V) / (sum(V) sqrt(mean(r^2))), in [-sqrt(p), sqrt(p)]; a plain mean in place of an "
        "exponential one",
        "A. Elder, Trading for a living (1993): force index",
        _force,
        one_more,
    ),
    Feature(
        "ease_of_movement",
        Family.VOLUME,
        "sum(e) / sum(|e|), e = (ln(H L) - ln(H_-1 L_-1)) / 2 * ln(H / L) / V",
        "R. Arms, Volume cycles in the stock market (1983)",
        _ease_of_movement,
        one_more,
    ),
    Feature(
        "falling_volume_return",
        Family.VOLUME,
        "sum(r where V < V_-1) / sum(|r|): the negative volume index as a share of the movement",
        "N. Fosback, Stock market logic (1976): P. Dysart's negative volume index",
        _falling_volume_return,
        one_more,
    ),
    Feature(
        "volume_return_correlation",
        Family.VOLUME,
        "correlation of r and ln(V / mean_p(V))",
        KARPOFF,
        _volume_return_correlation,
        _double_less_one,
    ),
    Feature(
        "volume_volatility_correlation",
        Family.VOLUME,
        "correlation of |r| and ln(V / mean_p(V))",
        KARPOFF,
        _volume_volatility_correlation,
        _double_less_one,
    ),
)
