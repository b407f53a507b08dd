"""What the whole market does, and how one pair moves with it.

The members of the market are its pairs; the first is the leader, for crypto mostly BTC. A member's
`p`-return is ``ln(C_t / C_(t-p))``, `r` is the return of one candle. A value wants half of the
members known in a candle and nine tenths of a window's candles, else it is NaN. Second moments are
*realised* ones, sums of products without the means taken off: over such short windows the mean
return is nothing but noise, and no subtraction is left to cancel.
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.feature import Family, one_more, same_period
from aurum_plugins.features.known_mean import known_mean
from aurum_plugins.features.market_feature import MarketFeature
from aurum_plugins.features.market_view import MarketView
from aurum_plugins.features.rolling import ROUNDING, divide

LARGEST_ABSENT_SHARE = 0.1
LEAST_KNOWN_MEMBERS = 0.5
# Log price. A member this near to its mean is on it: rounding decides nothing, no tick is smaller.
ON_THE_MEAN = 1e-9


def _change(log_close: FloatArray, candles: int) -> FloatArray:
    out = np.full(log_close.shape, np.nan)
    out[..., candles:] = log_close[..., candles:] - log_close[..., :-candles]
    out[np.isinf(out)] = np.nan
    return out


def _across(values: FloatArray) -> FloatArray:
    """Mean over the known members, NaN where fewer than half are known."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    enough = count >= max(1.0, LEAST_KNOWN_MEMBERS * len(values))
    out = np.full(values.shape[1], np.nan)
    mean: FloatArray = np.divide(total, count, out=out, where=enough)
    return mean


def _window_mean(values: FloatArray, window: int, first: int) -> FloatArray:
    """Mean of what is known in the window, NaN in the rows before `first`."""
    out = known_mean(values, window, LARGEST_ABSENT_SHARE)
    out[:first] = np.nan
    return out


def _pair_and_leader(view: MarketView) -> tuple[FloatArray, FloatArray]:
    """One-candle returns of the pair and of the leader where both are known, else NaN."""
    unknown = ~np.isfinite(view.pair_return + view.leader_return)
    return (
        np.where(unknown, np.nan, view.pair_return),
        np.where(unknown, np.nan, view.leader_return),
    )


def market_return(view: MarketView, period: int) -> FloatArray:
    """Mean `period`-return of the members."""
    return _across(_change(view.members, period))


def breadth(view: MarketView, period: int) -> FloatArray:
    """Share of members above their mean log close; one that is on it counts half."""
    mean = [_window_mean(member, period, period - 1) for member in view.members]
    distance = view.members - mean
    side = np.where(np.abs(distance) <= ON_THE_MEAN, 0.0, np.sign(distance))
    return 0.5 + 0.5 * _across(side)


def dispersion(view: MarketView, period: int) -> FloatArray:
    """Standard deviation across members of their `period`-returns; NaN for a single one."""
    change = _change(view.members, period)
    mean = _across(change)
    variance = _across((change - mean) ** 2)
    square = _across(change * change)
    # Written so that NaN stays NaN.
    variance[variance <= ROUNDING * square] = 0.0
    several = np.isfinite(change).sum(axis=0) > 1
    return np.where(several, np.sqrt(variance), np.nan)


def relative_strength(view: MarketView, period: int) -> FloatArray:
    """The pair's `period`-return less the market's."""
    return _change(view.pair, period) - market_return(view, period)


def leader_return(view: MarketView, period: int) -> FloatArray:
    """The leader's `period`-return."""
    return _change(view.leader, period)


def leader_last_return(view: MarketView, period: int) -> FloatArray:
    """The leader's return of one candle against what is usual for it."""
    change = _change(view.leader, 1)
    return divide(change, np.sqrt(_window_mean(change * change, period, period)))


def leader_beta(view: MarketView, period: int) -> FloatArray:
    """Realised beta of the pair on the leader."""
    pair, leader = _pair_and_leader(view)
    product = _window_mean(pair * leader, period, period)
    return divide(product, _window_mean(leader * leader, period, period))


def leader_correlation(view: MarketView, period: int) -> FloatArray:
    """Realised correlation of the pair and the leader, in [-1, 1]."""
    pair, leader = _pair_and_leader(view)
    product = _window_mean(pair * leader, period, period)
    scale = _window_mean(pair * pair, period, period)
    scale *= _window_mean(leader * leader, period, period)
    return np.clip(divide(product, np.sqrt(scale)), -1.0, 1.0)


