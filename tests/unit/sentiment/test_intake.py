"""Items, understood and judged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_posts import START_MS, item, new_words_intake

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.intake import OLD_MS
from aurum_plugins.sentiment.scored_item import Event, EventKind, ScoredItem, Suppression
from aurum_plugins.sentiment.store.recent_item import RecentItem

HALTS = "A large crypto exchange halts all withdrawals of BTC"


def test_an_item_that_counts() -> None:
    (scored,) = new_words_intake().take([item("good news for BTC")])
    assert scored.subjects == ("*", "BTC")
    assert (scored.score, scored.weight) == (0.5, 1.0)
    assert (scored.event, scored.suppressed) == (None, None)
    assert scored.model == "words-1"
    assert len(scored.text_hash) == 16


def test_nothing_is_made_of_nothing() -> None:
    assert new_words_intake().take([]) == []


def test_a_bad_event() -> None:
    (scored,) = new_words_intake().take([item(HALTS)])
    assert scored.event == Event(EventKind.WITHDRAWALS_HALTED, 1.0)


def test_source_and_author_weigh() -> None:
    intake = new_words_intake(weights={"reddit": 0.5, "reddit:Bitcoin": 2.0})
    scored = intake.take(
        [
            item("good BTC a", source="reddit:other", reach=10_000),
            item("good BTC b", source="reddit:Bitcoin", reach=10),
            item("good BTC c"),
        ]
    )
    assert [one.weight for one in scored] == pytest.approx([0.625, 1.0, 1.0])


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"text": "good morning"}, Suppression.OFF_TOPIC),
        ({"source": "reddit:x", "author": "price_bot"}, Suppression.BOT),
        ({"source": "x:q", "text": "BTC giveaway: follow us"}, Suppression.BOT),
    ],
)
def test_what_does_not_count_is_scored_all_the_same(values: dict, why: Suppression) -> None:
    (scored,) = new_words_intake().take([item(**{"text": "good BTC", **values})])
    assert (scored.suppressed, scored.weight) == (why, 0.0)
    assert scored.model == "words-1"


def test_feeds_are_no_authors() -> None:
    items = [item(f"BTC good {'x' * n}", source="rss:one", author="price_bot") for n in range(30)]
    assert {one.suppressed for one in new_words_intake().take(items)} == {None}


def test_floods_and_duplicates() -> None:
    intake = new_words_intake()
    items = [
        item(f"BTC {'x' * n}", START_MS + n, "reddit:Bitcoin", author="jane") for n in range(12)
    ]
    flood = [one.suppressed for one in intake.take(items)]
    assert flood == [None] * 10 + [Suppression.FLOOD] * 2
    # A flood's words are nobody's first words.
    (new,) = intake.take([item(f"BTC {'x' * 11}", START_MS + 20)])
    (again,) = intake.take([item("BTC!", START_MS + 21)])
    assert (new.suppressed, again.suppressed) == (None, Suppression.DUPLICATE)


def test_two_feeds_confirm_an_event_in_the_same_words() -> None:
    intake = new_words_intake()
    sources = ("rss:one", "rss:two", "reddit:Bitcoin")
    scored = intake.take([item(HALTS, source=source) for source in sources])
    assert [one.suppressed for one in scored] == [None, None, Suppression.DUPLICATE]


@pytest.mark.parametrize("text", ["absurd BTC", "bad bad bad BTC"])
def test_a_score_that_is_none_is_refused_and_nothing_is_remembered(text: str) -> None:
    intake = new_words_intake()
    with pytest.raises(ValueError, match=r"words-1: a score must be in \[-1, 1\], got (nan|-1\.5)"):
        intake.take([item("good BTC"), item(text)])
    (scored,) = intake.take([item("good BTC")])
    assert scored.suppressed is None


def test_a_scorer_that_leaves_one_out(monkeypatch) -> None:
    intake = new_words_intake()
    monkeypatch.setattr(intake._scorer, "score", lambda texts: [0.0])
    with pytest.raises(ValueError, match="a score for each of 2 texts, got 1"):
        intake.take([item("BTC"), item("ETH")])


TEXTS = st.sampled_from(
    ["good BTC", "BTC good!", "bad ETH", HALTS, f"{HALTS} today", "hello", "BTC price now is 5 k"]
)
POSTS = st.lists(
    st.tuples(
        TEXTS,
        st.integers(0, 200),
        st.sampled_from(["rss:one", "rss:two", "reddit:a", "x:b"]),
        st.sampled_from(["", "jane", "joe"]),
    ),
    max_size=25,
)


def _items(posts: list[tuple[str, int, str, str]]) -> list:
    at_ms, items = START_MS, []
    for text, minutes, source, author in posts:
        at_ms += minutes * MINUTE_MS
        items.append(item(text, at_ms, source, author=author))
    return items


@given(POSTS, st.integers(0, 25))
def test_nothing_depends_on_what_comes_later_nor_on_how_they_come(posts, cut: int) -> None:
    items = _items(posts)
    whole = new_words_intake().take(items)
    assert new_words_intake().take(items[:cut]) == whole[:cut]
    intake = new_words_intake()
    assert [scored for one in items for scored in intake.take([one])] == whole


@given(POSTS, st.integers(0, 25))
def test_a_restart_changes_nothing(posts, cut: int) -> None:
    # Of one moment the order is not known afterwards.
    items = _items([(text, minutes + 1, *who) for text, minutes, *who in posts])
    whole = new_words_intake().take(items)
    intake = new_words_intake()
    intake.take([item("good BTC", START_MS - 1)])
    intake.restore(_recent(one) for one in reversed(whole[:cut]))
    assert intake.take(items[cut:]) == whole[cut:]
    # A model may take long.
    assert intake._scorer.texts == 1 + len(items[cut:])


def _recent(one: ScoredItem) -> RecentItem:
    came = one.item
    return RecentItem(one.text_hash, came.post.author, came.source, came.seen_ms, came.post.text)


@pytest.mark.parametrize(("age_ms", "why"), [(OLD_MS, None), (OLD_MS + 1, Suppression.OLD)])
def test_what_was_published_long_before_it_was_seen_is_no_news(
    age_ms: int, why: Suppression | None
) -> None:
    (scored,) = new_words_intake().take([item(HALTS, published_ms=START_MS - age_ms)])
    assert scored.suppressed is why


def test_old_news_that_somebody_takes_up_are_news_also_after_a_restart() -> None:
    old = item(HALTS, published_ms=START_MS - OLD_MS - 1)
    (scored,) = new_words_intake().take([old])
    post = old.post
    restarted = new_words_intake()
    restarted.restore(
        [
            RecentItem(
                scored.text_hash, post.author, old.source, old.seen_ms, post.text, post.published_ms
            )
        ]
    )
    (again,) = restarted.take([item(HALTS, published_ms=START_MS)])
    assert again.suppressed is None
