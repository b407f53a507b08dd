"""A running bot as a question sees it."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from freqtrade.enums import State

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.standing import Standing
from aurum_plugins.telegram.looked_at import asked_bot
from aurum_plugins.trading.stock import Stock

NOW_MS = 1_795_341_600_000
UNKNOWN = Standing(0.0, Refusal(Reason.EQUITY_UNKNOWN), math.nan)


def bot(stock: Any) -> SimpleNamespace:
    desk = None if stock is None else SimpleNamespace(stock=stock)
    strategy = SimpleNamespace(_desk=desk, timeframe="5m")
    config = {"stake_currency": "USDT", "dry_run": False, "bot_name": "Mine"}
    return SimpleNamespace(config=config, strategy=strategy, state=State.PAUSED)


def test_what_the_desk_found() -> None:
    account = Account(700.0, (Position("BTC/USDT", 0.005, 0.0, 60_000.0, 59_000.0, 55_000.0),))
    worth = dict.fromkeys(("equity", "peak", "day_equity", "day_low", "week_equity"), 1_000.0)
    marks = RiskState(at_ms=NOW_MS - 5, week_low=900.0, **worth)
    asked = asked_bot(bot(Stock(account, 2, Standing(1.0, None, 0.0), marks)), NOW_MS)
    assert (asked.name, asked.state, asked.timeframe) == ("Mine (live)", "paused", "5m")
    assert (asked.currency, asked.loop_seconds, asked.pairs) == ("USDT", 5.0, ())
    assert asked.account is not None
    assert asked.account.equity == 1_000.0
    assert asked.marked_ms == NOW_MS - 5


def test_an_account_out_of_sight_has_no_equity_and_its_reason() -> None:
    asked = asked_bot(bot(Stock(Account(700.0), 2, UNKNOWN, None)), NOW_MS)
    assert asked.account is not None
    assert asked.account.equity is None
    assert asked.account.refusal == "EQUITY_UNKNOWN"
    assert asked.marked_ms is None


def test_before_the_first_loop_nothing_is_known() -> None:
    assert asked_bot(bot(Stock(Account(0.0), 0, UNKNOWN, None)), NOW_MS).account is None


def test_a_desk_that_is_not_there_is_logged_and_answers_go_on(caplog) -> None:
    assert asked_bot(bot(None), NOW_MS).account is None
    assert "could not be looked at" in caplog.text
