from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.risk.news_removal import (
    NewsRule,
    PairNews,
    by_mood,
    news_removal,
)
from aurum_plugins.risk.sentiment_list_settings import SentimentListSettings
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.mood_at import MoodAt
from aurum_plugins.sentiment.scored_item import EventKind

SINCE_MS = round(datetime(2026, 1, 10, 12, 30, tzinfo=UTC).timestamp() * 1_000)


def shock(subject: str = "BTC", headline: str = "It is drained", source: str = "rss:one") -> Shock:
    return Shock(subject, EventKind.HACK, headline, source, SINCE_MS, 2.0, 3)


def removal(
    mood: tuple[float, float] | None = None, what: Shock | None = None, **parameters: object
):
    news = PairNews("BTC", None if mood is None else MoodAt(*mood), what)
    return news_removal(news, SentimentListSettings(**parameters))


class TestRemoval:
    def test_is_for_a_bad_mood(self) -> None:
        words = "the mood about BTC is -0.31, below -0.3, by items that count 4.0"
        assert removal((-0.31, 4.0)) == (NewsRule.BAD_MOOD, words)
        assert removal((-0.3, 4.0)) is None
        assert removal((-0.31, 4.0), min_sentiment=-0.5) is None
        assert removal((-1.0, 4.0), min_sentiment=-1) is None

    def test_is_not_for_the_mood_of_a_few_unless_it_must_be_known(self) -> None:
        assert removal((-1.0, 2.9)) is None
        words = "items about BTC count 2.9, fewer than 3"
        assert removal((1.0, 2.9), keep_unknown=False) == (NewsRule.UNKNOWN_MOOD, words)
        words = "items about BTC count 0.5, fewer than 3"
        assert removal((1.0, 0.5), keep_unknown=False) == (NewsRule.UNKNOWN_MOOD, words)
        words = "items about BTC count 0.0, none"
        found = removal((0.0, 0.0), keep_unknown=False, min_items=0)
        assert found == (NewsRule.UNKNOWN_MOOD, words)
        assert removal((0.0, 0.0), min_items=0, min_sentiment=0.5) is None

    def test_is_not_for_what_nobody_listened_to(self) -> None:
        assert removal(None, keep_unknown=False) is None

    def test_is_for_a_shock_whatever_the_mood(self) -> None:
        words = 'hack (BTC, 3 items since 2026-01-10 12:30 UTC), "It is drained" (rss:one)'
        for mood in (None, (1.0, 9.0), (-1.0, 9.0)):
            assert removal(mood, shock()) == (NewsRule.SHOCK, words)
        assert removal((1.0, 9.0), shock(), remove_on_shock=False) is None

    def test_tells_a_shock_in_utc_wherever_the_bot_runs(self, monkeypatch) -> None:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            _, words = removal(None, shock())
        time.tzset()
        assert "since 2026-01-10 12:30 UTC" in words

    def test_leaves_a_headline_its_angle_brackets(self) -> None:
        _, words = removal(None, shock(headline="Is <BTC> safe?"))
        assert '"Is <BTC> safe?"' in words

    def test_says_what_a_shock_is_about(self) -> None:
        assert "(crypto as a whole, 3 items" in removal(None, shock("*"))[1]
        assert "(@binance, 3 items" in removal(None, shock("@binance"))[1]

    def test_takes_what_strangers_wrote_for_what_it_is(self) -> None:
        nasty = "{0.__class__} %s \x1b[31mred\r\n2026 ERROR \u202e" + "x" * 500
        _, words = removal(None, shock(headline=nasty, source="csv:\n\x07"))
        assert words.isprintable()
        assert len(words) < 250
        assert "{0.__class__} %s" in words


class TestOrder:
    PAIRS = ("A/U", "B/U", "C/U", "D/U", "E/U")
    NEWS: ClassVar[dict[str, PairNews]] = {
        "A/U": PairNews("A", MoodAt(0.1, 5), None),
        "B/U": PairNews("B", MoodAt(0.9, 1), None),
        "C/U": PairNews("C", MoodAt(0.5, 5), None),
        "D/U": PairNews("D", None, None),
        "E/U": PairNews("E", MoodAt(0.1, 5), None),
    }

    @pytest.mark.parametrize(
        ("sort", "bases"), [("none", "ABCDE"), ("desc", "CAEBD"), ("asc", "AECBD")]
    )
    def test_is_by_mood_with_the_unknown_at_the_end(self, sort, bases) -> None:
        ordered = by_mood(self.PAIRS, self.NEWS, SentimentListSettings(sort=sort))
        assert ordered == [f"{base}/U" for base in bases]

    @given(st.permutations(PAIRS), st.sampled_from(["none", "desc", "asc"]))
    @settings(max_examples=50)
    def test_loses_and_adds_no_pair(self, pairs, sort) -> None:
        ordered = by_mood(pairs, self.NEWS, SentimentListSettings(sort=sort))
        assert sorted(ordered) == sorted(pairs)
