"""From closed candles and forecasts to one action and one reason a candle.

The primary rule is the Donchian breakout (`aurum_plugins.signals.breakout`). Whether an entry that
it asks for is made is then asked of the market, of the forecast and of the costs: the forecast is a
*meta-label* in the sense of López de Prado, it says which trades to leave out, and opens none.

Row `t` depends on rows `0..t` alone and on finite windows of them, so that a backtest over years, a
frame of a thousand candles and a bot that was started yesterday decide alike.

References
----------
M. López de Prado, "Advances in Financial Machine Learning" (2018), section 3.6.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals.breakout import breaks_down, breaks_out
from aurum_plugins.signals.outlook import Outlook
from aurum_plugins.signals.policy_settings import PolicySettings
from aurum_plugins.signals.volatility import YEAR_MS

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BPS = 10_000
_EXIT_TAGS = {int(Reason.BREAKDOWN): "breakdown", int(Reason.WEAK_OUTLOOK): "weak_outlook"}


@dataclass(frozen=True, eq=False)
class Decided:
    """What was decided on n candles.

    Attributes
    ----------
    actions, reasons : ndarray of int, shape (n,)
        Numbers of `Action` and `Reason`.
    figures : mapping of str to ndarray of float, shape (n,)
        What was compared; NaN where it was not known.
    """

    actions: IntArray
    reasons: IntArray
    figures: Mapping[str, FloatArray]


def decide(
    candles: pd.DataFrame,
    upper: pd.Series[float],
    lower: pd.Series[float],
    outlook: Outlook | None,
    settings: PolicySettings,
    *,
    enter_probability: float,
    move_candles: float,
    candle_ms: int,
) -> Decided:
    """Decide on each candle.

    Parameters
    ----------
    candles : pandas.DataFrame of shape (n, >= 5)
        With `close` (quote currency), `volume` (base currency), `atr` (average true range, quote
        currency), `volatility` (realised, a year; 1.0 is 100 %) and `market_trend_share`: negative
        while the market falls, NaN where that is not known.
    upper, lower : pandas.Series of shape (n,)
        Entry and exit channel, quote currency.
    outlook : Outlook or None
        None where nothing forecasts.
    settings : PolicySettings
    enter_probability : float
        In place of the settings', for hyperopt.
    move_candles : float
        Over how many candles a position has the chance to pay for its costs.
    candle_ms : int
        Length of a candle in milliseconds.

    Returns
    -------
    Decided
        An exit goes before everything that speaks about entries, and asks for nothing but a close.
    """
    close, volume, trend = (
        candles[name].to_numpy(dtype=np.float64)
        for name in ("close", "volume", "market_trend_share")
    )
    high, low = upper.to_numpy(dtype=np.float64), lower.to_numpy(dtype=np.float64)
    move = expected_move(candles["volatility"], outlook, move_candles, candle_ms)
    figures = {
        "close": close,
        "channel_high": high,
        "channel_low": low,
        "average_range": candles["atr"].to_numpy(dtype=np.float64),
        "annual_volatility_share": candles["volatility"].to_numpy(dtype=np.float64),
        "expected_move_bps": move * BPS,
        "market_trend_share": trend,
    }
    never = np.zeros(len(close), np.bool_)
    falling = (trend < 0) if settings.asks_market else never
    asked = ready = likely = weak = never
    if outlook is not None:
        figures |= outlook.figures
        asked = {"off": never, "bear": falling, "always": ~never}[settings.forecasts]
        ready, likely = outlook.ready, outlook.probability >= enter_probability
        weak = ready & (outlook.probability < settings.leave_probability)
        weak &= settings.forecasts != "off"
        weak &= close < low + settings.weak_share * (high - low)
    no_entries = settings.bear_entries == "none"
    unasked = outlook is None or settings.forecasts == "off"
    no_entries |= settings.bear_entries == "forecast" and unasked
    dear = ~(move * BPS >= settings.cost_bps * settings.cost_multiple)
    # The first that holds decides.
    order: list[tuple[BoolArray, Action, Reason]] = [
        (breaks_down(candles, lower).to_numpy(), Action.EXIT, Reason.BREAKDOWN),
        (weak, Action.EXIT, Reason.WEAK_OUTLOOK),
        (~(_is_amount(close) & _is_amount(volume)), Action.HOLD, Reason.BAD_CANDLE),
        (~np.isfinite(high), Action.HOLD, Reason.WARMING_UP),
        (~breaks_out(candles, upper).to_numpy(), Action.HOLD, Reason.NO_BREAKOUT),
        (np.isnan(trend) & settings.asks_market, Action.HOLD, Reason.MARKET_UNKNOWN),
        (falling & no_entries, Action.HOLD, Reason.BEAR_MARKET),
        (asked & ~ready, Action.HOLD, Reason.NO_FORECAST),
        (asked & ~likely, Action.HOLD, Reason.UNLIKELY),
        (dear & (settings.cost_multiple > 0), Action.HOLD, Reason.BELOW_COST),
    ]
    conditions = [condition for condition, _, _ in order]
    actions = np.select(conditions, [int(a) for _, a, _ in order], int(Action.ENTER))
    reasons = np.select(conditions, [int(r) for _, _, r in order], int(Reason.BREAKOUT))
    return Decided(actions.astype(np.int64), reasons.astype(np.int64), figures)


def exit_tags(reasons: pd.Series[int]) -> npt.NDArray[np.object_]:
    """freqtrade's exit tag of each candle's reason, shape (n,); None where it is no exit."""
    numbers = reasons.to_numpy()
    tags = np.full(len(numbers), None, dtype=object)
    for reason, tag in _EXIT_TAGS.items():
        tags[numbers == reason] = tag
    return tags


def expected_move(
    volatility: pd.Series[float], outlook: Outlook | None, candles: float, candle_ms: int
) -> FloatArray:
    """The size that a price's move over some candles may be expected to have.

    One standard deviation of a random walk of the pair's volatility, realised or, where it is
    ready, forecast: ``sigma * sqrt(candles * candle / year)``.

    Returns
    -------
    ndarray of shape (n,)
        As a share of the price; NaN where the volatility is not known.
    """
    ratio = 1.0 if outlook is None else outlook.volatility_ratio
    sigma = volatility.to_numpy(dtype=np.float64) * ratio
    move: FloatArray = np.asarray(sigma * math.sqrt(candles * candle_ms / YEAR_MS), np.float64)
    return move


def _is_amount(numbers: FloatArray) -> BoolArray:
    """Whether each is a finite positive number."""
    amount: BoolArray = (numbers > 0) & (numbers < math.inf)
    return amount
