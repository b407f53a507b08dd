"""Authors that are machines."""

from __future__ import annotations

import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sentiment import bots
from aurum_plugins.sentiment.bots import MOST_AN_HOUR, Bots
from aurum_plugins.sentiment.scored_item import Suppression
from aurum_plugins.sentiment.text_hash import words_of

NOON = 1_750_000_000_000


def judged(memory: Bots, text: str, author: str = "jane", seen_ms: int = NOON, forum="reddit"):
    return memory.judge(forum, author, text, words_of(text), seen_ms)


@pytest.mark.parametrize(
    "name", ["AutoModerator", "automoderator", "price_bot", "bot-news", "TickerBot", "WhaleBot2"]
)
def test_names_of_bots(name: str) -> None:
    assert judged(Bots(), "BTC is at a high", name) is Suppression.BOT


@pytest.mark.parametrize("name", ["", "jane", "abbot", "Talbot", "MrRobot", "botanist", "Bottas"])
def test_names_of_people(name: str) -> None:
    assert judged(Bots(), "BTC is at a high", name) is None


@pytest.mark.parametrize(
    "text",
    [
        "I am a bot, and this action was performed automatically.",
        "Beep boop. BTC: 60,000",
        "BTC GIVEAWAY! Follow us and send us your wallet",
        "Claim your free ETH airdrop now",
        "ETH signals, join our Telegram",
    ],
)
def test_templates_that_everybody_knows(text: str) -> None:
    assert judged(Bots(), text, "") is Suppression.BOT


def test_the_third_post_that_differs_in_numbers_only() -> None:
    memory = Bots()
    texts = [f"Price of BTC now: {price},000 dollars" for price in (60, 61, 62)]
    outcomes = [judged(memory, text, seen_ms=NOON + n * HOUR_MS) for n, text in enumerate(texts)]
    assert outcomes == [None, None, Suppression.BOT]
    # A day later it is forgotten.
    assert judged(memory, texts[0], seen_ms=NOON + 3 * DAY_MS) is None


def test_texts_without_numbers_and_short_ones_are_no_templates() -> None:
    memory = Bots()
    for text in ("BTC looks strong to me today", "BTC at 60,000"):
        assert [judged(memory, text) for _ in range(5)] == [None] * 5


def test_who_posts_too_much_in_an_hour() -> None:
    memory = Bots()
    outcomes = [
        judged(memory, f"BTC {'x' * n}", seen_ms=NOON + n * MINUTE_MS)
        for n in range(MOST_AN_HOUR + 2)
    ]
    assert outcomes == [None] * MOST_AN_HOUR + [Suppression.FLOOD] * 2
    # In another forum it is somebody else; an author who is not known is nobody.
    assert judged(memory, "BTC", seen_ms=NOON + 20 * MINUTE_MS, forum="x") is None
    assert judged(memory, "BTC", "", NOON + 20 * MINUTE_MS) is None
    # Capitals make no other author.
    assert judged(memory, "BTC", "Jane", NOON + 20 * MINUTE_MS) is Suppression.FLOOD
    assert judged(memory, "BTC", seen_ms=NOON + 2 * HOUR_MS) is None


def test_what_was_seen_later_plays_no_part() -> None:
    memory = Bots()
    for n in range(MOST_AN_HOUR + 5):
        judged(memory, f"BTC {'x' * n}", seen_ms=NOON + HOUR_MS)
    assert judged(memory, "BTC", seen_ms=NOON) is None


def test_the_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(bots, "MOST_AUTHORS", 2)
    memory = Bots()
    for author in "abcab":
        judged(memory, "BTC", author)
    assert list(memory._authors) == ["reddit:a", "reddit:b"]
    for _ in range(200):
        judged(memory, "BTC", "b")
    assert len(memory._authors["reddit:b"]) == bots.MOST_POSTS
