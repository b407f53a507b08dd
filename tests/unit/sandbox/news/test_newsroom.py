"""Which headlines a feed has, and when."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.sandbox.news.dull_headlines import SLOT_MS, dull_headlines
from aurum_plugins.sandbox.news.newsroom import FEED_LENGTH, MOST_POSTED, Newsroom
from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.event_detector import EventDetector
from aurum_plugins.sentiment.scoring.label import label_of
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer

NOW = 1_749_126_896_789
MOMENTS = st.integers(NOW - 1_000 * DAY_MS, NOW + 1_000 * DAY_MS)


@settings(max_examples=60)
@given(now_ms=MOMENTS, later_ms=st.integers(0, 3 * SLOT_MS), count=st.integers(0, 40))
def test_time_adds_headlines_and_changes_none(now_ms, later_ms, count) -> None:
    before = dull_headlines(7, now_ms, count)
    after = dull_headlines(7, now_ms + later_ms, count + 4)
    assert len(before) == count
    assert [one for one in after if one.published_ms <= now_ms][:count] == list(before)


@settings(max_examples=60)
@given(now_ms=MOMENTS)
def test_none_is_of_later_and_the_newest_is_first(now_ms) -> None:
    found = dull_headlines(7, now_ms, 30)
    assert found[0].published_ms <= now_ms
    assert now_ms - found[0].published_ms <= 2 * SLOT_MS
    assert all(new.published_ms > old.published_ms for new, old in pairwise(found))
    assert all(one.published_ms % SECOND_MS == 0 for one in found)
    assert len({one.headline_id for one in found}) == 30


def test_the_seed_fixes_them() -> None:
    assert dull_headlines(7, NOW, 20) == dull_headlines(7, NOW, 20)
    titles = [{one.title for one in dull_headlines(seed, NOW, 20)} for seed in (7, 8)]
    assert not titles[0] & titles[1]


def test_they_move_nobody() -> None:
    titles = [one.title for one in dull_headlines(7, NOW, 1_000)]
    assert {label_of(score) for score in LearnedScorer().score(titles)} == {0}
    detector = EventDetector()
    assert {detector.event(title) for title in titles} == {None}
    linker = EntityLinker()
    # They are about something all the same: not all of them are off topic.
    assert {"BTC", "ETH", "*"} <= {name for title in titles for name in linker.subjects(title)}


def test_a_known_headline() -> None:
    [one] = dull_headlines(7, NOW, 1)
    assert (one.headline_id, one.title, one.published_ms, one.feed) == (
        "dull-7-7288027",
        "Bitcoin developers talk about the wording of page 8 of the documentation",
        1_749_126_562_000,
        "",
    )


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def newsroom(clock) -> Newsroom:
    return Newsroom(clock, 7)


def test_a_feed_has_what_is_dull_and_no_more(newsroom) -> None:
    assert newsroom.feed("coindesk") == dull_headlines(7, NOW, FEED_LENGTH)
    assert newsroom.feed("") == newsroom.feed("anything")


def test_what_is_posted_is_there_at_once(newsroom) -> None:
    made = newsroom.post("Kraken halts withdrawals", "coindesk")
    assert made.published_ms == NOW
    assert newsroom.feed("coindesk")[0] == made
    assert made not in newsroom.feed("decrypt")
    assert made not in newsroom.feed("")
    assert len(newsroom.feed("coindesk")) == FEED_LENGTH


def test_what_is_posted_for_none_is_in_all(newsroom) -> None:
    made = newsroom.post("Kraken halts withdrawals")
    assert {newsroom.feed(name)[0] for name in ("", "coindesk", "decrypt")} == {made}


def test_of_one_moment_the_last_is_first(newsroom) -> None:
    made = [newsroom.post(f"Number {index}") for index in range(3)]
    assert list(newsroom.feed("")[:3]) == made[::-1]
    assert len({one.headline_id for one in made}) == 3


def test_time_covers_what_was_posted(newsroom, clock) -> None:
    made = newsroom.post("Old")
    clock.advance(SLOT_MS * FEED_LENGTH * 2)
    assert made not in newsroom.feed("")


def test_a_feed_as_it_was_before(newsroom, clock) -> None:
    newsroom.post("Old")
    before = newsroom.feed("")
    clock.advance(MINUTE_MS)
    newsroom.post("New")
    assert newsroom.feed("")[0].title == "New"
    assert newsroom.feed("", shift_ms=-MINUTE_MS) == before


def test_only_so_many_are_kept(newsroom) -> None:
    for index in range(MOST_POSTED + 5):
        newsroom.post(f"Number {index}")
    assert len(newsroom._posted) == MOST_POSTED
    assert newsroom.feed("")[0].title == f"Number {MOST_POSTED + 4}"
