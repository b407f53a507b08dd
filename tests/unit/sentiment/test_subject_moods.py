"""The mood now, read back from what a collector wrote."""

from __future__ import annotations

import pytest
import told_sentiment
from told_sentiment import NOW, scored

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.mood_at import MoodAt, mood_of, moods_at
from aurum_plugins.sentiment.scored_item import EventKind
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore
from aurum_plugins.sentiment.subject_moods import MOST_COINS, subject_moods, usual_subjects

SETTINGS = SentimentSettings()
HALF_LIFE_MS = 360 * MINUTE_MS


@pytest.fixture
def database(tmp_path):
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        yield database


@pytest.fixture
def store(database):
    return SentimentStore(database)


@pytest.fixture
def reader(database):
    return SentimentReader.of(database)


def moods(reader: SentimentReader, exchange: str, *subjects: str, at_ms: int = NOW):
    return subject_moods(reader, SETTINGS, subjects, exchange, at_ms)


def test_the_mood_by_hand(store, reader) -> None:
    told_sentiment.tell(store)
    [bitcoin] = moods(reader, "binance", "BTC")
    # Of one and of 400 minutes, at a half-life of 360.
    new, old = 2 ** (-1 / 360), 2 ** (-400 / 360)
    mean = (0.8 * new - 0.4 * old) / (new + old)
    spread = (0.64 * new + 0.16 * old) / (new + old) - mean**2
    assert bitcoin.mean == pytest.approx(mean, abs=1e-12)
    assert bitcoin.count == pytest.approx(new + old, abs=1e-12)
    assert bitcoin.dispersion == pytest.approx(spread**0.5, abs=1e-12)
    assert bitcoin.available


def test_shocks_of_ones_own_exchange_concern_every_coin(store, reader) -> None:
    told_sentiment.tell(store)
    [elsewhere] = moods(reader, "binance", "BTC")
    # Half of each event counts for the market: 2 * 0.5 does not begin a shock at 1.2.
    assert elsewhere.shock is None
    for mood in moods(reader, "kraken", "*", "BTC"):
        assert mood.shock is not None
        assert mood.shock.subject == "@kraken"
        assert mood.shock.kind is EventKind.WITHDRAWALS_HALTED
        assert mood.shock.since_ms == NOW - 2 * MINUTE_MS


def test_shocks_that_are_known_already_are_not_read_again(store, reader) -> None:
    told_sentiment.tell(store)
    nothing = Shocks(SETTINGS.shock).on
    [bitcoin] = subject_moods(reader, SETTINGS, ["BTC"], "kraken", NOW, nothing)
    assert bitcoin.shock is None


def test_what_was_seen_later_is_not_known(store, reader) -> None:
    told_sentiment.tell(store)
    [bitcoin] = moods(reader, "kraken", "BTC", at_ms=NOW - 300 * MINUTE_MS)
    assert (bitcoin.available, bitcoin.mean, bitcoin.count) == (False, 0.0, 0.0)
    assert bitcoin.shock is None


def test_nobody_listens(reader) -> None:
    [bitcoin] = moods(reader, "kraken", "BTC")
    assert (bitcoin.available, bitcoin.count, bitcoin.shock) == (False, 0.0, None)
    assert moods_at(reader, ["BTC"], NOW, HALF_LIFE_MS) is None


def test_what_was_read_before_gives_the_same_mood(store, reader) -> None:
    told_sentiment.tell(store)
    read = moods_at(reader, ["BTC", "ETH"], NOW, HALF_LIFE_MS)
    coverage = reader.coverage(NOW, NOW)
    for subject in ("BTC", "ETH"):
        mentions = reader.mentions(subject, 0, NOW + DAY_MS)
        assert mood_of(mentions, coverage, NOW, HALF_LIFE_MS) == read[subject]
    assert read["ETH"] == MoodAt(available=True)


def test_usual_subjects(store, reader) -> None:
    told_sentiment.tell(store)
    assert usual_subjects(reader, ["SOL"], NOW) == ("*", "SOL")
    # Bitcoin and the exchange were written about twice each.
    assert usual_subjects(reader, [], NOW) == ("*", "@kraken", "BTC")
    assert usual_subjects(reader, [], NOW + 2 * DAY_MS) == ("*",)


def test_not_too_many_subjects(store, reader) -> None:
    store.add([scored(n, "Many", "*", *(f"C{k:02}" for k in range(n))) for n in range(1, 30)])
    found = usual_subjects(reader, [], NOW)
    assert found == ("*", *(f"C{k:02}" for k in range(MOST_COINS)))
    assert usual_subjects(reader, [], NOW, most=1) == ("*", "C00")


def test_a_reader_of_a_database_leaves_it_open(database, store, reader) -> None:
    told_sentiment.tell(store)
    reader.close()
    assert len(reader.sources()) == 2
    assert len(SentimentReader.of(database).sources()) == 2


def test_a_database_in_memory_can_be_read_too() -> None:
    with open_database("sqlite://") as database:
        told_sentiment.tell(SentimentStore(database))
        assert len(SentimentReader.of(database).sources()) == 2
        # One of the address alone looks at another one, which is empty.
        with pytest.raises(DatabaseUnavailable):
            SentimentReader(database.engine.url).sources()
