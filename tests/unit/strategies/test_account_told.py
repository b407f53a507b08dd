"""An account, its limits and the use made of them, as the report has them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.standing import Standing
from aurum_plugins.strategies.account_told import account_report
from aurum_plugins.trading.stock import Stock

LIMITS = RiskSettings()
MARKS = RiskState(
    at_ms=5,
    equity=990.0,
    peak=1_100.0,
    day_equity=1_000.0,
    day_low=970.0,
    week_equity=980.0,
    week_low=985.0,
    losing_streak=3,
)
OPENED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def position(**more: Any) -> Position:
    told: dict[str, Any] = {
        "pair": "A/USDT",
        "amount": 2.0,
        "ordered": 1.0,
        "price": 110.0,
        "open_rate": 100.0,
        "stop": 90.0,
    }
    return Position(**{**told, **more})


def trade(pair: str = "A/USDT") -> Any:
    return SimpleNamespace(pair=pair, id=42, open_date_utc=OPENED, fee_open=0.001)


def stock(*positions: Position, **more: Any) -> Stock:
    told: dict[str, Any] = {
        "account": Account(700.0, positions),
        "free_slots": 4,
        "standing": Standing(0.5, None, 0.1),
        "marks": MARKS,
    }
    return Stock(**{**told, **more})


def test_everything_that_is_known() -> None:
    report = account_report(stock(position()), [trade()], LIMITS)
    (held,) = report.positions
    assert (held.pair, held.trade_id, held.amount, held.ordered) == ("A/USDT", 42, 2.0, 1.0)
    assert (held.open_rate, held.price, held.stop) == (100.0, 110.0, 90.0)
    assert held.opened_ms == 1_767_323_045_000
    # The entry's fee is paid, the exit's is not.
    assert held.profit == pytest.approx(2 * 110 - 2 * 100.1)
    assert (report.cash, report.equity, report.exposure) == (700.0, 920.0, 330.0)
    assert report.risk_to_stops == 2 * 20.0
    assert (report.drawdown, report.size_scale, report.refusal) == (0.1, 0.5, "")
    assert (report.free_slots, report.losing_streak) == (4, 3)
    assert report.day_loss == pytest.approx(0.03)
    assert report.week_loss == 0.0
    for name in (
        "position_cap",
        "total_cap",
        "daily_loss",
        "weekly_loss",
        "drawdown_stop",
        "consecutive_losses",
    ):
        assert getattr(report, name) == getattr(LIMITS, name)


def test_nothing_held() -> None:
    report = account_report(stock(), [], LIMITS)
    assert report.positions == ()
    assert report.risk_to_stops == 0.0


def test_prices_and_stops_that_are_not_known_are_no_numbers() -> None:
    report = account_report(stock(position(price=math.nan, stop=math.nan)), [], LIMITS)
    (held,) = report.positions
    assert (held.price, held.stop, held.profit) == (None, None, None)
    assert (held.trade_id, held.opened_ms) == (0, 0)
    assert report.equity is None
    assert report.risk_to_stops is None
    assert report.exposure == 2 * 100 + 1 * 100


def test_only_what_is_held_is_at_risk() -> None:
    waiting = position(pair="B/USDT", amount=0.0, stop=math.nan)
    passed = position(pair="C/USDT", stop=120.0)
    report = account_report(stock(position(), waiting, passed), [], LIMITS)
    assert report.risk_to_stops == 40.0


def test_an_account_that_cannot_be_read_has_no_worth() -> None:
    refusal = Refusal(Reason.EQUITY_UNKNOWN, {"error": "gone"})
    blind = stock(position(), standing=Standing(0.0, refusal, math.nan), marks=None)
    report = account_report(blind, [trade()], LIMITS)
    assert (report.equity, report.exposure, report.drawdown) == (None, None, None)
    assert (report.day_loss, report.week_loss) == (None, None)
    assert (report.size_scale, report.refusal) == (0.0, "EQUITY_UNKNOWN")


def test_before_the_first_mark_no_loss_is_known() -> None:
    report = account_report(stock(marks=RiskState()), [], LIMITS)
    assert (report.day_loss, report.week_loss) == (None, None)
