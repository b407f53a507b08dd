"""Trades without repetitions."""

from __future__ import annotations

from collections.abc import Iterable

from aurum_plugins.ledger.errors import UnusableTrade
from aurum_plugins.ledger.settled_trade import SettledTrade


def distinct_trades(trades: Iterable[SettledTrade]) -> dict[str, SettledTrade]:
    """Each trade once, by its key.

    Raises
    ------
    aurum_plugins.ledger.errors.UnusableTrade
        If a trade is told twice, and differently: which of them is right cannot be known.
    """
    distinct: dict[str, SettledTrade] = {}
    for trade in trades:
        if distinct.setdefault(trade.key, trade) != trade:
            raise UnusableTrade(trade.key, "figures", "must be the same each time", trade)
    return distinct
