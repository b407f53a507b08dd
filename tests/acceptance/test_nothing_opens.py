"""What goes wrong around a live bot that wants to enter all the time: nothing opens, exits pass.

One bot and one exchange for all of it, in order; each test leaves the bot entering again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from broken_surroundings import (
    LOOP_SECONDS,
    MINUTE_MS,
    PAIRS,
    SLOTS,
    Surroundings,
    live_bot,
    now_ms,
    sandbox,
)
from freqtrade_process import wait_for

from aurum_plugins.sandbox.matching import OrderStatus, Side

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

QUIET_SECONDS = 6 * LOOP_SECONDS
LOCKED_SECONDS = 60.0
SWITCHED = """
    INSERT INTO switches (bot, state, reason, "by", at_ms)
    VALUES ('*', :state, :reason, :author, :at_ms)
"""
UNREADABLE = "Nothing opens: the kill switch cannot be read"


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Surroundings]:
    with sandbox() as server:
        bot = live_bot(server, tmp_path_factory.mktemp("nothing-opens"))
        with bot:
            yield Surroundings(bot, server)


@pytest.fixture
def around(running) -> Surroundings:
    """The bot has positions, and would open more if it had a slot."""
    running.fill_up()
    running.await_entries_left()
    return running


def test_without_a_fault_entries_follow_exits_at_once(around) -> None:
    """What all the others would see if the fault were not heeded."""
    assert len(around.leave_for_more(QUIET_SECONDS)) >= SLOTS


def test_a_database_that_another_process_has_locked(around) -> None:
    began_ms = now_ms()
    with around.locked():
        until = time.monotonic() + LOCKED_SECONDS
        with around.nothing_opens(0):
            trade = around.positions()[0]
            around.bot.post("forceexit", tradeid=str(trade["trade_id"]), ordertype="market")
            around.leave(30)
            time.sleep(max(0.0, until - time.monotonic()))
    released_ms = now_ms()
    assert "Nothing opens: database" in around.said()
    assert "it is locked: somebody has been writing for too long" in around.said()
    around.fill_up(15)

    closed = range(began_ms // MINUTE_MS * MINUTE_MS, released_ms - MINUTE_MS + 1, MINUTE_MS)
    written = around.rows_of_candles()
    assert len(closed) >= 1
    assert [written.get(candle_ms) for candle_ms in closed] == [PAIRS] * len(closed)
    assert around.refusals("JOURNAL_UNWRITABLE", closed[0] - MINUTE_MS) > 0
    assert around.refusals("MISSED", 0) == 0


def test_a_full_disk(around) -> None:
    with around.full(), around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert "Nothing opens: database" in around.said()
    assert "the disk failed, or is full (disk I/O error)" in around.said()
    around.fill_up()


def test_a_switch_whose_table_is_gone(around) -> None:
    began_ms = now_ms()
    around.execute("ALTER TABLE switches RENAME TO mislaid")
    with around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert f"{UNREADABLE} (DatabaseUnavailable: database" in around.said()
    assert around.refusals("SWITCH_UNREADABLE", began_ms - 2 * MINUTE_MS) > 0
    around.execute("ALTER TABLE mislaid RENAME TO switches")
    around.fill_up()
    assert "The kill switch is armed: positions may be opened again." in around.said()


def test_a_switch_in_a_state_that_nobody_knows(around) -> None:
    began_ms = now_ms()
    entry = {"state": "paused", "reason": "for lunch", "author": "somebody", "at_ms": began_ms}
    around.execute(SWITCHED, entry)
    with around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert "its state must be one of armed, halted, flat (got 'paused')" in around.said()
    assert around.refusals("SWITCH_UNREADABLE", began_ms - 2 * MINUTE_MS) > 0
    assert "paused" in around.aurum("status")
    around.aurum("rearm", "--yes")
    around.fill_up()


def test_a_journal_whose_table_is_gone(around) -> None:
    around.execute("ALTER TABLE decisions RENAME TO mislaid")
    with around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert "a table is missing: run `aurum database upgrade` (no such table: decisions)" in (
        around.said()
    )
    around.execute("ALTER TABLE mislaid RENAME TO decisions")
    around.fill_up()


def test_a_database_that_is_moved_away(around) -> None:
    """A bot that has it open would notice nothing, and a switch thrown elsewhere stop nobody."""
    away = around.bot.records.with_suffix(".away")
    around.bot.records.rename(away)
    with around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert "its file was moved, deleted or replaced while it was open" in around.said()
    assert not around.bot.records.exists()
    away.rename(around.bot.records)
    around.fill_up()


def test_the_kill_switch(around) -> None:
    assert "armed" in around.aurum("status")
    with around.entry_price(0.9):
        waiting = around.leave_for_more(75)
        assert all(order.is_open and not order.executed for order in waiting)
        with around.nothing_opens(QUIET_SECONDS):
            around.aurum("kill", "--reason", "a rehearsal")
            wait_for("cancelled entries", lambda: not any(o.is_open for o in waiting), 10)
    [(thrown_ms,)] = around.rows("SELECT max(at_ms) FROM switches")
    seconds = (max(order.updated_ms for order in waiting) - thrown_ms) / 1_000
    print(f"entries were cancelled {seconds:.1f} s after the switch was thrown")
    assert {order.status for order in waiting} == {OrderStatus.CANCELED}
    assert seconds < 2 * LOOP_SECONDS + 1
    assert "the kill switch is thrown (halted, " in around.said()
    assert "halted" in around.aurum("status")
    around.aurum("rearm", "--yes")
    around.fill_up()


def test_the_kill_switch_sells_everything(around) -> None:
    sold = around.sold
    with around.nothing_opens(QUIET_SECONDS):
        around.aurum("kill", "--flat")
        wait_for("sale of everything", lambda: around.sold == sold + SLOTS, 30)
        wait_for("free slots", lambda: not around.trades(), 10)
    [(thrown_ms,)] = around.rows("SELECT max(at_ms) FROM switches")
    seconds = (around.orders(Side.SELL)[-1].created_ms - thrown_ms) / 1_000
    print(f"everything was sold {seconds:.1f} s after the switch was thrown")
    assert seconds < 2 * LOOP_SECONDS + 1
    assert "flat" in around.aurum("status")
    trades = around.bot.get("trades", limit=500)["trades"]
    assert {trade["exit_reason"] for trade in trades[-SLOTS:]} == {"kill_switch"}
    around.aurum("rearm", "--yes")
    around.fill_up()
    assert "armed" in around.aurum("status")


def test_a_database_overwritten_with_garbage(around) -> None:
    """The last one: there is no going on with what is left.

    SQLite notices once it needs a page that it has not in memory, here within a candle.
    """
    around.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    size = around.bot.records.stat().st_size
    with around.bot.records.open("r+b") as file:
        file.write(os.urandom(size))

    def noticed() -> bool:
        said = around.said()
        return "the file is damaged" in said or "the file is not an SQLite database" in said

    wait_for("error", noticed, 70)
    with around.nothing_opens(QUIET_SECONDS):
        around.leave(10)
    assert "Nothing opens: database" in around.said()
