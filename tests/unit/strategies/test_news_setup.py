"""Which news a bot follows, and which a backtest."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from recorded_news import listen, put, scored, shock_at

from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.strategies import news_setup
from aurum_plugins.strategies.news_setup import PastNews, news_of_bot

# 2026-11-22.
DAY = 1_795_305_600_000
PAIR = "BTC/USDT"
FEEDS = {"rss": {"coindesk": "https://www.coindesk.com/arc/outboundfeeds/rss"}}
SILENT = "The news play no part in this backtest: "


@pytest.fixture
def asked(monkeypatch) -> list[SentimentSettings]:
    """Settings with which a collector was asked for."""
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    asked: list[SentimentSettings] = []

    def shared(settings: SentimentSettings, database: Database) -> Any:
        assert isinstance(database, Database)
        asked.append(settings)
        return SimpleNamespace(events=SimpleNamespace(take=lambda: ["rss:coindesk is silent"]))

    monkeypatch.setattr(news_setup, "shared_collector", shared)
    return asked


@pytest.fixture
def strategy(tmp_path) -> Any:
    sent: list[tuple[str, bool]] = []
    return SimpleNamespace(
        config={"user_data_dir": tmp_path, "exchange": {"name": "binance"}, "aurum": {}},
        dp=SimpleNamespace(send_msg=lambda text, *, always_send: sent.append((text, always_send))),
        sent=sent,
    )


def opened(strategy: Any, **sentiment: Any) -> Database:
    strategy.config["aurum"]["sentiment"] = sentiment
    return open_database(database_url(strategy.config, {}))


class TestBot:
    def test_sources_are_collected_from_and_events_go_to_telegram(self, strategy, asked) -> None:
        watch = news_of_bot(strategy, opened(strategy, **FEEDS))
        assert [settings.active for settings in asked] == [True]
        watch.begin_loop(DAY, [])
        assert strategy.sent == [("rss:coindesk is silent", True)]

    def test_another_process_may_collect(self, strategy, asked) -> None:
        database = opened(strategy, **FEEDS, collect=False)
        watch = news_of_bot(strategy, database)
        assert asked == []
        put(database, *shock_at(DAY))
        watch.begin_loop(DAY, [PAIR])
        assert watch.shock(DAY, PAIR) is not None
        ((text, always),) = strategy.sent
        assert text.startswith("News shock, all of crypto")
        assert always is True

    def test_without_sources_what_is_imported_counts(self, strategy, asked, caplog) -> None:
        database = opened(strategy)
        with caplog.at_level(logging.INFO):
            watch = news_of_bot(strategy, database)
        assert asked == []
        assert caplog.messages == ["No source of news is named: see aurum.sentiment."]
        put(database, *shock_at(DAY, "@binance"))
        watch.begin_loop(DAY, [])
        assert watch.shock(DAY, PAIR) is not None

    def test_switched_off(self, strategy, asked, caplog) -> None:
        database = opened(strategy, **FEEDS, enabled=False)
        with caplog.at_level(logging.INFO):
            assert news_of_bot(strategy, database) is None
        assert asked == []
        assert caplog.messages == ["The news are not followed: see aurum.sentiment."]

    def test_settings_that_break_a_rule(self, strategy, asked) -> None:
        database = opened(strategy)
        strategy.config["aurum"]["sentiment"] = {"shock": {"brake": "pray"}}
        with pytest.raises(ConfigurationError, match=r"aurum\.sentiment\.shock\.brake"):
            news_of_bot(strategy, database)


@pytest.mark.usefixtures("asked")
class TestBacktest:
    def test_without_a_database_they_play_no_part(self, strategy, tmp_path, caplog) -> None:
        past = PastNews(strategy)
        with caplog.at_level(logging.INFO):
            assert past.watch() is None
            assert past.watch() is None
        (said,) = caplog.messages
        assert said.startswith(f"{SILENT}database sqlite:///")
        assert list(tmp_path.iterdir()) == []

    def test_unless_the_mood_must_be_known(self, strategy) -> None:
        strategy.config["aurum"]["sentiment"] = {"mood": {"required": True}}
        watch = PastNews(strategy).watch()
        watch.begin_loop(DAY, [])
        word = watch.word(DAY, PAIR)
        assert (word.required, word.listened, bool(word.fault)) == (True, False, True)

    @pytest.mark.parametrize(("timerange", "silent"), [("20261101-20261122", 1), (None, 0)])
    def test_what_was_recorded_at_another_time(self, strategy, caplog, timerange, silent) -> None:
        put(opened(strategy), scored(DAY + 1))
        strategy.config["timerange"] = timerange
        with caplog.at_level(logging.INFO):
            watch = PastNews(strategy).watch()
        assert caplog.messages == [f"{SILENT}nothing was recorded in its time"] * silent
        assert watch is not None

    def test_it_is_read_once_for_all_epochs(self, strategy) -> None:
        database = opened(strategy)
        put(database, *shock_at(DAY))
        listen(database, DAY, DAY)
        past = PastNews(strategy)
        assert past.watch() is past.watch()
        past.watch().begin_loop(DAY - 1, [])
        assert past.watch().shock(DAY - 1, PAIR) is None
        assert past.watch().shock(DAY, PAIR).items == 2
        assert strategy.sent == []

    def test_switched_off(self, strategy, caplog) -> None:
        strategy.config["aurum"]["sentiment"] = {"enabled": False}
        with caplog.at_level(logging.INFO):
            assert PastNews(strategy).watch() is None
        assert caplog.messages == []
