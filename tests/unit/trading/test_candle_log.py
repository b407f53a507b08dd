"""One row for each closed candle of each pair."""

from __future__ import annotations

import pytest
from fallible_journal import FallibleJournal

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.trading.candle_log import LONGEST_GAP, CandleLog
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.decision_log import DecisionLog

HOUR = 3_600_000
NOW = 100 * HOUR


def row(hour: int, action: Action = Action.HOLD) -> DecidedRow:
    reason = Reason.BREAKOUT if action is Action.ENTER else Reason.NO_BREAKOUT
    return DecidedRow(hour * HOUR, action, reason, {"close": 1.0})


@pytest.fixture
def journal() -> FallibleJournal:
    return FallibleJournal()


@pytest.fixture
def log(journal) -> DecisionLog:
    return DecisionLog(journal)


@pytest.fixture
def candles(log) -> CandleLog:
    return CandleLog(log, "1h", HOUR, "Test")


def seen(journal) -> list[tuple[str, int, Reason]]:
    return [(one.pair, one.candle_ms // HOUR, one.reason) for one in journal.rows()]


class TestDecide:
    def test_a_candle_is_written_down_once(self, candles, journal) -> None:
        assert candles.decide(NOW, {"A": row(9)}, ()) == {("A", 9 * HOUR): False}
        assert candles.decide(NOW, {"A": row(9)}, ()) == {}
        assert seen(journal) == [("A", 9, Reason.NO_BREAKOUT)]
        assert journal.rows()[0].verdict is Verdict.NONE

    def test_a_pair_without_candles_has_no_row(self, candles, journal) -> None:
        assert candles.decide(NOW, {"A": None}, ()) == {}
        assert journal.calls == []

    def test_an_entry_is_pending(self, candles, journal) -> None:
        assert candles.decide(NOW, {"A": row(9, Action.ENTER)}, ()) == {("A", 9 * HOUR): True}
        assert journal.rows()[0].verdict is Verdict.PENDING

    def test_a_held_pair_is_not_entered(self, candles, journal) -> None:
        assert candles.decide(NOW, {"A": row(9, Action.ENTER)}, {"A"}) == {("A", 9 * HOUR): False}
        one = journal.rows()[0]
        assert (one.verdict, one.signal, one.reason) == (
            Verdict.REFUSED,
            Reason.BREAKOUT,
            Reason.POSITION_OPEN,
        )

    def test_candles_in_between_were_missed(self, candles, journal) -> None:
        candles.decide(NOW, {"A": row(5)}, ())
        candles.decide(NOW, {"A": row(8)}, ())
        assert seen(journal) == [
            ("A", 5, Reason.NO_BREAKOUT),
            ("A", 6, Reason.MISSED),
            ("A", 7, Reason.MISSED),
            ("A", 8, Reason.NO_BREAKOUT),
        ]

    def test_one_that_comes_late_stays_missed(self, candles, journal) -> None:
        candles.decide(NOW, {"A": row(5)}, ())
        candles.decide(NOW, {"A": row(7)}, ())
        assert candles.decide(NOW, {"A": row(6, Action.ENTER)}, ()) == {}
        assert len(seen(journal)) == 3

    def test_a_gap_has_an_end(self, candles, journal) -> None:
        candles.decide(NOW, {"A": row(0)}, ())
        candles.decide(NOW, {"A": row(LONGEST_GAP + 500)}, ())
        assert len(journal) == LONGEST_GAP + 2
        assert seen(journal)[1] == ("A", 500, Reason.MISSED)


class TestPairs:
    def test_who_comes_back_has_missed_nothing(self, candles, journal) -> None:
        candles.decide(NOW, {"A": row(5), "B": row(5)}, ())
        candles.keep_only(["B"])
        candles.decide(NOW, {"B": row(6)}, ())
        candles.decide(NOW, {"A": row(8), "B": row(8)}, ())
        assert [(pair, hour) for pair, hour, _ in seen(journal) if pair == "A"] == [
            ("A", 5),
            ("A", 8),
        ]
        assert ("B", 7, Reason.MISSED) in seen(journal)

    def test_goes_on_after_a_start(self, candles, journal) -> None:
        candles.resume({"A": 5 * HOUR, "B": 7 * HOUR})
        candles.decide(NOW, {"A": row(7), "B": row(7)}, ())
        assert seen(journal) == [("A", 6, Reason.MISSED), ("A", 7, Reason.NO_BREAKOUT)]


class TestUndecided:
    def test_the_signal_could_not_be_asked(self, candles, journal) -> None:
        candles.decide(NOW, {"A": row(5)}, ())
        candles.undecided(NOW, "A", 7 * HOUR, Reason.ANALYSIS_FAILED)
        candles.undecided(NOW, "A", 7 * HOUR, Reason.ANALYSIS_FAILED)
        assert seen(journal)[1:] == [
            ("A", 6, Reason.MISSED),
            ("A", 7, Reason.ANALYSIS_FAILED),
        ]
        assert journal.rows()[2].signal is Reason.NOT_DECIDED

    def test_of_a_pair_that_was_never_seen(self, candles, journal) -> None:
        candles.undecided(NOW, "A", 7 * HOUR, Reason.ANALYSIS_FAILED)
        assert seen(journal) == [("A", 7, Reason.ANALYSIS_FAILED)]

    def test_what_could_be_asked_after_all(self, candles, journal) -> None:
        candles.undecided(NOW, "A", 7 * HOUR, Reason.ANALYSIS_FAILED)
        assert candles.decide(NOW, {"A": row(7, Action.ENTER)}, ()) == {("A", 7 * HOUR): True}
        assert seen(journal) == [("A", 7, Reason.BREAKOUT)]

    def test_what_could_not_stays(self, candles, journal) -> None:
        candles.undecided(NOW, "A", 7 * HOUR, Reason.ANALYSIS_FAILED)
        candles.decide(NOW, {"A": row(9)}, ())
        assert [reason for *_, reason in seen(journal)] == [
            Reason.ANALYSIS_FAILED,
            Reason.MISSED,
            Reason.NO_BREAKOUT,
        ]


def test_decisions_are_kept_while_the_journal_is_away(candles, log, journal) -> None:
    journal.writable = 0
    candles.decide(NOW, {"A": row(5)}, ())
    candles.decide(NOW, {"A": row(7, Action.ENTER)}, ())
    journal.writable = 9
    candles.decide(NOW, {"A": row(8)}, ())
    assert seen(journal) == []
    assert log.flush()
    assert [hour for _, hour, _ in seen(journal)] == [5, 6, 7, 8]
