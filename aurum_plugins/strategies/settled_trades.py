"""The closed trades of freqtrade's database, as the ledger sees them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from freqtrade.persistence import Order, Trade
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, scoped_session

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.ledger.errors import UnusableTrade
from aurum_plugins.ledger.settled_trade import SettledTrade

logger = logging.getLogger(__name__)

# freqtrade keeps floats; exchanges tell eight decimals.
UNIT: Final = Decimal("1e-8")
Reader = Connection | Session | scoped_session[Session]

_TRADE = (
    Trade.id,
    Trade.pair,
    Trade.stake_currency,
    Trade.is_short,
    Trade.open_date,
    Trade.close_date,
    Trade.close_profit_abs,
)
_ORDER = (
    Order.order_id,
    Order.ft_order_side,
    Order.filled,
    Order.average,
    Order.price,
    Order.stop_price,
    Order.ft_price,
    Order.order_filled_date,
)


def settled_trades(currency: str, reader: Reader | None = None) -> list[SettledTrade]:
    """Every closed trade, the oldest first.

    A trade whose date or profit is not known, or whose figures make no sense, is left out, with a
    warning: nothing can be charged for it, and the others are.

    Parameters
    ----------
    currency : str
        The configuration's stake currency, for trades that do not name their own.
    reader : sqlalchemy.Connection or sqlalchemy.orm.Session, optional
        By default freqtrade's own session of this thread; `Trade.session.remove()` ends it.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be read.
    """
    query = (
        select(*_TRADE, *_ORDER)
        .outerjoin(Order, (Order.ft_trade_id == Trade.id) & (Order.filled > 0))
        .where(Trade.is_open.is_(False))
        .order_by(Trade.id, Order.id)
    )
    rows = (Trade.session if reader is None else reader).execute(query).all()
    settled = []
    for number, of_one in groupby(rows, lambda row: row.id):
        try:
            settled.append(_settled(list(of_one), currency))
        except (UnusableTrade, ArithmeticError, TypeError) as error:
            reason = str(error) or type(error).__name__
            logger.warning("Closed trade %s cannot be charged for: %s", number, reason)
    return settled


def exactly(number: float) -> Decimal:
    """A float as it is written: 0.1 is one tenth."""
    return Decimal(str(float(number)))


def _settled(rows: Sequence[Any], currency: str) -> SettledTrade:
    trade = rows[0]
    if trade.close_date is None or trade.close_profit_abs is None:
        raise TypeError("it has no date or no profit")
    entry_side = "sell" if trade.is_short else "buy"
    entries = [row for row in rows if row.ft_order_side == entry_side]
    exits = [row for row in rows if row.ft_order_side not in (entry_side, None)]
    last = max(exits, key=_filled_ms, default=None)
    return SettledTrade(
        trade_id=trade.id,
        pair=trade.pair,
        currency=trade.stake_currency or currency,
        opened_ms=_utc_ms(trade.open_date),
        closed_ms=_utc_ms(trade.close_date),
        notional=sum((_worth(row) for row in entries), Decimal(0)).quantize(UNIT),
        profit=exactly(trade.close_profit_abs),
        exit_order_id="" if last is None else last.order_id,
    )


def _worth(order: Any) -> Decimal:
    """Quote currency; price as freqtrade's `Order.safe_price` has it."""
    price = order.average or order.price or order.stop_price or order.ft_price
    return exactly(order.filled) * exactly(price)


def _filled_ms(order: Any) -> int:
    return _utc_ms(order.order_filled_date) if order.order_filled_date else 0


def _utc_ms(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * SECOND_MS)
