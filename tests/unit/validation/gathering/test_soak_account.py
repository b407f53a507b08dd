"""What is counted of a soak, on the invented books of a short one."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from desk_files import new_file
from soaked_books import MINUTE_MS, START_MS, booked, entry, minute, missed
from sqlalchemy import insert

from aurum_plugins.database import open_database
from aurum_plugins.database.schema import decisions
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_rows import row_of
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.faults.injector import FiredFault
from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.sandboxed_bot import PAIRS
from aurum_plugins.soak.soak_audit import Soaked
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.soak.venue_records import VenueRecord
from aurum_plugins.soak.watch import Watched
from aurum_plugins.validation.gathering import broken_exchange as running
from aurum_plugins.validation.gathering import soak_account as accounting
from aurum_plugins.validation.gathering.broken_exchange import (
    BRIEF,
    LEDGER,
    PLAN,
    broken_exchange,
)
from aurum_plugins.validation.gathering.soak_account import SoakAccount, soak_account

SERVER, EXCHANGE = counted_server(port=0, seed=7)
LAST = 9


def local(at_ms: int) -> str:
    """As freqtrade's log has it: in this machine's zone."""
    return datetime.fromtimestamp(at_ms / 1_000).strftime("%Y-%m-%d %H:%M:%S,000")  # noqa: DTZ006


def loops(*seconds: int) -> str:
    lines = [
        f"{local(START_MS + MINUTE_MS + 1_000 * each)} - x - INFO - Bot heartbeat. state='RUNNING'"
        for each in seconds
    ]
    return "\n".join(lines)


def journal() -> list[Decision]:
    return [minute(number, pair) for number in range(LAST + 1) for pair in PAIRS]


@pytest.fixture
def account(tmp_path: Path) -> Any:
    """Counts a soak of ten minutes; faults last from its second to its eighth."""

    def of(rows: list[Decision], log: str = "", **changes: Any) -> SoakAccount:
        path = new_file(tmp_path)
        database = open_database(f"sqlite:///{path}")
        with database.writing() as connection:
            connection.execute(insert(decisions), [row_of("Mine", "1m", "S", row) for row in rows])
        database.close()
        file = tmp_path / "bot-000.log"
        file.write_text(log or loops(*range(0, 570, 10)))
        trades = booked(tmp_path)
        with sqlite3.connect(trades) as connection:
            connection.execute("UPDATE trades SET is_open = 0")
        bot = SimpleNamespace(
            records=path, trades=trades, logs=[file], errors=list, tail=lambda: "the last words"
        )
        seen = Watched(
            START_MS + MINUTE_MS,
            ended_ms=START_MS + 10 * MINUTE_MS + 40_000,
            armed_ms=START_MS + 3 * MINUTE_MS - 5_000,
            disarmed_ms=START_MS + 8 * MINUTE_MS + 5_000,
        )
        for name, value in changes.items():
            setattr(seen, name, value)
        return soak_account(
            Soaked(bot, SERVER, EXCHANGE, PLAN, Timetable.of(10), seen, True)  # type: ignore[arg-type]
        )

    EXCHANGE.requests.clear()
    EXCHANGE.requests["binance"] = 200
    EXCHANGE.requests["kraken"] = 50
    return of


def test_a_quiet_run(account) -> None:
    found = account(journal())
    assert (found.due, found.made, found.failed) == (80, 80, 0)
    # Candles that opened in the minutes 2 to 6 closed while faults lasted.
    assert (found.due_under_faults, found.made_under_faults) == (48, 48)
    assert (found.approved, found.filled, found.orders) == (0, 0, 0)
    assert found.minutes == pytest.approx(9.67, abs=0.01)
    assert (found.attempts, found.calls, found.calls_failed) == (200, 200, 0)
    assert (found.down_s, found.interventions) == (0.0, 0)
    assert (found.closed, found.charged) == (1, 0)
    assert found.recovery_s == pytest.approx(5.0)


def test_missed_and_failed_decisions_are_counted(account) -> None:
    rows = journal()
    rows[-1] = missed(LAST, PAIRS[-1])
    rows[30] = minute(3, PAIRS[6], reason=Reason.ANALYSIS_FAILED)
    found = account(rows)
    assert (found.due, found.made, found.made_under_faults) == (80, 79, 48)
    assert found.failed == 1


def test_a_decision_that_nobody_wrote_down_failed(account) -> None:
    found = account([row for row in journal() if row.pair != PAIRS[3]])
    assert (found.due, found.made, found.failed) == (80, 70, 10)


def test_entries_that_still_wait_at_the_end_are_not_judged_yet(account) -> None:
    rows = [row for row in journal() if row.pair != "BTC/USDT"]
    odd = {
        1: Reason.CANCELLED,
        2: Reason.RECOVERED,
        # Nothing came of it in minutes: that is no fill.
        3: Reason.APPROVED,
        LAST: Reason.APPROVED,
    }
    rows += [entry(number, reason=odd.get(number, Reason.FILLED)) for number in range(LAST + 1)]
    found = account(rows)
    assert (found.approved, found.filled, found.waiting) == (9, 7, 1)
    assert found.ends == {"FILLED": 6, "CANCELLED": 1, "RECOVERED": 1, "APPROVED": 1}


def test_calls_that_were_given_up_or_never_answered_failed(account) -> None:
    lines = [
        f'{local(START_MS)} - x - WARNING - fetch() returned exception: "no". Retrying still for 3',
        f'{local(START_MS)} - x - WARNING - fetch() returned exception: "no". Giving up.',
        loops(*range(0, 570, 10)),
    ]
    rows = [row for row in journal() if (row.pair, row.candle_ms) != ("BTC/USDT", START_MS)]
    rows.append(entry(0, reason=Reason.OUTCOME_UNKNOWN))
    found = account(rows, "\n".join(lines).replace("still for 3", "still for 3 times"))
    assert (found.retries, found.calls, found.calls_failed) == (1, 199, 2)


def test_what_is_asked_beside_freqtrade_is_no_call(account, monkeypatch) -> None:
    records = [VenueRecord("binance", 40, 3, 0), VenueRecord("kraken", 30, 0, 0)]
    monkeypatch.setattr(accounting, "venue_records", lambda _: records)
    found = account(journal())
    assert (found.attempts, found.asked_beside, found.calls) == (200, 40, 160)


def test_time_without_a_loop_counts_beyond_a_candle(account) -> None:
    found = account(journal(), loops(0, 10, 200, 210, *range(220, 575, 5)))
    assert found.longest_gap_s == 190.0
    assert found.down_s == pytest.approx(130.0)


def test_only_answers_of_the_traded_exchange_that_were_taken_count(account, monkeypatch) -> None:
    kinds = (("binance.klines", "reset_before"), ("kraken.x", "dark"), ("binance.x", "clock_skew"))
    fired = [FiredFault(START_MS, route, None, kind, 0) for route, kind in kinds]
    monkeypatch.setattr(type(EXCHANGE.injector), "log", fired)
    assert account(journal()).attempts_broken == 1


def test_whoever_steps_in_is_counted(account) -> None:
    rows = [row for row in journal() if (row.pair, row.candle_ms) != ("BTC/USDT", START_MS)]
    rows.append(entry(0, reason=Reason.FORCED))
    # A bot that ended has to be started again.
    assert account(rows, ended_early=True).interventions == 1
    assert accounting._forced(rows, [object()]) == 1  # type: ignore[list-item]
    assert rows[-1].verdict is Verdict.APPROVED


def test_a_switch_that_was_thrown_has_to_be_armed_by_hand(account) -> None:
    rows = journal()
    rows[30] = minute(3, PAIRS[6], reason=Reason.KILLED)
    rows[38] = minute(4, PAIRS[6], reason=Reason.KILLED)
    assert account(rows).interventions == 1


@pytest.mark.parametrize(("minutes", "told"), [(10, 1), (62, 2)])
def test_promises_of_the_soak_are_handed_on_but_for_the_memory_of_a_short_one(
    account, monkeypatch, minutes, told
) -> None:
    findings = Findings(
        figures={accounting.RECOVERY: "5.0"},
        missed=["memory of the bot grew by 3.00%", "unexplained balances: 1, such as BTC"],
        promised=["unexplained balances", "restarts"],
    )
    monkeypatch.setattr(accounting, "audit_soak", lambda _: findings)
    found = account(journal(), ended_ms=START_MS + minutes * MINUTE_MS)
    assert (found.missed, found.promised) == (tuple(findings.missed[-told:]), 2)


def test_an_eager_live_bot_with_a_ledger_is_run(tmp_path, monkeypatch) -> None:
    asked: dict[str, Any] = {}

    class Run:
        def __enter__(self) -> str:
            return "ended"

        def __exit__(self, *_: object) -> None:
            asked["left"] = True

    def soaked(folder: Path, checkout: Path, timetable: Any, plan: Any, **options: Any) -> Run:
        asked.update(folder=folder, checkout=checkout, timetable=timetable, plan=plan, **options)
        options["on_tick"]("bot", "injector", "seen", 12.0)
        return Run()

    ticks: list[float] = []
    monkeypatch.setattr(running, "soaked", soaked)
    monkeypatch.setattr(running, "soak_account", lambda ended: f"of {ended}")
    found = broken_exchange(tmp_path / "soak", tmp_path, BRIEF, PLAN, ticks.append)
    assert (found, ticks, asked["left"]) == ("of ended", [12.0], True)
    assert (asked["live"], asked["eager"], asked["port"]) == (True, True, 0)
    assert asked["settings"] == LEDGER
    # A candle closes while the faults last, whenever they begin.
    assert asked["timetable"].disarmed - asked["timetable"].armed > 60
    assert asked["folder"].is_dir()
