"""The orders of freqtrade's database, with what it knows of their fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from itertools import groupby

from freqtrade.persistence import Order, Trade
from sqlalchemy import RowMapping, select

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.strategies.settled_trades import UNIT, Reader, exactly

_QUERY = (
    select(
        Order.order_id,
        Order.ft_pair,
        Order.ft_order_side,
        Order.ft_is_open,
        Order.order_date,
        Order.filled,
        Order.average,
        Order.price,
        Order.stop_price,
        Order.ft_price,
        Order.ft_fee_base,
        Trade.id.label("trade_id"),
        Trade.is_short,
        Trade.base_currency,
        Trade.fee_open,
        Trade.fee_open_currency,
        Trade.fee_close,
        Trade.fee_close_cost,
        Trade.fee_close_currency,
    )
    .join(Trade, Order.ft_trade_id == Trade.id)
    .where(Order.filled > 0)
    .order_by(Trade.id, Order.id)
)


def booked_orders(reader: Reader) -> list[BookedOrder]:
    """Every order of which something was filled, trade by trade.

    Parameters
    ----------
    reader : sqlalchemy.Connection or sqlalchemy.orm.Session
        Of freqtrade's database.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be read.

    Notes
    -----
    freqtrade 2026.9 books a trade's fees once for its entries and once for its exits, when the
    first order of each is done, and as a rate, by which it reckons profits: a fee in a third
    currency is turned into one with that currency's price of the moment. Amounts it keeps in two
    cases. Of an entry whose fee was taken from what was bought, in `orders.ft_fee_base` (NULL where
    the fee could be paid out of older dust). Of the first exit, in `trades.fee_close_cost`.
    `trades.fee_open_cost` is none: every recalculation makes it an estimate in stake currency.
    """
    rows = reader.execute(_QUERY).mappings().all()
    return [
        order
        for _, of_one in groupby(rows, lambda row: row["trade_id"])
        for order in _of_trade(tuple(of_one))
    ]


def _of_trade(rows: Sequence[RowMapping]) -> list[BookedOrder]:
    orders = []
    first_exit = True
    for row in rows:
        is_entry = row["ft_order_side"] == ("sell" if row["is_short"] else "buy")
        kept = row["ft_fee_base"] if is_entry else row["fee_close_cost"] if first_exit else None
        orders.append(_booked(row, is_entry, kept))
        first_exit &= is_entry or bool(row["ft_is_open"])
    return orders


def _booked(row: RowMapping, is_entry: bool, kept: float | None) -> BookedOrder:
    currency = row["fee_open_currency"] if is_entry else row["fee_close_currency"]
    rate = row["fee_open"] if is_entry else row["fee_close"]
    price = row["average"] or row["price"] or row["stop_price"] or row["ft_price"]
    filled, average = exactly(row["filled"]), exactly(price)
    # An entry's amount is one of the base currency; of another it says nothing.
    is_told = kept is not None and (not is_entry or currency == row["base_currency"])
    return BookedOrder(
        trade_id=row["trade_id"],
        order_id=row["order_id"],
        pair=row["ft_pair"],
        side="buy" if is_entry is not bool(row["is_short"]) else "sell",
        at_ms=round(row["order_date"].replace(tzinfo=UTC).timestamp() * SECOND_MS),
        is_open=bool(row["ft_is_open"]),
        filled=filled,
        price=average,
        fee_currency=currency or "",
        fee=exactly(kept) if is_told and kept is not None else None,
        reckoned_fee=(filled * average * exactly(rate or 0.0)).quantize(UNIT),
    )
