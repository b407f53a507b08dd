"""All of a soak's promises, on the invented books of a short one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from desk_files import new_file
from soaked_books import MINUTE_MS, START_MS, booked, entry, minute, missed
from sqlalchemy import insert

from aurum_plugins.database import open_database
from aurum_plugins.database.schema import decisions
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.decision_rows import row_of
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.soak import soak_audit
from aurum_plugins.soak.counted_exchange import KEY, counted_server
from aurum_plugins.soak.sandboxed_bot import PAIRS
from aurum_plugins.soak.soak_audit import Soaked, audit_soak
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.soak.watch import Watched

SERVER, EXCHANGE = counted_server(port=0, seed=7)
PLAN = FaultPlan.model_validate({"rules": [{"kind": "reset_before", "probability": 0.1}]})
LAST = 29


def journal() -> list[Decision]:
    return [minute(number, pair) for number in range(LAST + 1) for pair in PAIRS]


def written(folder: Path, rows: Iterable[Decision]) -> Path:
    path = new_file(folder)
    database = open_database(f"sqlite:///{path}")
    with database.writing() as connection:
        connection.execute(insert(decisions), [row_of("Mine", "1m", "S", row) for row in rows])
    database.close()
    return path


def watched(**changes: Any) -> Watched:
    memory = [(float(passed), 200.0) for passed in range(0, 1800, 10)]
    fields = {"ended_ms": START_MS + (LAST + 1) * MINUTE_MS + 40_000, "memory": memory, **changes}
    return Watched(START_MS + MINUTE_MS + 5_000, **fields)


def audited(folder: Path, rows: Iterable[Decision], **changes: Any) -> tuple[dict, list[str]]:
    log = folder / "bot-000.log"
    log.write_text(changes.pop("log", ""))
    logs = [log, *changes.pop("more_logs", ())]
    errors = [line for line in log.read_text().splitlines() if "ERROR" in line]
    bot = SimpleNamespace(
        records=written(folder, rows),
        trades=booked(folder),
        logs=logs,
        errors=lambda: errors,
        tail=lambda: "the last words",
    )
    with sqlite3.connect(bot.trades) as connection:
        connection.execute("DELETE FROM trades")
    fields = {"plan": None, "seen": watched(), "live": True, **changes}
    findings = audit_soak(
        Soaked(bot, SERVER, EXCHANGE, timetable=Timetable.of(30), **fields)  # type: ignore[arg-type]
    )
    return findings.figures, findings.missed


def test_a_quiet_half_hour_has_too_few_entries_and_nothing_else(tmp_path) -> None:
    figures, promises = audited(tmp_path, journal())
    assert promises == ["not one entry was approved in 30 minutes"]
    assert figures["decisions made"] == "240 of 240 (100.00%)"
    assert figures["orders lost"] == figures["restarts"] == 0
    assert figures["memory of the bot, MB"] == "200.0 to 200.0 (+0.00%)"
    assert "faults that had an effect" not in figures


def test_of_a_dry_run_no_order_is_asked_for(tmp_path) -> None:
    figures, promises = audited(tmp_path, [*journal()[1:], entry(0)], live=False)
    assert promises == []
    assert "orders sent" not in figures


def test_an_approval_that_nobody_sent_is_missed(tmp_path) -> None:
    _, (promise,) = audited(tmp_path, [*journal()[1:], entry(0)])
    assert promise.startswith("approvals without order: 1")
    assert EXCHANGE.engine.account(KEY) is not None


def test_a_bot_that_ends_grows_or_is_started_again_is_missed(tmp_path) -> None:
    memory = [(float(passed), 200.0 + passed / 300) for passed in range(0, 1800, 10)]
    again = tmp_path / "bot-001.log"
    again.write_text("")
    seen = watched(memory=memory, ended_early=True)
    rows = [*journal()[1:], entry(0, reason=Reason.REJECTED)]
    _, promises = audited(tmp_path, rows, seen=seen, more_logs=[again])
    assert promises == [
        "memory of the bot grew by 2.29%, from 201.3 to 205.9 MB",
        "restarts: 1, such as bot-001.log",
        "the bot ended by itself:\nthe last words",
    ]


@pytest.mark.parametrize("plan", [None, PLAN])
def test_errors_may_be_logged_only_where_something_is_broken(tmp_path, plan) -> None:
    seen = watched(armed_ms=START_MS + 2 * MINUTE_MS, disarmed_ms=START_MS + 28 * MINUTE_MS)
    error = "2026-11-23 09:00:00,000 - x - ERROR - no answer"
    # After the end of the faults, in any time zone.
    loop = "2036-11-23 09:00:00,000 - x - INFO - Bot heartbeat. PID=1, state='RUNNING'"
    rows = [*journal()[1:], entry(0, reason=Reason.REJECTED)]
    figures, promises = audited(tmp_path, rows, plan=plan, seen=seen, log=f"{error}\n{loop}")
    assert figures["error: x - ERROR - no answer"] == 1
    if plan is None:
        assert promises == [f"errors in the bot's log: 1, such as {error}"]
    else:
        (promise,) = promises
        assert promise.startswith("bot looped again after more than 30 s: 1, such as after")
        assert figures["faults that had an effect"] == {}
        assert figures["venues, as the bot saw them"] == "not recorded"


def test_a_plan_that_was_never_armed_has_no_windows(tmp_path) -> None:
    rows = [*journal()[1:], entry(0, reason=Reason.REJECTED)]
    assert audited(tmp_path, rows, plan=PLAN)[1] == []


def test_a_missed_candle_counts_against_the_share(tmp_path) -> None:
    rows = [*journal()[1:-1], entry(0, reason=Reason.REJECTED), missed(LAST, PAIRS[-1])]
    _, promises = audited(tmp_path, rows)
    assert promises == ["only 239 of 240 decisions were made (99.58%)"]


def test_an_exchange_without_the_account_is_an_error(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(soak_audit, "KEY", "another-account")
    with pytest.raises(LookupError, match="the exchange has no account of another-account"):
        audited(tmp_path, journal())
