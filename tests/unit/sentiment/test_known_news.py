from __future__ import annotations

import pickle
import sqlite3

import pytest
from told_news import ToldNews

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.known_news import KnownNews
from aurum_plugins.sentiment.scored_item import MARKET

NOW_MS = 1_768_000_000_000


@pytest.fixture
def told(tmp_path):
    with ToldNews(tmp_path / "news.sqlite") as news:
        yield news


def known(told: ToldNews, clock: VirtualClock | None = None, **sentiment: object) -> KnownNews:
    config = {"aurum": told.config(**sentiment)}
    return KnownNews.from_config(config, "A plugin", clock or VirtualClock(NOW_MS))


class TestMoods:
    def test_are_of_what_was_seen_until_then(self, told) -> None:
        told.listen(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS)
        told.say("BTC", 0.5, NOW_MS, times=3)
        told.say("BTC", -0.5, NOW_MS, times=1)
        told.say("BTC", -1, NOW_MS + HOUR_MS)
        found = known(told).moods(["BTC", "ETH"], NOW_MS)
        # Seen five minutes before, and a half-life is six hours.
        assert found["BTC"].count == pytest.approx(4 * 2 ** (-5 / 360))
        assert found["BTC"].mean == pytest.approx(0.25)
        assert (found["ETH"].count, found["ETH"].mean) == (0, 0)

    def test_follow_the_half_life_of_the_settings(self, told) -> None:
        told.listen(NOW_MS)
        told.say("BTC", 0.5, NOW_MS, times=1)
        found = known(told, mood={"half_life_minutes": 5}).moods(["BTC"], NOW_MS)
        assert found["BTC"].count == pytest.approx(0.5)

    def test_there_are_none_where_nobody_listens(self, told) -> None:
        told.say("BTC", 0.5, NOW_MS)
        assert known(told).moods(["BTC"], NOW_MS) is None
        told.listen(NOW_MS - HOUR_MS)
        news = known(told)
        assert news.moods(["BTC"], NOW_MS - HOUR_MS // 2) is not None
        assert news.moods(["BTC"], NOW_MS - HOUR_MS // 2 + 1) is None


class TestShocks:
    def test_are_by_what_was_seen_until_then(self, told) -> None:
        told.shock("@binance", NOW_MS - 1)
        told.shock("BTC", NOW_MS + 1)
        shocks = known(told).shocks(NOW_MS)
        assert shocks.on(["@binance"], NOW_MS).items == 2
        assert shocks.on(["BTC"], NOW_MS + 1) is None

    def test_follow_the_settings(self, told) -> None:
        told.shock(MARKET, NOW_MS)
        news = known(told, shock={"fewest_sources": 3})
        assert news.shocks(NOW_MS).on([MARKET], NOW_MS) is None


class TestADatabaseThatCannotBeRead:
    def test_is_left_alone_for_a_minute(self, tmp_path) -> None:
        path, clock = tmp_path / "news.sqlite", VirtualClock(NOW_MS)
        config = {
            "aurum": {
                "database": {"url": f"sqlite:///{path}"},
                "sentiment": {"rss": {"one": "http://127.0.0.1:1/"}},
            }
        }
        news = KnownNews.from_config(config, "A plugin", clock)
        for ask in (news.shocks, lambda at_ms: news.moods(["BTC"], at_ms)):
            with pytest.raises(DatabaseUnavailable, match=r"news\.sqlite"):
                ask(NOW_MS)
        with ToldNews(path) as told:
            told.listen(NOW_MS)
        clock.advance(MINUTE_MS - 1)
        with pytest.raises(DatabaseUnavailable, match=r"news\.sqlite"):
            news.moods(["BTC"], NOW_MS)
        clock.advance(1)
        assert news.moods([], NOW_MS) == {}
        assert news.shocks(NOW_MS).on(["BTC"], NOW_MS) is None

    def test_nor_one_that_contradicts_itself(self, told) -> None:
        told.listen(NOW_MS)
        told.say("BTC", 0.5, NOW_MS)
        with sqlite3.connect(told.path) as connection:
            connection.execute("UPDATE sentiment_mentions SET score = 7")
        connection.close()
        news = known(told)
        for _ in range(2):
            with pytest.raises(
                DatabaseUnavailable, match=r"news\.sqlite: it holds sentiment that contradicts"
            ):
                news.moods(["BTC"], NOW_MS)

    def test_survives_a_process(self, told) -> None:
        news = known(told)
        with sqlite3.connect(told.path) as connection:
            connection.execute("DROP TABLE sentiment_items")
        connection.close()
        with pytest.raises(DatabaseUnavailable):
            news.shocks(NOW_MS)
        again = pickle.loads(pickle.dumps(news))  # noqa: S301 - our own
        with pytest.raises(DatabaseUnavailable):
            again.moods(["BTC"], NOW_MS)


@pytest.mark.parametrize(
    ("sentiment", "sentence"),
    [
        ({"rss": {}}, r"^aurum\.sentiment\.rss: A plugin needs .*configs/sentiment\.json"),
        ({"enabled": False}, r"^aurum\.sentiment\.enabled: must be true for A plugin \(got False"),
        ({"poll_seconds": 1}, r"^aurum\.sentiment\.poll_seconds: "),
        ({"shock": {"begin_level": 0}}, r"^aurum\.sentiment\.shock\.begin_level: "),
    ],
)
def test_without_news_there_is_none(told, sentiment, sentence) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        known(told, **sentiment)


def test_a_database_that_makes_no_sense_is_refused(told, monkeypatch) -> None:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    config = {"aurum": {**told.config(), "database": {"url": "mysql://x/y"}}}
    with pytest.raises(ConfigurationError, match=r"^aurum\.database\.url"):
        KnownNews.from_config(config, "A plugin")
