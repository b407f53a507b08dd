"""The fees that a set of trades makes due."""

from __future__ import annotations

from collections.abc import Iterable

from aurum_plugins.ledger.charge import Charge
from aurum_plugins.ledger.charged_bases import charged_bases
from aurum_plugins.ledger.distinct_trades import distinct_trades
from aurum_plugins.ledger.due_fee import DueFee
from aurum_plugins.ledger.exact import fee_of
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade


def due_fees(trades: Iterable[SettledTrade], settings: LedgerSettings) -> dict[str, DueFee]:
    """The fee of each trade, if these are all the trades there are.

    A function of the set: neither order nor repetitions matter. A bot's ledger also knows trades
    that are not told any more, and charges each on the terms of its time: see `FeeLedger.due`.

    Parameters
    ----------
    trades : iterable of SettledTrade
        Those that closed before `settings.since` do not count at all.
    settings : LedgerSettings

    Returns
    -------
    dict
        `SettledTrade.key` to its fee, which may be 0, in the order in which the trades closed.
        Empty if the ledger is off.

    Raises
    ------
    aurum_plugins.ledger.errors.UnusableTrade
        If a trade is told twice, and differently.
    """
    if not settings.enabled or settings.base is None or settings.rate is None:
        return {}
    base, rate, since_ms = settings.base, settings.rate, settings.since_ms
    counted = {
        key: trade
        for key, trade in distinct_trades(trades).items()
        if since_ms is None or trade.closed_ms >= since_ms
    }
    bases = charged_bases(Charge.for_trade(trade, base, rate) for trade in counted.values())
    return {
        key: DueFee(counted[key], base, rate, basis, fee_of(rate, basis))
        for key, basis in bases.items()
    }
