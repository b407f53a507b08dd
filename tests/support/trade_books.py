"""What freqtrade's trade database says was bought, sold and paid, to hold against an exchange."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

ZERO = Decimal(0)
# Exchanges keep eight decimals; a float holds such a number exactly enough to be read back.
UNIT = Decimal("1e-8")

_QUERY = """
    SELECT o.order_id, o.ft_pair, o.ft_order_side, o.order_type, o.status, o.ft_is_open,
           o.filled, o.cost, o.ft_fee_base,
           t.id AS trade_id, t.is_open AS trade_is_open, t.base_currency, t.stake_currency,
           t.fee_open, t.fee_open_currency,
           t.fee_close, t.fee_close_cost, t.fee_close_currency
    FROM orders o JOIN trades t ON t.id = o.ft_trade_id
    ORDER BY o.id
"""


@dataclass(frozen=True)
class BookedOrder:
    """An order as the database has it.

    Attributes
    ----------
    order_id : str
        The exchange's.
    side : str
        "buy" or "sell".
    status : str
        As ccxt names it.
    filled, cost : decimal.Decimal
        Base and quote currency.
    fee : decimal.Decimal
        Taken from what the order brought: base currency for a purchase, quote currency for a sale.
    fee_is_derived : bool
        Whether the fee follows from a rate, because freqtrade keeps no amount for this order.
    fee_currency : str or None
        As the database has it. If the fee was paid in a third asset, `fee` is 0.
    """

    order_id: str
    trade_id: int
    pair: str
    side: str
    type: str
    status: str
    is_open: bool
    trade_is_open: bool
    filled: Decimal
    cost: Decimal
    fee: Decimal
    fee_is_derived: bool
    fee_currency: str | None

    @property
    def changes(self) -> dict[str, Decimal]:
        """What it did to the balances, by asset."""
        base, quote = self.pair.split("/")
        if self.side == "buy":
            return {base: self.filled - self.fee, quote: -self.cost}
        return {base: -self.filled, quote: self.cost - self.fee}


class TradeBooks:
    """Orders and trades of a freqtrade database, without derivatives or position adjustment.

    Parameters
    ----------
    database : pathlib.Path
        SQLite file; it is only read.

    Notes
    -----
    Amounts come from `orders.filled` and `orders.cost`, which are the exchange's own. Fees are kept
    less completely (freqtrade 2026.9):

    ==========================  ==================================================================
    purchase                    `orders.ft_fee_base`; where freqtrade paid the fee out of dust it is
                                NULL, and the fee is `filled` times `trades.fee_open`.
                                `trades.fee_open_cost` is no use: `recalc_trade_from_orders` makes
                                an estimate in quote currency of it
    first sale that filled      `trades.fee_close_cost`
    each further sale           `cost` times `trades.fee_close`: freqtrade keeps one amount a trade
    ==========================  ==================================================================

    A rate times an amount, cut to eight decimals, is the fee exactly if that of each single fill
    needs no cutting. Fees in a third asset cannot be read back: for purchases only the estimate is
    kept, for sales only the first.
    """

    def __init__(self, database: Path) -> None:
        uri = f"file:{database}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            self._rows = [dict(row) for row in connection.execute(_QUERY)]
            (self.orphans,) = connection.execute(
                "SELECT count(*) FROM orders WHERE ft_trade_id NOT IN (SELECT id FROM trades)"
            ).fetchone()

    @cached_property
    def orders(self) -> list[BookedOrder]:
        """Every order, oldest first."""
        sold: set[int] = set()
        return [_booked(row, sold) for row in self._rows]

    @property
    def closed_trades(self) -> set[int]:
        """Ids of the trades that were bought and sold."""
        closed = [order for order in self.orders if not order.trade_is_open and order.filled]
        bought = {order.trade_id for order in closed if order.side == "buy"}
        return bought & {order.trade_id for order in closed if order.side == "sell"}

    @property
    def open_trades(self) -> set[int]:
        """Ids of the trades that still hold something."""
        return {order.trade_id for order in self.orders if order.trade_is_open}

    def balances(self, initial: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What `initial` has become, by asset, according to the database alone."""
        total: defaultdict[str, Decimal] = defaultdict(Decimal, initial)
        for order in self.orders:
            for asset, amount in order.changes.items():
                total[asset] += amount
        return dict(total)


def _booked(row: Mapping[str, Any], sold: set[int]) -> BookedOrder:
    filled, cost = _exact(row["filled"]), _exact(row["cost"])
    is_purchase = row["ft_order_side"] == "buy"
    brings = row["base_currency"] if is_purchase else row["stake_currency"]
    currency = row["fee_open_currency"] if is_purchase else row["fee_close_currency"]
    fee, is_derived = ZERO, False
    # freqtrade asks for the fee when the order is done.
    if filled and not row["ft_is_open"]:
        assert currency, f"no fee was booked: {row}"
        if currency == brings and is_purchase:
            is_derived = row["ft_fee_base"] is None
            fee = _share(filled, row["fee_open"]) if is_derived else _exact(row["ft_fee_base"])
        elif currency == brings:
            is_derived = row["trade_id"] in sold
            fee = _share(cost, row["fee_close"]) if is_derived else _exact(row["fee_close_cost"])
            sold.add(row["trade_id"])
    return BookedOrder(
        order_id=row["order_id"],
        trade_id=row["trade_id"],
        pair=row["ft_pair"],
        side=row["ft_order_side"],
        type=row["order_type"],
        status=row["status"],
        is_open=bool(row["ft_is_open"]),
        trade_is_open=bool(row["trade_is_open"]),
        filled=filled,
        cost=cost,
        fee=fee,
        fee_is_derived=is_derived,
        fee_currency=currency,
    )


def _exact(number: float | None) -> Decimal:
    return Decimal(repr(number)) if number else ZERO


def _share(amount: Decimal, rate: float) -> Decimal:
    return (amount * _exact(rate)).quantize(UNIT, ROUND_DOWN)
