"""What came of all closed trades, summed by freqtrade's database."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from freqtrade.persistence import Trade
from sqlalchemy import Connection, case, func, select

from aurum_plugins.clock import DAY_MS, SECOND_MS
from aurum_plugins.monitoring.reports import TradeReport


def trade_report(connection: Connection, now_ms: int, currency: str) -> TradeReport:
    """Sum up the closed trades.

    freqtrade books what an entry cost in the stake currency, whatever it was charged in, but an
    exit's cost as it was charged. So the fees are known only if every exit was charged in the stake
    currency.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To freqtrade's database.
    now_ms : int
        UTC milliseconds.
    currency : str
        The stake currency.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If it cannot be read.
    """
    midnight = datetime.fromtimestamp(now_ms // DAY_MS * DAY_MS / SECOND_MS, UTC)
    profit = func.coalesce(Trade.close_profit_abs, 0.0)
    today = Trade.close_date >= midnight.replace(tzinfo=None)
    told = (Trade.fee_close_currency == currency) & Trade.fee_open_cost.is_not(None)
    query = select(
        func.count().label("closed"),
        func.sum(case((profit > 0, 1), else_=0)).label("won"),
        func.sum(profit).label("profit"),
        func.sum(case((today, 1), else_=0)).label("closed_today"),
        func.sum(case((today, profit), else_=0.0)).label("profit_today"),
        func.sum(case((told, 1), else_=0)).label("told"),
        func.sum(Trade.fee_open_cost + Trade.fee_close_cost).label("fees"),
        func.max(Trade.close_date).label("last"),
    ).where(Trade.is_open.is_(False))
    sums = connection.execute(query).one()
    # Of no trades the sums are null, and nothing was paid.
    known = sums.closed == (sums.told or 0)
    return TradeReport(
        closed=sums.closed,
        won=sums.won or 0,
        profit=_number(sums.profit),
        closed_today=sums.closed_today or 0,
        profit_today=_number(sums.profit_today),
        paid_in_fees=_number(sums.fees) if known else None,
        last_closed_ms=None if sums.last is None else _utc_ms(sums.last),
    )


def _number(value: Any) -> float:
    number = float(value or 0.0)
    if not math.isfinite(number):
        raise ValueError(f"the sums of closed trades must be finite, got {number}")
    return number


def _utc_ms(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * SECOND_MS)