def residual_momentum(view: MarketView, period: int) -> FloatArray:
    """The pair's `period`-return less what its beta makes of the leader's."""
    return _change(view.pair, period) - leader_beta(view, period) * _change(view.leader, period)


def market_volatility(view: MarketView, period: int) -> FloatArray:
    """Root mean square of the members' mean return, per candle."""
    mean = _across(_change(view.members, 1))
    return np.sqrt(_window_mean(mean * mean, period, period))


def comovement(view: MarketView, period: int) -> FloatArray:
    """Products of two members' returns against their squares: the intraclass correlation.

    With `m` members known in a candle it is at least ``-1 / (m - 1)``, 0 where they move
    independently, 1 where they move as one; NaN for a single member and where nothing moved.
    """
    change = _change(view.members, 1)
    known = np.isfinite(change)
    change = np.where(known, change, 0.0)
    count = known.sum(axis=0)
    square = (change * change).sum(axis=0)
    product = change.sum(axis=0) ** 2 - square
    too_few = count < max(2.0, LEAST_KNOWN_MEMBERS * len(change))
    products = _window_mean(np.where(too_few, np.nan, product), period, period)
    squares = _window_mean(np.where(too_few, np.nan, (count - 1) * square), period, period)
    return np.clip(divide(products, squares), -1.0, 1.0)


FEATURES: tuple[MarketFeature, ...] = (
    MarketFeature(
        "market_return",
        Family.MARKET,
        "mean over members of ln(C_t / C_(t-p))",
        "Y. Liu, A. Tsyvinski & X. Wu, Common risk factors in cryptocurrency (2022); equal weights",
        market_return,
        one_more,
    ),
    MarketFeature(
        "breadth",
        Family.MARKET,
        "share of members with ln C above its mean over p, equality counting half",
        "R. Colby, The encyclopedia of technical market indicators (2003)",
        breadth,
        same_period,
    ),
    MarketFeature(
        "dispersion",
        Family.MARKET,
        "standard deviation across members of ln(C_t / C_(t-p))",
        "W. Christie & R. Huang, Following the pied piper (1995)",
        dispersion,
        one_more,
    ),
    MarketFeature(
        "relative_strength",
        Family.MARKET,
        "ln(C_t / C_(t-p)) of the pair - market_return",
        "R. Levy, Relative strength as a criterion for investment selection (1967)",
        relative_strength,
        one_more,
    ),
    MarketFeature(
        "leader_return",
        Family.MARKET,
        "ln(C_t / C_(t-p)) of the leader",
        "A. Lo & C. MacKinlay, When are contrarian profits due to stock market overreaction? "
        "(1990), for leads and lags",
        leader_return,
        one_more,
    ),
    MarketFeature(
        "leader_last_return",
        Family.MARKET,
        "r_t / sqrt(mean of r^2 over p), r of the leader",
        "A. Lo & C. MacKinlay (1990), for leads and lags; scaled by realised volatility",
        leader_last_return,
        one_more,
    ),
    MarketFeature(
        "leader_beta",
        Family.MARKET,
        "sum of r_pair r_leader over p / sum of r_leader^2 over p",
        "T. Andersen, T. Bollerslev, F. Diebold & G. Wu, Realized beta (2006)",
        leader_beta,
        one_more,
    ),
    MarketFeature(
        "leader_correlation",
        Family.MARKET,
        "sum of r_pair r_leader / sqrt(sum of r_pair^2 * sum of r_leader^2), over p",
        "O. Barndorff-Nielsen & N. Shephard, Econometric analysis of realized covariation (2004)",
        leader_correlation,
        one_more,
    ),
    MarketFeature(
        "residual_momentum",
        Family.MARKET,
        "ln(C_t / C_(t-p)) of the pair - leader_beta * ln(C_t / C_(t-p)) of the leader",
        "D. Blitz, J. Huij & M. Martens, Residual momentum (2011)",
        residual_momentum,
        one_more,
    ),
    MarketFeature(
        "market_volatility",
        Family.MARKET,
        "sqrt(mean over p of m^2), m the mean of r over members",
        "T. Andersen, T. Bollerslev, F. Diebold & P. Labys, Modeling and forecasting realized "
        "volatility (2003)",
        market_volatility,
        one_more,
    ),
    MarketFeature(
        "comovement",
        Family.MARKET,
        "sum of ((sum of r)^2 - sum of r^2) / sum of (m - 1) sum of r^2, over p and m members",
        "R. Fisher, Statistical methods for research workers (1925): intraclass correlation",
        comovement,
        one_more,
    ),
)
