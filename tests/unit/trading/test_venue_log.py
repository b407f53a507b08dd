"""What venues agreed on, and how they were, in the database."""

from __future__ import annotations

import logging

import pytest
from desk_files import new_file
from sqlalchemy import select, text

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.schema import consensus_marks, venue_health
from aurum_plugins.market_data.consensus import Consensus, Dissent, Exclusion, NoConsensus, Quality
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.resilience.venue_errors import VenueUnreachable
from aurum_plugins.market_data.resilience.venue_health import HealthRecord
from aurum_plugins.trading.venue_log import AFTER_FAILURE_MS, ConsensusMark, VenueLog

NOW = 1_700_000_000_000
CANDLE = NOW - MINUTE_MS
AGREED = Consensus(
    "BTC/USDT",
    100.5,
    ("binance", "kraken"),
    {"coinbase": Exclusion.OUTLIER},
    4.0,
    Quality(0.8, 0.5, 1.0),
    NOW,
)
UNKNOWN = NoConsensus("ETH/USDT", Dissent.NO_QUORUM)


@pytest.fixture
def log(database: Database) -> VenueLog:
    return VenueLog(database, "bot", "1m")


def kept(database: Database, table) -> list:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def record(venue: str = "kraken") -> HealthRecord:
    return HealthRecord(venue, VirtualClock(NOW))


class TestMarks:
    def test_a_consensus_and_none(self, log, database) -> None:
        log.mark(
            NOW,
            [ConsensusMark("BTC/USDT", CANDLE, AGREED), ConsensusMark("ETH/USDT", CANDLE, UNKNOWN)],
        )
        key = {"bot": "bot", "timeframe": "1m", "candle_ms": CANDLE, "seen_ms": NOW}
        marks = sorted(kept(database, consensus_marks), key=lambda row: row["pair"])
        assert marks == [
            {**key, "pair": "BTC/USDT", "price": 100.5, "quality": 0.4, "venues": 2, "dissent": ""},
            {
                **key,
                "pair": "ETH/USDT",
                "price": None,
                "quality": 0.0,
                "venues": 0,
                "dissent": "NO_QUORUM",
            },
        ]

    def test_of_the_same_candle_what_was_said_last(self, log, database) -> None:
        log.mark(NOW, [ConsensusMark("BTC/USDT", CANDLE, AGREED)])
        log.mark(NOW + 5, [ConsensusMark("BTC/USDT", CANDLE, UNKNOWN)])
        (row,) = kept(database, consensus_marks)
        assert (row["seen_ms"], row["price"], row["dissent"]) == (NOW + 5, None, "NO_QUORUM")

    def test_bots_do_not_see_each_other(self, log, database) -> None:
        log.mark(NOW, [ConsensusMark("BTC/USDT", CANDLE, AGREED)])
        VenueLog(database, "other", "1m").mark(NOW, [ConsensusMark("BTC/USDT", CANDLE, UNKNOWN)])
        assert len(kept(database, consensus_marks)) == 2


