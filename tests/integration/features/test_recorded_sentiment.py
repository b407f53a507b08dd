"""What a collector wrote down, read back as moods."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path

import numpy as np
import pytest
from sentiment_rows import scored, seen
from sqlalchemy import URL

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.database import database_url, open_database
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.recorded_sentiment import KEPT_MS, RETRY_MS, RecordedSentiment
from aurum_plugins.sentiment.scored_item import MARKET, Suppression
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

START_MS = 1_735_689_600_000
HALF_MS = HOUR_MS
AT_MS = START_MS + HOUR_MS * np.arange(5, dtype=np.int64)
LISTENED = (START_MS - DAY_MS, START_MS + DAY_MS)
NAMES = ("mean", "count", "dispersion", "available")


def file(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "aurum.sqlite"))


def recorded(address: URL, clock: VirtualClock | None = None) -> RecordedSentiment:
    return RecordedSentiment(
        SentimentReader(address), HALF_MS, clock or VirtualClock(START_MS + 9 * DAY_MS)
    )


def messages(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """Subjects whose mentions were read, in order."""
    names: list[str] = []
    read = SentimentReader.mentions

    def noted(reader, subject, first_ms, last_ms):
        names.append(subject)
        return read(reader, subject, first_ms, last_ms)

    monkeypatch.setattr(SentimentReader, "mentions", noted)
    return names


class TestWhatIsRead:
    def test_as_it_was_written(self, database, database_address) -> None:
        items = [
            scored(START_MS, 0.8, 2.0),
            scored(START_MS + HOUR_MS, -0.4, 1.0, subjects=["BTC", "ETH"]),
            scored(START_MS, 1.0, 5.0, suppressed=Suppression.BOT),
        ]
        seen(database, items, [LISTENED])
        source = recorded(database_address)
        coin = source.at("BTC", AT_MS)
        np.testing.assert_allclose(coin.count, [2, 2, 1, 0.5, 0.25], rtol=1e-14)
        np.testing.assert_allclose(coin.mean, [0.8, 0.2, 0.2, 0.2, 0.2], rtol=1e-12)
        assert coin.available.all()
        np.testing.assert_array_equal(source.at(MARKET, AT_MS).mean, coin.mean)
        np.testing.assert_allclose(source.at("ETH", AT_MS).mean, [0, -0.4, -0.4, -0.4, -0.4])
        silent = source.at("DOGE", AT_MS)
        assert silent.available.all()
        assert not silent.count.any()

    def test_what_was_seen_long_before_the_first_time_counts(
        self, database, database_address
    ) -> None:
        seen(database, [scored(START_MS - 20 * HALF_MS, 0.3)], [LISTENED])
        found = recorded(database_address).at("BTC", AT_MS[:1])
        assert found.count[0] == pytest.approx(2.0**-20)

    def test_nobody_listened(self, database, database_address) -> None:
        seen(database, [scored(START_MS)], [(START_MS, START_MS + HOUR_MS)])
        found = recorded(database_address).at("BTC", AT_MS)
        assert found.available.tolist() == [True, True, False, False, False]
        assert not found.count[2:].any()

    def test_no_times(self, database, database_address) -> None:
        assert len(recorded(database_address).at("BTC", AT_MS[:0]).mean) == 0


class TestReadOnce:
    def test_for_all_that_ask_within_a_minute(self, database, database_address, reads) -> None:
        seen(database, [scored(START_MS)], [LISTENED])
        clock = VirtualClock(START_MS + DAY_MS)
        source = recorded(database_address, clock)
        whole = source.at(MARKET, AT_MS)
        for row in range(5):
            alone = source.at(MARKET, AT_MS[row : row + 1])
            for name in NAMES:
                assert getattr(alone, name)[0] == getattr(whole, name)[row]
        source.at("BTC", AT_MS)
        assert reads == [MARKET, "BTC"]
        clock.advance(KEPT_MS)
        source.at(MARKET, AT_MS)
        assert reads == [MARKET, "BTC", MARKET]

    def test_not_for_times_outside(self, database, database_address, reads) -> None:
        seen(database, [scored(START_MS)], [LISTENED])
        source = recorded(database_address)
        for rows in (slice(2, 3), slice(1, 3), slice(2, 4), slice(2, 3)):
            source.at("BTC", AT_MS[rows])
        assert reads == ["BTC"] * 3

    def test_not_where_more_may_be_seen(self, database, database_address, reads) -> None:
        """A time that is not over yet, or was only just, when it was read."""
        clock = VirtualClock(int(AT_MS[1]))
        source = recorded(database_address, clock)
        assert not source.at("BTC", AT_MS[:2]).count.any()
        seen(database, [scored(int(AT_MS[1]))], [LISTENED])
        assert source.at("BTC", AT_MS[:2]).count.tolist() == [0.0, 1.0]
        assert reads == ["BTC"] * 2


class TestWhatCannotBeRead:
    def test_a_database_that_is_not_there_is_told_of_once_and_not_made(
        self, tmp_path, caplog
    ) -> None:
        clock = VirtualClock(START_MS)
        source = recorded(file(tmp_path), clock)
        for _ in range(3):
            for subject in ("BTC", MARKET):
                found = source.at(subject, AT_MS)
                for name in NAMES:
                    assert getattr(found, name).tolist() == [0] * 5
            clock.advance(RETRY_MS)
        (message,) = messages(caplog)
        assert message == (
            f"No features of sentiment: database {file(tmp_path)}: there is none yet: "
            "run `aurum database upgrade`"
        )
        assert not list(tmp_path.iterdir())

    def test_it_is_tried_again_after_a_minute(self, tmp_path, caplog) -> None:
        clock = VirtualClock(START_MS + DAY_MS)
        source = recorded(file(tmp_path), clock)
        source.at("BTC", AT_MS)
        seen(open_database(file(tmp_path)), [scored(START_MS)], [LISTENED])
        clock.advance(RETRY_MS - 1)
        assert not source.at("BTC", AT_MS).available.any()
        clock.advance(1)
        assert source.at("BTC", AT_MS).available.all()
        (tmp_path / "aurum.sqlite").rename(tmp_path / "elsewhere")
        clock.advance(KEPT_MS)
        assert not source.at("BTC", AT_MS).available.any()
        assert len(messages(caplog)) == 2

    def test_figures_that_make_no_sense(self, database, database_address, caplog) -> None:
        seen(database, [scored(START_MS)], [LISTENED])
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE sentiment_mentions SET score = 7")
        assert not recorded(database_address).at("BTC", AT_MS).available.any()
        (message,) = messages(caplog)
        assert "scores must be in [-1, 1], got 7" in message


class TestFromConfig:
    @pytest.fixture(autouse=True)
    def _own_database(self, monkeypatch) -> None:
        monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)

    def test_its_database_and_half_life(self, tmp_path) -> None:
        config = {
            "user_data_dir": tmp_path,
            "aurum": {"sentiment": {"mood": {"half_life_minutes": 30}}},
        }
        seen(open_database(database_url(config)), [scored(START_MS)], [LISTENED])
        found = RecordedSentiment.from_config(config).at("BTC", AT_MS)
        np.testing.assert_allclose(found.count, [1, 0.25, 1 / 16, 1 / 64, 1 / 256], rtol=1e-14)

    def test_switched_off_and_wanted_all_the_same(self) -> None:
        with pytest.raises(ConfigurationError, match=r"enabled: must be true for aurum\.features"):
            RecordedSentiment.from_config({"aurum": {"sentiment": {"enabled": False}}})


def test_it_can_be_pickled_while_it_is_open(tmp_path) -> None:
    seen(open_database(file(tmp_path)), [scored(START_MS)], [LISTENED])
    source = recorded(file(tmp_path))
    source.at("BTC", AT_MS)
    again = pickle.loads(pickle.dumps(source))  # noqa: S301
    for each in (again, source):
        assert each.at("BTC", AT_MS).count[0] == 1.0


def test_a_minute_is_less_than_a_candle() -> None:
    assert KEPT_MS <= MINUTE_MS
