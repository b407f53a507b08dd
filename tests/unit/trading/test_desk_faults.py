"""Whatever fails on the way to an order refuses it, and no exit asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_bot import DeskBot
from desk_files import LockedDatabase
from desk_world import PAIRS, Outcome
from sqlalchemy import update

from aurum_plugins.database.schema import risk_states
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.switch import SwitchState

PAIR, OTHER, _ = PAIRS
ENTER = {**dict.fromkeys(PAIRS, Action.HOLD), PAIR: Action.ENTER}
HOLD = dict.fromkeys(PAIRS, Action.HOLD)
FILLED = dict.fromkeys(PAIRS, Outcome.FILLED)


def outcome(bot: DeskBot, number: int = 0) -> tuple[Verdict, Reason]:
    """Of the last candle but `number`."""
    row = bot.journal.last(PAIR, number + 1)[-1]
    return row.verdict, row.reason


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


class TestJournalAway:
    @pytest.fixture
    def locked(self, bot, tmp_path) -> Iterator[LockedDatabase]:
        bot.world.close_candle(HOLD)
        bot.loop(FILLED)
        lock = LockedDatabase(Path(tmp_path) / "aurum.sqlite")
        yield lock
        lock.release()

    def test_nothing_opens_and_everything_is_written_later(self, bot, locked) -> None:
        for _ in range(2):
            bot.world.close_candle(ENTER)
            bot.loop(FILLED)
        bot.loop(FILLED)
        assert bot.world.trades == []
        assert len(bot.journal.last(PAIR, 9)) == 1
        locked._connection.execute("ROLLBACK")
        bot.begin()
        assert len(bot.journal.last(PAIR, 9)) == 3
        assert outcome(bot) == outcome(bot, 1) == (Verdict.REFUSED, Reason.JOURNAL_UNWRITABLE)
        assert bot.journal.pending() == []
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.APPROVED, Reason.APPROVED)
        locked._connection.execute("BEGIN IMMEDIATE")

    def test_away_only_when_the_approval_is_written(self, bot, monkeypatch) -> None:
        bot.world.close_candle(ENTER)
        monkeypatch.setattr(bot.log, "approve", lambda *_: False)
        bot.loop(FILLED)
        assert bot.world.trades == []
        assert outcome(bot) == (Verdict.REFUSED, Reason.JOURNAL_UNWRITABLE)

    def test_what_becomes_of_an_order_is_written_later(self, bot, tmp_path) -> None:
        bot.world.close_candle(ENTER)
        bot.loop({PAIR: Outcome.REJECTED})
        lock = LockedDatabase(Path(tmp_path) / "aurum.sqlite")
        bot.loop(FILLED)
        bot.world.order(PAIR, 1.0, 100.0, Outcome.FILLED)
        assert outcome(bot) == (Verdict.APPROVED, Reason.APPROVED)
        lock.release()
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.REJECTED)

    def test_exits_do_not_ask_for_it(self, bot, tmp_path) -> None:
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        lock = LockedDatabase(Path(tmp_path) / "aurum.sqlite")
        bot.world.close_candle({PAIR: Action.EXIT})
        bot.loop(FILLED)
        lock.release()
        assert bot.world.open_trades == []


class TestSwitch:
    def test_unreadable(self, bot) -> None:
        bot.switch_readable = False
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.SWITCH_UNREADABLE)
        assert bot.desk.cancels_entry(bot.world.now_ms, PAIR, bot.world.now_ms)
        assert bot.desk.exit_reason(bot.world.now_ms, PAIR, bot.world.now_ms) is None

    def test_flat_stays_flat_when_it_cannot_be_read_any_more(self, bot) -> None:
        bot.kill_switch.throw(SwitchState.FLAT, "test", "test")
        bot.begin()
        bot.switch_readable = False
        bot.begin()
        assert bot.desk.exit_reason(bot.world.now_ms, PAIR, bot.world.now_ms) == "kill_switch"

    def test_thrown_between_sizing_and_ordering(self, bot, monkeypatch) -> None:
        ask = bot.confirm

        def confirm(order, *, asked_for):
            bot.kill_switch.throw(SwitchState.HALTED, "test", "test")
            return ask(order, asked_for=asked_for)

        monkeypatch.setattr(bot, "confirm", confirm)
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        assert bot.sent == []
        assert outcome(bot) == (Verdict.REFUSED, Reason.KILLED)


class TestRisk:
    def test_a_position_without_a_price(self, bot) -> None:
        bot.world.close_candle({**ENTER, PAIR: Action.HOLD, OTHER: Action.ENTER})
        bot.loop(FILLED)
        bot.world.prices_known = False
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.EQUITY_UNKNOWN)

    def test_a_damaged_risk_state(self, bot) -> None:
        bot.world.close_candle(HOLD)
        bot.loop(FILLED)
        with bot.database.writing() as connection:
            connection.execute(update(risk_states).values(state={"peak": 1.0}))
        bot.kill()
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.EQUITY_UNKNOWN)
        figures = bot.journal.last(PAIR)[0].outcome
        assert "at_ms is missing" in str(figures["error"])


class TestErrors:
    def test_sizing_raises(self, bot, monkeypatch) -> None:
        monkeypatch.setattr(bot.desk._sizing, "size", broken)
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        row = bot.journal.last(PAIR)[0]
        assert row.reason is Reason.CHECK_FAILED
        assert row.outcome == {"check": "sizing", "error": "RuntimeError('broken')"}

    @pytest.mark.parametrize("part", ["order_book", "limits"])
    def test_the_host_raises_while_an_order_is_checked(self, bot, monkeypatch, part) -> None:
        monkeypatch.setattr(bot.world, part, broken)
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        row = bot.journal.last(PAIR)[0]
        assert row.reason is Reason.CHECK_FAILED
        assert row.outcome == {"check": "desk", "error": "RuntimeError('broken')"}

    def test_a_check_raises(self, bot, monkeypatch) -> None:
        monkeypatch.setattr(bot.desk._gate._checks, "_checks", (Broken(),))
        bot.world.close_candle(ENTER)
        bot.loop(FILLED)
        row = bot.journal.last(PAIR)[0]
        assert row.reason is Reason.CHECK_FAILED
        assert row.outcome == {"check": "broken", "error": "RuntimeError: broken"}

    @pytest.mark.parametrize(
        "part", ["account", "free_slots", "closed_trades", "fate", "locked", "all_locked"]
    )
    def test_taking_stock_fails(self, bot, monkeypatch, part) -> None:
        """Nothing opens, the switch is heeded, and the next loop tries again."""
        bot.world.close_candle(ENTER)
        bot.loop({PAIR: Outcome.WAITING})
        with monkeypatch.context() as patch:
            bot.world.locks = {OTHER}
            bot.world.close_candle({OTHER: Action.ENTER})
            bot.loop(FILLED)
            bot.world.locks = set()
            patch.setattr(bot.world, part, broken)
            bot.kill_switch.throw(SwitchState.FLAT, "test", "test")
            bot.begin()
            assert bot.desk.exit_reason(bot.world.now_ms, PAIR, bot.world.now_ms) == "kill_switch"
            assert bot.desk.cancels_entry(bot.world.now_ms, PAIR, bot.world.now_ms)
            bot.kill_switch.rearm("test", "test")
            bot.begin()
            patch.undo()
            bot._enter(FILLED, 0.3, 0.0)
            assert len(bot.sent) == 1
            row = bot.journal.last(OTHER)[0]
            assert row.reason is Reason.EQUITY_UNKNOWN
            assert row.outcome == {"error": "RuntimeError('broken')"}
        bot.loop(FILLED)
        assert len(bot.sent) == 2


class Broken:
    name = "broken"

    def __call__(self, _: object) -> None:
        broken()
