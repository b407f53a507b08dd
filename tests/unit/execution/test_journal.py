"""The journal on both databases: one row a candle, and what is never forgotten."""

from __future__ import annotations

import json
import math
import threading

import numpy as np
import pytest
from decisions import HOUR_MS, PAIR, START_MS, decision, wanted
from sqlalchemy import text, update

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.database.schema import decisions
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Action, Reason

BOT = "freqtrade (dry run)"
NOW_MS = START_MS + 100 * HOUR_MS
SPREAD = {"spread_bps": 40.0, "limit_bps": 20.0}


def journal_of(database: Database, bot: str = BOT, timeframe: str = "1h") -> Journal:
    return Journal(database, bot, timeframe, "AurumStrategy", VirtualClock(NOW_MS))


@pytest.fixture
def journal(database) -> Journal:
    return journal_of(database)


def rows(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM decisions")).scalar_one())


def test_what_was_recorded_is_read_again(journal) -> None:
    written = [decision(pair="ETH/USDT"), wanted(), decision(1)]
    journal.record(written)
    assert journal.last("ETH/USDT") == [written[0]]
    assert journal.last(PAIR, 5) == [written[2], written[1]]
    assert journal.pending() == [written[1]]


def test_recording_again_changes_nothing(journal, database) -> None:
    for _ in range(3):
        journal.record([decision(), wanted(1)])
    assert rows(database) == 2
    assert journal.last(PAIR, 9) == [wanted(1), decision()]


def test_a_candle_twice_in_one_go_is_one_row(journal, database) -> None:
    journal.record([decision(), wanted(), wanted(1), decision(1)])
    assert rows(database) == 2
    assert journal.last(PAIR, 2) == [decision(1), decision()]


def test_nothing_is_recorded_without_decisions(journal, database) -> None:
    journal.record([])
    assert rows(database) == 0


def test_an_entry_is_refused_twice_and_then_approved(journal) -> None:
    journal.record([wanted()])
    journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.WIDE_SPREAD, SPREAD)
    journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.THIN_BOOK, {})
    assert journal.pending() == []
    journal.settle(PAIR, START_MS, Verdict.APPROVED, Reason.APPROVED, {"stake": 100.0})
    journal.settle(PAIR, START_MS, Verdict.PENDING, Reason.NOT_TRIED, {})
    journal.record([wanted()])
    found = journal.last(PAIR)[0]
    assert (found.verdict, found.reason, found.attempts) == (Verdict.APPROVED, Reason.APPROVED, 3)
    assert (found.outcome, found.settled_ms) == ({"stake": 100.0}, NOW_MS)


def test_an_approval_is_on_the_disk_before_its_order_leaves(journal, database, monkeypatch) -> None:
    asked, writing = [], database.writing

    def watched(*, durable: bool = False):
        asked.append(durable)
        return writing(durable=durable)

    monkeypatch.setattr(database, "writing", watched)
    journal.record([wanted()])
    journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.WIDE_SPREAD, {})
    journal.settle(PAIR, START_MS, Verdict.APPROVED, Reason.APPROVED, {})
    assert asked == [False, False, True]


def test_an_order_of_unknown_fate_counts_as_sent(journal) -> None:
    journal.record([wanted()])
    journal.settle(PAIR, START_MS, Verdict.APPROVED, Reason.APPROVED, {})
    journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.OUTCOME_UNKNOWN, {})
    assert journal.last(PAIR) == journal.ordered(0)
    assert [one.reason for one in journal.unfinished()] == [Reason.OUTCOME_UNKNOWN]
    journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.REJECTED, {})
    assert journal.ordered(0) == journal.unfinished() == []


def test_orders_are_found_after_a_restart(journal, database) -> None:
    journal.record([wanted(), wanted(1), wanted(2), wanted(2, "ETH/USDT"), decision(3)])
    for number in range(3):
        candle_ms = START_MS + number * HOUR_MS
        journal.settle(PAIR, candle_ms, Verdict.APPROVED, Reason.APPROVED, {})
    journal.settle(PAIR, START_MS, Verdict.APPROVED, Reason.FILLED, {})
    again = journal_of(database)
    assert [one.candle_ms for one in again.unfinished()] == [
        START_MS + HOUR_MS,
        NOW_MS - 98 * HOUR_MS,
    ]
    # The candle that opened an hour after the first one closed two hours after it opened.
    late = again.ordered(START_MS + 2 * HOUR_MS)
    assert [one.candle_ms for one in late] == [START_MS + 2 * HOUR_MS]
    assert len(again.ordered(0)) == 3
    assert again.pending() == [wanted(2, "ETH/USDT")]


