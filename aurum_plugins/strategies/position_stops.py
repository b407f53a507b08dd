"""Where the stop of a position lies, as freqtrade wants to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from freqtrade.persistence import Trade
from freqtrade.strategy import stoploss_from_absolute

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.strategies.trade_stop import TradeStop
from aurum_plugins.trading.desk import Desk
from aurum_plugins.trading.held_position import HeldPosition

AT_ONCE = 1e-6  # as a fraction of the price


def stop_distance(
    strategy: Any, pair: str, trade: Trade, now: datetime, rate: float, *, after_fill: bool
) -> float | None:
    """How far below a price the stop of a position lies now, as a share of the price.

    Parameters
    ----------
    strategy : aurum_plugins.strategies.DecidingStrategy
    pair : str
    trade : freqtrade.persistence.Trade
    now : datetime
    rate : float
        Of freqtrade, quote currency; in a backtest the highest of the candle.
    after_fill : bool
        Whether an order of the trade has just filled, so that freqtrade sets the stop anew.

    Returns
    -------
    float or None
        None: the stop stays where it is.
    """
    desk: Desk = strategy.desk()
    # What is known when a candle opens is not its highest price.
    price = rate if strategy.trades_live else None
    stops = [news_stop(desk, pair, trade, now, price, after_fill=after_fill)]
    # Set once, from the range at entry; freqtrade remembers it with the trade.
    if after_fill or trade.stop_loss == trade.initial_stop_loss:
        opened_ms = _ms(trade.open_date_utc)
        stops.append(desk.stop(pair, opened_ms, trade.open_rate, strategy.stop_multiple))
    stop = max((stop for stop in stops if stop is not None), default=None)
    if stop is None:
        return None
    below = stoploss_from_absolute(stop, rate, is_short=trade.is_short, leverage=trade.leverage)
    # freqtrade takes 0 for "no answer", but a price already under the stop must stop.
    return float(max(below, AT_ONCE))


def news_stop(
    desk: Desk,
    pair: str,
    trade: Trade,
    now: datetime,
    price: float | None,
    *,
    after_fill: bool = False,
) -> float | None:
    """Price to which the news draw the stop of a position now; None if they do not.

    Parameters
    ----------
    desk : Desk
    pair : str
    trade : freqtrade.persistence.Trade
    now : datetime
    price : float or None
        What the position could be sold for, quote currency; None takes the newest close.
    after_fill : bool
        See `stop_distance`.
    """
    opened_ms, kept = _ms(trade.open_date_utc), TradeStop(trade)
    return desk.news_stop(_ms(now), HeldPosition(pair, opened_ms, price, kept, after_fill))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND_MS)
