"""What a feed asks for when several parts of a bot want different pairs of it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from staged_venues import StagedVenues
from told_quotes import NOW, VENUES

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.consensus import DOLLAR_PAIRS, Dissent, NoConsensus

A, B, C = "A/USDT", "B/USDT", "C/USDT"


@pytest.fixture
def venues() -> StagedVenues:
    return StagedVenues(VirtualClock(NOW))


def asked(venues: StagedVenues) -> set[str]:
    venues.round()
    return set(venues["kraken"].asked[-1] - {*DOLLAR_PAIRS})


def dissent(venues: StagedVenues, pair: str) -> Dissent:
    result = venues.feed.board.consensus(pair, venues.clock.now_ms())
    assert isinstance(result, NoConsensus)
    return result.dissent


def test_each_watcher_replaces_its_own_pairs_alone(venues) -> None:
    assert asked(venues) == set()
    venues.feed.watch([A, B])
    venues.feed.watch({B, C}, "pairlist")
    assert asked(venues) == {A, B, C}
    venues.feed.watch([B])
    assert asked(venues) == {B, C}
    venues.feed.watch(iter(()), "pairlist")
    assert asked(venues) == {B}


def test_the_board_knows_what_any_of_them_watches(venues) -> None:
    venues.feed.watch([A], "pairlist")
    venues.feed.watch([B])
    assert {dissent(venues, A), dissent(venues, B)} == {Dissent.NO_QUOTES}
    assert dissent(venues, C) is Dissent.NOT_ASKED
    venues.feed.watch([], "pairlist")
    assert dissent(venues, A) is Dissent.NOT_ASKED


def test_many_threads_lose_nobodys_pairs(venues) -> None:
    def watch(number: int) -> None:
        for count in range(200):
            venues.feed.watch([f"{number}/{count}"], str(number))

    threads = [threading.Thread(target=watch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(venues) == {f"{number}/199" for number in range(8)}


class TestTheFirstRound:
    def test_is_over_when_all_venues_were_asked_for_all_that_is_watched(self, venues) -> None:
        feed = venues.feed
        assert not feed.wait_for_first_round(0)
        venues.round()
        assert feed.wait_for_first_round(0)
        feed.watch([A])
        assert not feed.wait_for_first_round(0)
        for venue in VENUES:
            assert not feed.was_asked(A)
            asyncio.run(feed.refresh(venues[venue]))
        assert feed.was_asked(A)
        assert feed.wait_for_first_round(0)
        feed.watch([])
        feed.watch([A], "pairlist")
        assert feed.wait_for_first_round(0)

    def test_is_not_held_up_by_a_venue_that_fails(self, venues) -> None:
        venues.feed.watch([A])
        venues.go_dark("coinbase")
        venues.round()
        assert venues.feed.was_asked(A)
        assert venues.feed.wait_for_first_round(0)

    def test_a_pair_that_came_while_a_venue_was_asked_is_not_asked_for(
        self, venues, monkeypatch
    ) -> None:
        venues.feed.watch([A])
        kraken, quotes = venues["kraken"], venues["kraken"].quotes

        async def late(pairs):
            venues.feed.watch([A, B])
            return await quotes(pairs)

        monkeypatch.setattr(kraken, "quotes", late)
        venues.round()
        assert venues.feed.was_asked(A)
        assert not venues.feed.was_asked(B)
        venues.round()
        assert venues.feed.was_asked(B)

    def test_who_waits_is_woken_by_the_round(self, venues) -> None:
        venues.feed.watch([A])
        ended: list[bool] = []
        waiting = threading.Thread(
            target=lambda: ended.append(venues.feed.wait_for_first_round(60))
        )
        waiting.start()
        venues.round()
        waiting.join(10)
        assert ended == [True]