def test_refused_entries_of_a_period(journal) -> None:
    journal.record([wanted(number, pair) for number in range(5) for pair in (PAIR, "ETH/USDT")])
    for number in (4, 2, 1):
        for pair in (PAIR, "ETH/USDT"):
            candle_ms = START_MS + number * HOUR_MS
            journal.settle(pair, candle_ms, Verdict.REFUSED, Reason.NO_SLOT, {})
    found = journal.refused(PAIR, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS)
    assert [(one.pair, one.candle_ms) for one in found] == [
        (PAIR, START_MS + HOUR_MS),
        (PAIR, START_MS + 2 * HOUR_MS),
    ]
    assert len(journal.refused(PAIR, 0, NOW_MS)) == 3


def test_an_entry_by_hand_gets_a_row_and_its_signal_later(journal) -> None:
    journal.settle(PAIR, START_MS, Verdict.APPROVED, Reason.FORCED, {"by": "telegram"})
    found = journal.last(PAIR)[0]
    assert (found.action, found.signal, found.attempts) == (Action.HOLD, Reason.NOT_DECIDED, 1)
    journal.record([decision()])
    found = journal.last(PAIR)[0]
    assert (found.signal, found.reason) == (Reason.NO_BREAKOUT, Reason.FORCED)
    assert (found.figures, found.outcome) == (decision().figures, {"by": "telegram"})


def test_the_decision_in_force_is_that_of_the_last_closed_candle(journal) -> None:
    journal.record([decision(0), decision(1), decision(5)])
    close = START_MS + HOUR_MS
    assert journal.at(PAIR, close - 1) is None
    assert journal.at(PAIR, close) == decision(0)
    assert journal.at(PAIR, close + HOUR_MS - 1) == decision(0)
    assert journal.at(PAIR, close + 4 * HOUR_MS) == decision(1)
    assert journal.at(PAIR, NOW_MS) == decision(5)
    assert journal.at("ETH/USDT", NOW_MS) is None


def test_the_newest_candle_of_each_pair(journal, database) -> None:
    assert journal.newest_candles() == {}
    journal_of(database, "another").record([decision(9, "SOL/USDT")])
    journal_of(database, timeframe="5m").record([decision(7, "XRP/USDT"), decision(8)])
    journal.record([decision(0), decision(3), decision(1, "ETH/USDT"), decision(2, "ADA/USDT")])
    assert journal.newest_candles() == {
        PAIR: START_MS + 3 * HOUR_MS,
        "ETH/USDT": START_MS + HOUR_MS,
        "ADA/USDT": START_MS + 2 * HOUR_MS,
    }


def test_bots_and_timeframes_have_rows_of_their_own(journal, database) -> None:
    others = [journal_of(database, "another"), journal_of(database, timeframe="5m")]
    journal.record([wanted()])
    for other in others:
        other.settle(PAIR, START_MS, Verdict.APPROVED, Reason.APPROVED, {})
        assert other.pending() == []
    assert journal.pending() == [wanted()]
    assert journal.ordered(0) == journal.unfinished() == []
    assert rows(database) == 3


def test_candles_are_counted_by_when_they_closed(journal) -> None:
    journal.record([decision(0), decision(1), decision(2), wanted(3), wanted(3, "ETH/USDT")])
    close = START_MS + HOUR_MS
    nothing, open_ = (Verdict.NONE, Reason.NO_BREAKOUT), (Verdict.PENDING, Reason.BREAKOUT)
    assert journal.counts(close - 1, close + 3 * HOUR_MS) == {nothing: 3, open_: 2}
    assert journal.counts(close, close + 3 * HOUR_MS - 1) == {nothing: 2}
    assert journal.counts(0, NOW_MS, ["ETH/USDT"]) == {open_: 1}
    assert journal.counts(NOW_MS, NOW_MS + HOUR_MS) == {}


def test_figures_that_are_no_json_are_stored(journal, database) -> None:
    figures = {
        "close": np.float64(math.nan),
        "volume": np.int64(3),
        "x": math.inf,
        "t": "a\0\ud800",
    }
    journal.record([wanted(figures=figures)])
    journal.settle(PAIR, np.int64(START_MS), Verdict.REFUSED, Reason.NOT_FINITE, figures)
    plain = {"close": "nan", "volume": 3, "x": "inf", "t": "a ?"}
    found = journal.last(PAIR)[0]
    assert found.figures == found.outcome == plain
    with database.reading() as connection:
        kept = connection.execute(text("SELECT CAST(figures AS TEXT) FROM decisions")).scalar_one()
    assert json.loads(kept) == {"signal": plain, "outcome": plain}


