"""What the bot's own writer wrote down, read back."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from consensus_rows import written
from sqlalchemy import URL, text

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.database import database_url, open_database
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import recorded_marks
from aurum_plugins.features.recorded_marks import RETRY_MS, RecordedMarks
from aurum_plugins.market_data.consensus.price_consensus import Dissent

BOT, PAIR = "freqtrade (dry run)", "BTC/USDT"
SOON_MS = 700


def told(hour: int, quality: float = 0.9, price: float = 100.0):
    return hour * HOUR_MS, (hour + 1) * HOUR_MS + SOON_MS, quality, price


def file(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "aurum.sqlite"))


def hours(marks) -> list[int]:
    return [int(candle_ms) // HOUR_MS for candle_ms in marks.candle_ms]


def messages(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


class TestWhatIsRead:
    def test_as_it_was_written(self, database, database_address) -> None:
        written(database, BOT, PAIR, [told(7, 0.5, 101.25), (*told(6)[:2], Dissent.NO_QUORUM)])
        marks = RecordedMarks(database_address, BOT).between(PAIR, "1h", 0, 9 * HOUR_MS)
        assert hours(marks) == [6, 7]
        assert marks.seen_ms.tolist() == [7 * HOUR_MS + SOON_MS, 8 * HOUR_MS + SOON_MS]
        np.testing.assert_array_equal(marks.quality, [0.0, 0.5])
        np.testing.assert_array_equal(marks.price, [np.nan, 101.25])

    def test_both_ends_are_included(self, database, database_address) -> None:
        written(database, BOT, PAIR, map(told, range(10)))
        marks = RecordedMarks(database_address, BOT).between(PAIR, "1h", 3 * HOUR_MS, 5 * HOUR_MS)
        assert hours(marks) == [3, 4, 5]

    def test_of_this_bot_pair_and_timeframe_only(self, database, database_address) -> None:
        written(database, BOT, PAIR, [told(1)])
        written(database, "freqtrade (live)", PAIR, [told(2)])
        written(database, BOT, "ETH/USDT", [told(3)])
        written(database, BOT, PAIR, [told(4)], "5m")
        marks = RecordedMarks(database_address, BOT).between(PAIR, "1h", 0, 9 * HOUR_MS)
        assert hours(marks) == [1]

    @pytest.mark.parametrize("dissent", Dissent)
    def test_a_pair_that_nobody_was_asked_about_was_not_disagreed_on(
        self, database, database_address, dissent
    ) -> None:
        written(database, BOT, PAIR, [(*told(1)[:2], dissent)])
        marks = RecordedMarks(database_address, BOT).between(PAIR, "1h", 0, 9 * HOUR_MS)
        assert hours(marks) == ([] if dissent is Dissent.NOT_ASKED else [1])

    def test_what_comes_later_is_found(self, database, database_address) -> None:
        marks = RecordedMarks(database_address, BOT)
        for hour in range(3):
            written(database, BOT, PAIR, [told(hour)])
            assert hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS)) == list(range(hour + 1))

    def test_the_bot_of_a_configuration(self, tmp_path, monkeypatch) -> None:
        monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
        config = {"user_data_dir": tmp_path, "bot_name": "Mine", "dry_run": False}
        written(open_database(database_url(config)), "Mine (live)", PAIR, [told(1)])
        marks = RecordedMarks.from_config(config).between(PAIR, "1h", 0, 9 * HOUR_MS)
        assert hours(marks) == [1]

    def test_an_address_of_no_use_is_refused_at_once(self, monkeypatch) -> None:
        monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
        config = {"aurum": {"database": {"url": "mysql://host/name"}}}
        with pytest.raises(ConfigurationError, match="must begin with sqlite:// or postgresql://"):
            RecordedMarks.from_config(config)


class TestWhatCannotBeRead:
    def test_a_database_that_is_not_there_is_told_of_once_and_not_made(
        self, tmp_path, caplog
    ) -> None:
        clock = VirtualClock(0)
        marks = RecordedMarks(file(tmp_path), BOT, clock)
        for _ in range(3):
            assert not hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS))
            clock.advance(RETRY_MS)
        (message,) = messages(caplog)
        assert message == (
            f"No features of the venues' agreement: database {file(tmp_path)}: there is none yet: "
            "run `aurum database upgrade`"
        )
        assert not list(tmp_path.iterdir())

    def test_it_is_tried_again_after_a_minute(self, tmp_path, caplog) -> None:
        clock = VirtualClock(0)
        marks = RecordedMarks(file(tmp_path), BOT, clock)
        marks.between(PAIR, "1h", 0, 9 * HOUR_MS)
        written(open_database(file(tmp_path)), BOT, PAIR, [told(1)])
        clock.advance(RETRY_MS - 1)
        assert not hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS))
        clock.advance(1)
        assert hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS)) == [1]
        (tmp_path / "aurum.sqlite").rename(tmp_path / "elsewhere")
        assert not hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS))
        assert len(messages(caplog)) == 2
        assert "moved, deleted or replaced" in messages(caplog)[1]
        (tmp_path / "elsewhere").rename(tmp_path / "aurum.sqlite")
        clock.advance(RETRY_MS)
        assert hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS)) == [1]

    def test_a_file_that_is_no_database(self, tmp_path, caplog) -> None:
        (tmp_path / "aurum.sqlite").write_bytes(os.urandom(8_192))
        assert not hours(RecordedMarks(file(tmp_path), BOT).between(PAIR, "1h", 0, 9 * HOUR_MS))
        assert len(messages(caplog)) == 1

    def test_a_number_that_is_none(self, database, database_address, caplog) -> None:
        if database.kind != "sqlite":
            pytest.skip("PostgreSQL takes no text for a number")
        written(database, BOT, PAIR, [told(1)])
        with database.writing() as connection:
            connection.execute(text("UPDATE consensus_marks SET quality = 'good'"))
        assert not hours(RecordedMarks(database_address, BOT).between(PAIR, "1h", 0, 9 * HOUR_MS))
        assert len(messages(caplog)) == 1


def test_nothing_is_opened_before_it_is_read_and_then_once(tmp_path, monkeypatch) -> None:
    written(open_database(file(tmp_path)), BOT, PAIR, [told(1)])
    opened = []

    def counted(url, **how):
        opened.append(how)
        return open_database(url, **how)

    monkeypatch.setattr(recorded_marks, "open_database", counted)
    marks = RecordedMarks(file(tmp_path), BOT)
    assert opened == []
    for _ in range(3):
        marks.between(PAIR, "1h", 0, 9 * HOUR_MS)
    assert opened == [{"migrate": False}]


def test_it_can_be_pickled_while_it_is_open(tmp_path) -> None:
    written(open_database(file(tmp_path)), BOT, PAIR, [told(1)])
    marks = RecordedMarks(file(tmp_path), BOT)
    marks.between(PAIR, "1h", 0, 9 * HOUR_MS)
    again = pickle.loads(pickle.dumps(marks))  # noqa: S301
    assert hours(again.between(PAIR, "1h", 0, 9 * HOUR_MS)) == [1]
    assert hours(marks.between(PAIR, "1h", 0, 9 * HOUR_MS)) == [1]
