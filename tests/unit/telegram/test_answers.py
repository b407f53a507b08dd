"""What the questions are answered with, from a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from decisions import HOUR_MS, START_MS, decision, wanted
from sqlalchemy import insert

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import (
    sentiment_coverage,
    sentiment_items,
    sentiment_mentions,
    sentiment_sources,
    switches,
)
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.monitoring.reports import (
    AccountReport,
    HeldReport,
)
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState
from aurum_plugins.telegram.asked_bot import AskedBot

NOW_MS = START_MS + 30 * HOUR_MS
BOT = "freqtrade (dry run)"
ACCOUNT = AccountReport(
    cash=700.0,
    equity=1_000.0,
    exposure=300.0,
    drawdown=0.02,
    positions=(
        HeldReport(pair="<BTC>/USDT", amount=0.005, open_rate=59_000.0, price=60_000.0, profit=5.0),
    ),
    free_slots=2,
    risk_to_stops=25.0,
    position_cap=0.25,
    total_cap=0.9,
    day_loss=0.01,
    week_loss=None,
    daily_loss=0.04,
    weekly_loss=0.08,
    drawdown_stop=0.18,
    losing_streak=2,
    consecutive_losses=8,
    size_scale=0.5,
)


def record(database: Database, *decisions: Any) -> None:
    Journal(database, BOT, "1h", "Test", VirtualClock(NOW_MS)).record(decisions)


def test_nothing_decided_yet(ask) -> None:
    assert ask("why") == "Nothing was decided on 1h candles yet."


def test_decisions_on_every_pair_those_that_did_something_first(ask, database) -> None:
    refused = wanted(28, "ETH/USDT").settled(
        Verdict.REFUSED, Reason.WIDE_SPREAD, {"spread_bps": 80.0}, NOW_MS
    )
    record(database, decision(28), refused)
    lines = ask("why").split("\n")
    assert lines[1] == "ETH/USDT: entry refused, the spread is too wide"
    assert lines[2].startswith("BTC/USDT: no entry")
    assert "2 candles; entries wanted on 1 (50.0 %); approved 0 (0.0 %)" in lines
    assert "1: the spread is too wide" in lines
    assert "Mind" not in lines[-1]


def test_the_newest_decisions_on_a_pair_and_that_they_are_old(ask, database) -> None:
    record(database, *(decision(number) for number in range(3)))
    answer = ask("why", "btc", "2").split("\n")
    assert answer[0] == "BTC/USDT"
    assert answer[1].startswith("2026-11-22 12:00 UTC: no entry. The close is not above")
    assert answer[2].startswith("2026-11-22 11:00 UTC")
    assert answer[-1] == "Mind: nothing was decided since 2026-11-22 13:00 UTC."
    assert ask("why").split("\n")[-3] == "No candle in the last 24 h."


def test_a_pair_that_is_not_known(ask, database) -> None:
    record(database, decision(28), decision(28, "ETH/USDT"))
    assert ask("why", "eht/usdt") == "No decision on eht/usdt yet. There is ETH/USDT, BTC/USDT"


def test_risk_in_figures(ask) -> None:
    answer = ask("risk", account=ACCOUNT, marked_ms=NOW_MS - 2_000)
    for line in (
        "As of 15:59:58 UTC, 2 s ago",
        "Equity 1,000 USDT",
        "In positions 300 USDT, 30 % of at most 90 %",
        "Lost if all stops are hit: 25 USDT, 2.5 %",
        "Drawdown 2 % of 18 %",
        "Day 1 % of 4 %",
        "Week not known of 8 %",
        "Losses in a row 2 of 8",
        "Largest position 25 %, 250 USDT",
        "Sizes 50 % of the usual",
        "Entries: nothing keeps them away",
        "Kill switch: armed",
        "<BTC>/USDT 0.005 at 59,000, now 60,000, stop not known, +5.00",
    ):
        assert line in answer.split("\n"), answer


def test_everything_that_keeps_entries_away_is_named(ask, database) -> None:
    KillSwitch(database, EVERY_BOT, VirtualClock(NOW_MS)).throw(SwitchState.FLAT, "why", "anna")
    with database.writing() as connection:
        row = {"bot": BOT, "state": "odd", "reason": "", "by": "x", "at_ms": NOW_MS}
        connection.execute(insert(switches), row)
    account = ACCOUNT.model_copy(update={"refusal": "DRAWDOWN", "free_slots": 0, "equity": None})
    answer = ask("risk", account=account, state="paused")
    for said in (
        "Nothing is entered:\n- the kill switch is thrown\n- freqtrade is paused",
        f"- {Reason.DRAWDOWN.sentence}",
        "- every slot is taken",
        "Equity not known USDT",
        "As of not known when",
        "Every bot: flat for 0 s, by anna: why (/rearm all)",
        "unreadable: ",
    ):
        assert said in answer, answer


def test_an_account_that_was_not_looked_at(ask) -> None:
    assert "The account was not looked at yet." in ask("risk")


def test_a_switch_that_cannot_be_read_counts_as_thrown(ask, database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE switches")
    answer = ask("risk", account=ACCOUNT)
    assert "- whether the kill switch is thrown cannot be read" in answer
    assert "Equity 1,000 USDT" in answer


def heard(database: Database, *, covered: bool) -> None:
    item = {
        "source": "rss:<one>",
        "item_id": "1",
        "published_ms": None,
        "seen_ms": NOW_MS - 60_000,
        "text": "Binance <b>hacked</b> /start @you https://x.y",
        "text_hash": "0" * 16,
        "author": "",
        "url": "",
        "subjects": ["@binance", "*"],
        "score": -0.9,
        "weight": 1.0,
        "suppressed": "",
        "event": "HACK",
        "severity": 1.0,
        "model": "test",
    }
    mention = {"source": "rss:<one>", "item_id": "1", "seen_ms": NOW_MS - 60_000, "subject": "*"}
    told = {"source": "rss:<one>", "cursor": {}, "polled_ms": NOW_MS, "fault": "404 <not> found"}
    with database.writing() as connection:
        connection.execute(insert(sentiment_items), {**item})
        connection.execute(insert(sentiment_items), {**item, "source": "rss:two"})
        connection.execute(insert(sentiment_mentions), {**mention, "score": -0.9, "weight": 1.0})
        connection.execute(insert(sentiment_sources), {**told, "answered_ms": None, "items": 1})
        if covered:
            span = {"source": "rss:<one>", "from_ms": NOW_MS - HOUR_MS, "until_ms": NOW_MS}
            connection.execute(insert(sentiment_coverage), span)


def test_moods_shocks_and_sources(ask, database) -> None:
    heard(database, covered=True)
    answer = ask("sentiment", pairs=("BTC/USDT",))
    assert "all of crypto: -0.90 (bad), 1.0 items" in answer
    assert "BTC: nothing was said" in answer
    assert "Shock, " in answer
    assert "Binance <b>hacked</b> /start @you https://x.y" in answer
    assert "rss:<one>: never answered, 1 items; 404 <not> found" in answer
    assert "Nobody" not in answer


def test_moods_are_not_told_where_nobody_listens(ask, database) -> None:
    heard(database, covered=False)
    answer = ask("sentiment", "btc")
    assert "Nobody listens: moods are not known." in answer
    assert "BTC:" not in answer
    assert "Shock" in answer


def test_one_subject(ask, database) -> None:
    heard(database, covered=True)
    assert "all of crypto: -0.90" in ask("sentiment", "market")
    assert "ETH: nothing was said" in ask("sentiment", "eth/usdt")


def test_a_database_that_is_not_there_is_not_made(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    path = Path(tmp_path) / "none.sqlite"
    for url, said in ((f"sqlite:///{path}", "no such file"), ("sqlite://", "in memory")):
        config = {"user_data_dir": tmp_path, "aurum": {"database": {"url": url}}}
        with pytest.raises(Exception, match=said):
            AskedBot(config, "1h", "running", NOW_MS).open_database(1.0)
    assert not path.exists()
