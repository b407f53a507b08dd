"""The same story twice."""

from __future__ import annotations

import itertools
import random

import pytest

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.sentiment import duplicates
from aurum_plugins.sentiment.duplicates import ALIKE, REMEMBERED_MS, Duplicates, Said
from aurum_plugins.sentiment.scored_item import EventKind
from aurum_plugins.sentiment.text_hash import hash_of, words_of

STORY = "Bitcoin falls below $60,000 as ETF outflows continue"
HALTS = "Binance halts all withdrawals after a suspected hack"
HALTED = EventKind.WITHDRAWALS_HALTED


def said(text: str = STORY, seen_ms: int = 10**12, source: str = "rss:one", **values) -> Said:
    words = words_of(text)
    given = {"subjects": ("*", "BTC"), "event": None, "score": -0.4, **values}
    return Said(hash_of(words, text), frozenset(words), seen_ms=seen_ms, sources={source}, **given)


def told(*items: Said) -> list[bool]:
    memory = Duplicates()
    return [memory.repeats(one) for one in items]


@pytest.mark.parametrize(
    "again",
    [
        STORY.upper(),
        f"BREAKING: {STORY} - CoinDesk",
        "Bitcoin drops below $60,000 as ETF outflows continue",
        "As ETF outflows continue, Bitcoin falls below $60,000",
    ],
)
def test_the_same_in_other_words_by_few_says_nothing_new(again: str) -> None:
    assert told(said(), said(again, source="rss:two")) == [False, True]


@pytest.mark.parametrize(
    ("again", "values"),
    [
        ("Bitcoin falls below $50,000 as ETF outflows continue", {}),
        ("Bitcoin rises above $60,000 though ETF outflows continue", {}),
        ("Bitcoin drops below $60,000 as ETF outflows continue", {"score": 0.1}),
        ("Ether Bitcoin falls below $60,000 as ETF outflows continue", {"subjects": ("*", "ETH")}),
        ("Bitcoin drops below $60,000 as ETF outflows continue", {"event": EventKind.CRASH}),
    ],
)
def test_what_says_something_else_is_new(again: str, values: dict) -> None:
    assert told(said(), said(again, **values)) == [False, False]


def test_few_words_are_the_same_only_if_all_are() -> None:
    assert told(said("BTC to the moon"), said("ETH to the moon"), said("btc to the moon!")) == [
        False,
        False,
        True,
    ]


def test_it_is_remembered_for_two_days_from_the_first() -> None:
    first = said(seen_ms=0)
    nearly = said("Bitcoin drops below $60,000 as ETF outflows continue", REMEMBERED_MS - 1)
    assert told(first, nearly, said(seen_ms=REMEMBERED_MS)) == [False, True, False]


def test_what_was_seen_later_plays_no_part() -> None:
    memory = Duplicates()
    assert not memory.repeats(said(seen_ms=5 * HOUR_MS))
    assert not memory.repeats(said(seen_ms=4 * HOUR_MS))
    assert memory.repeats(said(seen_ms=6 * HOUR_MS))


def test_where_a_score_is_not_known_the_rest_decides() -> None:
    again = said("Bitcoin drops below $60,000 as ETF outflows continue", score=0.9)
    assert told(said(score=None), again) == [False, True]


class TestBadEvents:
    def test_each_feed_confirms_once(self) -> None:
        values = {"event": HALTED}
        sources = ("rss:one", "rss:two", "rss:two", "rss:one", "rss:three")
        items = [said(HALTS, source=source, **values) for source in sources]
        assert told(*items) == [False, False, True, True, False]

    def test_in_nearly_the_same_words_too(self) -> None:
        other = said(f"{HALTS} - Decrypt", source="rss:two", event=HALTED)
        assert told(said(HALTS, event=HALTED), other) == [False, False]

    @pytest.mark.parametrize("forum", ["reddit:CryptoCurrency", "x:halts"])
    def test_a_forum_that_repeats_a_feed_confirms_nothing(self, forum: str) -> None:
        assert told(said(HALTS, event=HALTED), said(HALTS, source=forum, event=HALTED)) == [
            False,
            True,
        ]

    def test_a_feed_that_says_what_a_forum_said_first_confirms_it(self) -> None:
        first = said(HALTS, source="x:halts", event=HALTED)
        assert told(first, said(HALTS, event=HALTED)) == [False, False]


def test_the_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(duplicates, "MOST_KEPT", 3)
    memory = Duplicates()
    texts = [f"word{n} of a story that nobody has told before" for n in "abcde"]
    for number, text in enumerate(texts):
        memory.repeats(said(text, number, score=number % 2 * 1.0, subjects=(text,)))
    assert len(memory._kept) == len(memory._by_hash) == 3
    assert not memory.repeats(said(texts[0], 10))
    assert memory.repeats(said(texts[4], 10, subjects=(texts[4],), score=0.0))


def test_nothing_is_left_of_what_is_forgotten() -> None:
    memory = Duplicates()
    for number in range(20):
        memory.repeats(said(f"w{number} some story of a day long ago", number))
    memory.repeats(said("short too", 30))
    memory.repeats(said("short one", 10 * REMEMBERED_MS))
    assert (len(memory._kept), len(memory._by_hash), memory._by_trait) == (1, 1, {})


def test_the_short_cut_misses_nothing() -> None:
    """Against a comparison of every two sets of words."""
    draw = random.Random(1)
    letters = [letter * (1 + number % 5) for number, letter in enumerate("abcdefghijkl")]
    kept: list[frozenset[str]] = []
    memory = Duplicates()
    outcomes = []
    for number in range(400):
        words = draw.sample(letters, draw.randint(6, 10))
        is_near = any(len(set(words) & one) / len(one.union(words)) >= ALIKE for one in kept)
        outcomes.append(is_near)
        if not is_near:
            kept.append(frozenset(words))
        assert memory.repeats(said(" ".join(words), number, score=0.0)) is is_near
    assert 50 < sum(outcomes) < 390
    assert all(a != b for a, b in itertools.combinations(kept, 2))
