"""The trades of a backtest's result, as the ledger sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from aurum_plugins.ledger.settled_trade import SettledTrade
from aurum_plugins.strategies.settled_trades import UNIT, exactly


def backtested_trades(
    trades: Iterable[Mapping[str, Any]], currency: str
) -> tuple[SettledTrade, ...]:
    """Closed trades, numbered from 1 in the order given.

    Parameters
    ----------
    trades : iterable of mapping
        As freqtrade exports them: `results["strategy"][name]["trades"]`.
    currency : str
        The stake currency.
    """
    return tuple(
        SettledTrade(
            trade_id=number,
            pair=trade["pair"],
            currency=currency,
            opened_ms=int(trade["open_timestamp"]),
            closed_ms=int(trade["close_timestamp"]),
            notional=_notional(trade["orders"]),
            profit=exactly(trade["profit_abs"]),
            exit_order_id="",
        )
        for number, trade in enumerate(trades, 1)
    )


def _notional(orders: Iterable[Mapping[str, Any]]) -> Decimal:
    # Not `cost`, to which a backtest adds the exchange's fee.
    filled = (
        exactly(order["amount"]) * exactly(order["safe_price"])
        for order in orders
        if order["ft_is_entry"] and order["order_filled_timestamp"] is not None
    )
    return sum(filled, Decimal(0)).quantize(UNIT)