class TestHealth:
    def test_a_venue_of_which_nothing_is_known(self, log, database) -> None:
        log.note_health(NOW, lambda: [record().snapshot()], ())
        (row,) = kept(database, venue_health)
        assert (row["bot"], row["venue"], row["at_ms"]) == ("bot", "kraken", NOW)
        assert row["state"] == "closed"
        figures = row["figures"]
        assert (
            figures["error_rate"] is figures["latency_p50_ms"] is figures["latency_p95_ms"] is None
        )
        assert figures["last_success_ms"] is figures["clock_offset_ms"] is None
        assert figures["distrusted"] is False
        assert "venue" not in figures
        assert "state" not in figures

    def test_one_that_is_out(self, log, database) -> None:
        health = record()
        health.succeeded(12.5)
        health.failed(VenueUnreachable("kraken", "tickers", "reset"))
        health.circuit_changed(
            CircuitChange("kraken", CircuitState.CLOSED, CircuitState.OPEN, NOW, "failures")
        )
        log.note_health(NOW, lambda: [health.snapshot()], {"kraken"})
        (row,) = kept(database, venue_health)
        assert row["state"] == "open"
        figures = row["figures"]
        assert figures["distrusted"] is True
        assert figures["errors"] == {"unreachable": 1}
        assert figures["error_rate"] == 0.5
        assert figures["latency_p50_ms"] == 12.5
        assert figures["outages"] == [{"began_ms": NOW, "ended_ms": None, "recovery_s": None}]

    def test_every_ten_seconds_at_most_also_when_the_clock_is_set_back(self, log, database) -> None:
        def noted(at_ms: int) -> int:
            log.note_health(at_ms, lambda: [record().snapshot()], ())
            return kept(database, venue_health)[0]["at_ms"]

        ten = 10 * SECOND_MS
        assert noted(NOW) == NOW
        assert noted(NOW + ten - 1) == NOW
        assert noted(NOW + ten) == NOW + ten
        assert noted(NOW) == NOW
        assert len(kept(database, venue_health)) == 1

    def test_in_between_nobody_is_asked(self, log, database) -> None:
        asked: list[int] = []
        for at_ms in (NOW, NOW + 1, NOW + 10 * SECOND_MS - 1, NOW + 10 * SECOND_MS):
            log.note_health(at_ms, lambda at_ms=at_ms: asked.append(at_ms) or [], ())
        assert asked == [NOW, NOW + 10 * SECOND_MS]

    def test_nobody_is_no_row(self, log, database) -> None:
        log.note_health(NOW, list, ())
        log.mark(NOW, [])
        assert kept(database, venue_health) == kept(database, consensus_marks) == []


class TestFailure:
    @pytest.fixture
    def database(self, tmp_path) -> Database:
        with open_database(f"sqlite:///{new_file(tmp_path)}", timeout_seconds=0.01) as opened:
            yield opened

    def test_what_cannot_be_written_is_lost_and_told_once(self, log, database, caplog) -> None:
        with database.writing() as connection:
            connection.execute(text("DROP TABLE consensus_marks"))
        mark = [ConsensusMark("BTC/USDT", CANDLE, AGREED)]
        with caplog.at_level(logging.WARNING):
            for round_ in range(4):
                log.mark(NOW + round_ * AFTER_FAILURE_MS, mark)
        assert len(caplog.messages) == 1
        assert "What venues say is not written down" in caplog.messages[0]
        assert "a table is missing" in caplog.messages[0]

    def test_after_a_failure_nothing_is_tried_for_a_minute(
        self, log, database, caplog, monkeypatch
    ) -> None:
        mark = [ConsensusMark("BTC/USDT", CANDLE, AGREED)]
        tries = []
        writing = database.writing
        monkeypatch.setattr(database, "writing", lambda: tries.append(1) or writing())
        with writing():
            log.mark(NOW, mark)
            log.mark(NOW + 1, mark)
            log.note_health(NOW + 2, lambda: [record().snapshot()], ())
        assert len(tries) == 1
        assert "locked" in caplog.text
        log.mark(NOW + AFTER_FAILURE_MS - 1, mark)
        assert kept(database, consensus_marks) == []
        log.mark(NOW + AFTER_FAILURE_MS, mark)
        log.mark(NOW + AFTER_FAILURE_MS + 1, [ConsensusMark("ETH/USDT", CANDLE, UNKNOWN)])
        assert len(kept(database, consensus_marks)) == 2

    def test_another_failure_after_a_success_is_told_again(self, log, database, caplog) -> None:
        mark = [ConsensusMark("BTC/USDT", CANDLE, AGREED)]
        for round_ in range(2):
            now_ms = NOW + round_ * 2 * AFTER_FAILURE_MS
            with database.writing():
                log.mark(now_ms, mark)
            log.mark(now_ms + AFTER_FAILURE_MS, mark)
        assert len(caplog.messages) == 2
