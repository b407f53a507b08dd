"""What a bot holds, as a report of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.monitoring.reports import AccountReport, HeldReport
from aurum_plugins.risk.account import Position
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.trading.stock import Stock


def account_report(stock: Stock, trades: Sequence[Any], limits: RiskSettings) -> AccountReport:
    """Tell of an account and of the use that is made of its limits.

    Parameters
    ----------
    stock : Stock
    trades : sequence of freqtrade.persistence.Trade
        The open ones.
    limits : RiskSettings
    """
    account, standing, marks = stock.account, stock.standing, stock.marks
    by_pair = {trade.pair: trade for trade in trades}
    reason = None if standing.refusal is None else standing.refusal.reason
    return AccountReport(
        cash=account.cash,
        equity=None if marks is None else _known(account.equity),
        exposure=None if marks is None else _known(account.exposure),
        drawdown=_known(standing.drawdown),
        positions=tuple(_held(position, by_pair) for position in account.positions),
        free_slots=stock.free_slots,
        risk_to_stops=_known(sum(map(_risk_to_stop, account.positions))),
        position_cap=limits.position_cap,
        total_cap=limits.total_cap,
        day_loss=_worst_loss(marks, "day"),
        week_loss=_worst_loss(marks, "week"),
        daily_loss=limits.daily_loss,
        weekly_loss=limits.weekly_loss,
        drawdown_stop=limits.drawdown_stop,
        losing_streak=0 if marks is None else marks.losing_streak,
        consecutive_losses=limits.consecutive_losses,
        size_scale=standing.scale,
        refusal="" if reason is None else reason.name,
    )


def _held(position: Position, trades: Mapping[str, Any]) -> HeldReport:
    trade = trades.get(position.pair)
    told: dict[str, Any] = {}
    if trade is not None:
        opened = trade.open_date_utc
        told = {"trade_id": trade.id or 0, "opened_ms": round(opened.timestamp() * SECOND_MS)}
    paid = position.open_rate * (1 + float(getattr(trade, "fee_open", None) or 0.0))
    return HeldReport(
        pair=position.pair,
        amount=position.amount,
        ordered=position.ordered,
        open_rate=position.open_rate,
        price=_known(position.price),
        stop=_known(position.stop),
        profit=_known(position.amount * (position.price - paid)),
        **told,
    )


def _risk_to_stop(position: Position) -> float:
    """Quote currency; NaN where it is not known."""
    if not position.amount:
        return 0.0
    # Above the price, as a stop that was just passed is, it costs nothing more.
    return position.amount * _at_least_nothing(position.price - position.stop)


def _worst_loss(marks: RiskState | None, span: str) -> float | None:
    """Share lost at worst since a day or a week began, as the limits count it."""
    if marks is None or not marks.equity:
        return None
    start, low = getattr(marks, f"{span}_equity"), getattr(marks, f"{span}_low")
    return _known(_at_least_nothing(1 - low / start))


def _at_least_nothing(value: float) -> float:
    """`max` would make a number of NaN."""
    return 0.0 if value < 0 else value


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
