"""What becomes of approved entries."""

from __future__ import annotations

import pytest
from desk_world import PAIRS, DeskWorld, Outcome
from fallible_journal import FallibleJournal

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.entry_follow_up import Approved, EntryFollowUp
from aurum_plugins.trading.host import Fate

PAIR, OTHER = PAIRS[:2]


@pytest.fixture
def world() -> DeskWorld:
    return DeskWorld()


@pytest.fixture
def journal() -> FallibleJournal:
    return FallibleJournal()


@pytest.fixture
def log(journal) -> DecisionLog:
    return DecisionLog(journal)


@pytest.fixture
def entries(world, log) -> EntryFollowUp:
    return EntryFollowUp(world, log)


def approve(entries, world, *, resumed: bool = False, pair: str = PAIR, number: int = 0) -> None:
    entry = Approved(pair, world.newest(pair)[0] + number, world.now_ms)
    entries.add(entry, resumed=resumed)


def follow(entries, world, journal) -> Decision | None:
    world.clock.advance(2_000)
    entries.follow(world.now_ms)
    return journal.rows()[-1] if len(journal) else None


@pytest.mark.parametrize("resumed", [False, True])
class TestTrades:
    @pytest.mark.parametrize("outcome", [Outcome.FILLED, Outcome.PARTLY])
    def test_filled(self, entries, world, journal, outcome, resumed) -> None:
        approve(entries, world, resumed=resumed)
        world.order(PAIR, 1.0, 100.0, outcome)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.FILLED)
        assert row.outcome == {"after_seconds": 2.0}
        assert len(entries) == 0
        assert PAIR not in entries

    def test_waits_then_fills(self, entries, world, journal, resumed) -> None:
        approve(entries, world, resumed=resumed)
        trade = world.order(PAIR, 1.0, 100.0, Outcome.WAITING)
        assert follow(entries, world, journal) is None
        assert PAIR in entries
        assert OTHER not in entries
        world.fill(trade, 0.1)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.reason, row.outcome) == (Reason.FILLED, {"after_seconds": 4.0})

    def test_waits_then_is_cancelled(self, entries, world, journal, resumed) -> None:
        approve(entries, world, resumed=resumed)
        trade = world.order(PAIR, 1.0, 100.0, Outcome.WAITING)
        follow(entries, world, journal)
        world.cancel(trade)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.CANCELLED)


class TestGone:
    @pytest.mark.parametrize(
        ("resumed", "reason"), [(False, Reason.REJECTED), (True, Reason.UNBOOKED)]
    )
    def test_never_seen(self, entries, world, journal, resumed, reason) -> None:
        approve(entries, world, resumed=resumed)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.REFUSED, reason)
        assert len(entries) == 0

    def test_a_later_trade_is_not_taken_for_it(self, entries, world, journal, log) -> None:
        """Also if it could not be written down before that trade was opened."""
        approve(entries, world)
        journal.writable = 0
        assert follow(entries, world, journal) is None
        world.order(PAIR, 1.0, 100.0, Outcome.FILLED)
        journal.writable = 9
        assert log.flush()
        approve(entries, world, number=1)
        follow(entries, world, journal)
        assert [row.reason for row in journal.rows()] == [Reason.REJECTED, Reason.FILLED]


def test_each_is_followed_on_its_own(entries, world, journal) -> None:
    approve(entries, world)
    approve(entries, world, pair=OTHER)
    world.order(OTHER, 1.0, 20.0, Outcome.WAITING)
    follow(entries, world, journal)
    assert [row.pair for row in journal.rows()] == [PAIR]
    assert len(entries) == 1


class TestUnknown:
    @pytest.fixture(autouse=True)
    def unknown(self, world, monkeypatch) -> None:
        monkeypatch.setattr(world, "fate", lambda *_: Fate.UNKNOWN)

    def test_it_is_said_once_and_asked_again(self, entries, world, journal) -> None:
        approve(entries, world)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.OUTCOME_UNKNOWN)
        assert row.outcome == {"after_seconds": 2.0}
        assert PAIR in entries
        assert follow(entries, world, journal) == row

    @pytest.mark.parametrize(
        ("resumed", "reason"), [(False, Reason.REJECTED), (True, Reason.UNBOOKED)]
    )
    def test_in_the_end_it_is_gone(self, entries, world, journal, monkeypatch, resumed, reason):
        approve(entries, world, resumed=resumed)
        follow(entries, world, journal)
        monkeypatch.setattr(world, "fate", lambda *_: Fate.GONE)
        row = follow(entries, world, journal)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.REFUSED, reason)
        assert PAIR not in entries

    def test_what_was_taken_over_is_followed_no_more(self, entries, world, journal) -> None:
        approve(entries, world)
        approve(entries, world, pair=OTHER)
        entries.taken_over(PAIR)
        assert PAIR not in entries
        assert OTHER in entries
