"""What the news may have against an entry."""

from __future__ import annotations

import math

import pytest
from entry_situations import NOW_MS, news, news_shock

from aurum_plugins.execution.checks import News
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.explanation import why
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Refusal


@pytest.fixture
def check() -> type[News]:
    return News


def decided(refusal: Refusal) -> Decision:
    return Decision(
        pair="BTC/USDT",
        timeframe="1h",
        candle_ms=0,
        action=Action.ENTER,
        signal=Reason.BREAKOUT,
        verdict=Verdict.REFUSED,
        reason=refusal.reason,
        decided_ms=1,
        strategy="Test",
        outcome=refusal.figures,
    )


def test_the_news_are_not_followed(judge) -> None:
    assert judge(news=None) is None


def test_a_shock_says_all_about_itself(judge) -> None:
    refusal = judge(news=news(shock=news_shock()))
    assert refusal == Refusal(
        Reason.NEWS_SHOCK,
        {
            "subject": "binance",
            "kind": "withdrawals halted",
            "level": 1.8,
            "since_ms": NOW_MS - 600_000,
            "items": 3,
            "source": "rss:a",
            "headline": "Binance halts withdrawals",
        },
    )


def test_a_headline_is_one_short_plain_line(judge) -> None:
    figures = judge(news=news(shock=news_shock(headline="a\x1b[2J\u202e\n" + "b" * 500))).figures
    assert figures["headline"] == "a [2J " + "b" * 113 + "…"


def test_a_shock_comes_before_what_is_not_known(judge) -> None:
    word = news(shock=news_shock(), listened=False, required=True)
    assert judge(news=word).reason is Reason.NEWS_SHOCK


@pytest.mark.parametrize(
    ("mood", "count", "passes"),
    [(-0.4, 3.0, True), (-0.41, 3.0, False), (-0.41, 2.99, True), (1.0, 3.0, True)],
)
def test_the_mood(judge, mood, count, passes) -> None:
    refusal = judge(news=news(mood=mood, count=count))
    assert (refusal is None) is passes
    if refusal is not None:
        assert refusal.reason is Reason.BAD_NEWS
        assert refusal.figures == {
            "coin": "BTC",
            "mood": mood,
            "entry_floor": -0.4,
            "count": count,
            "fewest": 3.0,
        }


def test_a_floor_at_the_bottom_asks_for_nothing(judge) -> None:
    assert judge(news=news(mood=-1.0, floor=-1.0)) is None


@pytest.mark.parametrize("changes", [{"mood": math.nan}, {"count": math.nan}, {"floor": math.nan}])
def test_what_is_no_number_is_bad_news(judge, changes) -> None:
    assert judge(news=news(**changes)).reason is Reason.BAD_NEWS


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"listened": False, "mood": -1.0}, "no source answered lately"),
        ({"fault": "locked", "mood": -1.0}, "locked"),
    ],
)
def test_what_is_not_known_passes_unless_it_must_be(judge, changes, fault) -> None:
    assert judge(news=news(**changes)) is None
    refusal = judge(news=news(**changes, required=True))
    assert refusal == Refusal(Reason.NEWS_UNKNOWN, {"coin": "BTC", "fault": fault})


def test_why_says_it_in_words(judge) -> None:
    refusal = judge(news=news(shock=news_shock(subject="*", since_ms=1_795_341_600_000)))
    assert why(decided(refusal)) == (
        "The close is above the entry channel, but the news tell of a shock (subject all of crypto;"
        " kind withdrawals halted; level 1.8; since 2026-11-22 10:00 UTC; items 3; source rss:a;"
        " headline Binance halts withdrawals)."
    )