def test_threads_write_one_row_a_candle(journal, database) -> None:
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for candle in range(5):
            journal.record([wanted(candle)])
            figures = {"thread": number}
            journal.settle(
                PAIR, START_MS + candle * HOUR_MS, Verdict.REFUSED, Reason.KILLED, figures
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database) == 5
    assert [one.attempts for one in journal.last(PAIR, 9)] == [4] * 5


def test_a_decision_of_a_newer_version_is_a_fault_of_the_database(journal, database) -> None:
    journal.record([wanted()])
    for change in ({"reason": "NEVER_HEARD_OF"}, {"verdict": "maybe"}, {"figures": []}):
        with database.writing() as connection:
            connection.execute(update(decisions).values(change))
        calls = (
            lambda: journal.last(PAIR),
            lambda: journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.KILLED, {}),
            lambda: journal.record([wanted()]),
        )
        for call in calls:
            with pytest.raises(DatabaseUnavailable, match=r"is not understood .* newer version"):
                call()
    with pytest.raises(DatabaseUnavailable, match="is not understood"):
        journal.counts(0, NOW_MS)


def test_a_database_that_is_away_is_the_only_error(journal, database) -> None:
    with database.writing() as connection:
        connection.execute(text("DROP TABLE decisions"))
    calls = (
        lambda: journal.record([wanted()]),
        lambda: journal.settle(PAIR, START_MS, Verdict.REFUSED, Reason.KILLED, {}),
        journal.newest_candles,
        lambda: journal.counts(0, NOW_MS),
        journal.pending,
        journal.unfinished,
        lambda: journal.ordered(0),
        lambda: journal.refused(PAIR, 0, NOW_MS),
        lambda: journal.at(PAIR, NOW_MS),
    )
    for call in calls:
        with pytest.raises(DatabaseUnavailable, match="a table is missing"):
            call()


def test_nothing_of_a_record_is_written_if_a_part_cannot_be(journal, database) -> None:
    with pytest.raises(DatabaseUnavailable):
        journal.record([decision(), decision(pair=None)])
    assert rows(database) == 0


def test_that_nothing_can_be_written_is_learnt_without_decisions(tmp_path) -> None:
    path = tmp_path / "aurum.sqlite"
    address = f"sqlite:///{path}"
    with (
        open_database(address) as holding,
        open_database(address, timeout_seconds=0.05) as database,
        holding.writing(),
        pytest.raises(DatabaseUnavailable, match="locked"),
    ):
        journal_of(database).record([])


def test_a_timeframe_without_a_fixed_length_is_refused() -> None:
    with (
        open_database("sqlite://") as database,
        pytest.raises(ConfigurationError, match="timeframe"),
    ):
        journal_of(database, timeframe="1M")


def test_the_newest_decision_on_each_pair(journal, database) -> None:
    assert journal.newest() == []
    journal_of(database, "another").record([decision(9, "SOL/USDT")])
    journal_of(database, timeframe="5m").record([decision(8, "XRP/USDT"), decision(8)])
    journal.record([decision(0), decision(3), decision(1, "ETH/USDT"), wanted(2, "ADA/USDT")])
    assert journal.newest() == [wanted(2, "ADA/USDT"), decision(3), decision(1, "ETH/USDT")]


def test_what_the_signal_alone_settled_is_not_told(journal, database) -> None:
    journal_of(database, timeframe="5m").record([wanted(9)])
    journal.record([decision(number) for number in range(9)])
    assert journal.told(5) == []
    missed = decision(4, "ADA/USDT", signal=Reason.NOT_DECIDED, reason=Reason.MISSED)
    journal.record([wanted(number, "ETH/USDT") for number in range(3)] + [missed])
    journal.settle("ETH/USDT", START_MS, Verdict.REFUSED, Reason.KILLED, {})
    found = journal.told(5)
    assert [(one.pair, one.candle_ms) for one in found] == [
        ("ADA/USDT", missed.candle_ms),
        ("ETH/USDT", START_MS + 2 * HOUR_MS),
        ("ETH/USDT", START_MS + HOUR_MS),
        ("ETH/USDT", START_MS),
    ]
    assert journal.told(2) == found[:2]
