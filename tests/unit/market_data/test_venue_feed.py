"""A feed that asks venues for ever, whatever they do."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from feed_venues import ToldVenue, told_feed
from staged_clock import StagedClock, settle
from told_quotes import NOW, PAIR, VENUES

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS, WallClock
from aurum_plugins.market_data import venue_feed
from aurum_plugins.market_data.asked_candles import CandleKey
from aurum_plugins.market_data.consensus import DOLLAR_PAIRS, Consensus, Dissent, NoConsensus
from aurum_plugins.market_data.resilience.venue_errors import (
    CircuitOpen,
    VenueError,
    VenueUnreachable,
)
from aurum_plugins.market_data.venue_feed import VenueFeed

ETHER = "ETH/USDT"
OPEN = NOW - NOW % MINUTE_MS - MINUTE_MS
KEY = CandleKey(PAIR, "1m", OPEN)


class Market:
    """Three venues on one staged clock, asked in the test's own loop."""

    def __init__(self) -> None:
        self.clock = StagedClock(NOW)
        self.venues = {name: ToldVenue(name, self.clock) for name in VENUES}
        self.feed = told_feed(self.venues.values(), self.clock)
        self.feed.watch([PAIR])
        self.stopping = asyncio.Event()
        # What `call` hands to the background loop is done at once.
        self.feed._background.call = lambda function: function()  # type: ignore[method-assign]
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.task = asyncio.create_task(self.feed._ask_all(self.stopping))
        await settle()

    @property
    def word(self) -> Consensus | NoConsensus:
        return self.feed.board.consensus(PAIR, self.clock.now_ms())


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    made = Market()
    yield made
    if made.task is not None:
        made.stopping.set()
        await asyncio.wait_for(made.task, 5)


async def test_each_venue_is_asked_in_each_round_and_dollars_too(market: Market) -> None:
    await market.start()
    for rounds in range(1, 4):
        assert dict(market.feed.rounds) == dict.fromkeys(VENUES, rounds)
        for venue in market.venues.values():
            assert venue.times("quotes") == rounds
            assert venue.asked[-1] != ("quotes", frozenset())
        await market.clock.advance(5 * SECOND_MS)
    assert market.venues["kraken"].asked.count(("quotes", {*DOLLAR_PAIRS} | {PAIR})) == 4
    assert isinstance(market.word, Consensus)


async def test_pairs_that_are_new_are_asked_for_at_once_and_others_later(market: Market) -> None:
    await market.start()
    market.feed.watch([ETHER])
    await settle()
    kraken = market.venues["kraken"]
    assert kraken.asked[-1] == ("quotes", {*DOLLAR_PAIRS} | {ETHER})
    market.feed.watch([])
    await settle()
    assert kraken.times("quotes") == 2
    assert market.word == NoConsensus(PAIR, Dissent.NOT_ASKED)


async def test_watchers_do_not_take_pairs_from_each_other(market: Market) -> None:
    market.feed.watch([ETHER], "pairlist")
    await market.start()
    assert (
        market.venues["kraken"].asked[-2:].count(("quotes", {*DOLLAR_PAIRS} | {PAIR, ETHER})) == 1
    )
    market.feed.watch([], "pairlist")
    await market.clock.advance(5 * SECOND_MS)
    assert market.venues["kraken"].asked[-1] == ("quotes", {*DOLLAR_PAIRS} | {PAIR})


class OwnError(Exception):
    """What nobody thought of."""


RAISED = [
    VenueUnreachable("kraken", "tickers", "reset"),
    CircuitOpen("kraken", "tickers", "not asked"),
    OwnError("strange"),
    RuntimeError("Session is closed"),
    MemoryError(),
    TimeoutError(),
    RecursionError(),
    asyncio.CancelledError("a library's own"),
    GeneratorExit(),
]


@pytest.mark.parametrize("where", ["load", "quotes", "candles", "clock"])
@pytest.mark.parametrize("error", RAISED[:-1], ids=lambda error: type(error).__name__)
async def test_who_raises_goes_on_being_asked_and_harms_nobody(
    market: Market, where: str, error: BaseException, caplog
) -> None:
    kraken = market.venues["kraken"]
    kraken.raises[where] = error
    market.feed.ask_for_candle(KEY)
    await market.start()
    for _ in range(12):
        await market.clock.advance(5 * SECOND_MS)
    assert market.task is not None
    assert not market.task.done()
    assert kraken.times("load") >= 13
    assert {name: market.venues[name].times("quotes") for name in ("binance", "coinbase")} == {
        "binance": 13,
        "coinbase": 13,
    }
    assert isinstance(market.word, Consensus)
    told = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(told) == (0 if isinstance(error, VenueError) else 1)
    kraken.raises.clear()
    kraken.newest_ms = OPEN
    await market.clock.advance(MINUTE_MS)
    assert market.word.venues == ("binance", "coinbase", "kraken")
    assert market.feed.health()[2].clock_offset_ms == 12.0


async def test_what_fails_anew_is_told_anew(market: Market, caplog) -> None:
    kraken = market.venues["kraken"]
    for text in ("one", "one", "two"):
        kraken.raises["quotes"] = OwnError(text)
        await market.feed.refresh(kraken)
    assert caplog.messages == ["kraken could not be asked."] * 2
    assert "OwnError: two" in caplog.text


async def test_two_that_fail_in_turn_are_told_once_each(market: Market, caplog) -> None:
    kraken = market.venues["kraken"]
    kraken.raises |= {"quotes": OwnError("one"), "clock": OwnError("two")}
    await market.start()
    await market.clock.advance(5 * MINUTE_MS)
    assert len(caplog.messages) == 2


@pytest.mark.parametrize("where", ["load", "quotes", "candles", "clock"])
async def test_who_hangs_holds_up_nobody(market: Market, where: str) -> None:
    market.venues["kraken"].hangs.add(where)
    market.feed.ask_for_candle(KEY)
    for venue in market.venues.values():
        venue.newest_ms = OPEN
    await market.start()
    await market.clock.advance(MINUTE_MS)
    assert market.venues["binance"].times("quotes") == 13
    quoting = {"binance", "coinbase"} | ({"kraken"} if where in ("candles", "clock") else set())
    assert set(market.word.venues) == quoting
    assert {one.venue for one in market.feed.candles(KEY)} >= {"binance", "coinbase"}


async def test_one_that_is_dark_does_not_count_and_comes_back(market: Market) -> None:
    kraken = market.venues["kraken"]
    await market.start()
    kraken.raises["quotes"] = VenueUnreachable("kraken", "tickers", "reset")
    await market.clock.advance(30 * SECOND_MS)
    assert market.word.venues == ("binance", "coinbase")
    kraken.raises.clear()
    await market.clock.advance(5 * SECOND_MS)
    assert market.word.venues == ("binance", "coinbase", "kraken")


async def test_each_part_can_be_asked_for_by_itself(market: Market) -> None:
    kraken = market.venues["kraken"]
    await market.feed.refresh(kraken)
    assert [question[0] for question in kraken.asked] == ["load", "quotes"]
    market.feed.ask_for_candle(KEY)
    await market.feed.catch_up(kraken)
    assert [question[0] for question in kraken.asked[2:]] == ["candles", "clock"]


async def test_the_clock_is_asked_for_once_a_minute(market: Market) -> None:
    await market.start()
    await market.clock.advance(MINUTE_MS)
    assert market.venues["kraken"].times("clock") == 2
    assert [health.clock_offset_ms for health in market.feed.health()] == [12.0] * 3


@pytest.mark.parametrize("by_ms", [-HOUR_MS, -3 * SECOND_MS, 3 * SECOND_MS, HOUR_MS])
async def test_a_clock_that_is_set_delays_nothing_for_long(market: Market, by_ms: int) -> None:
    await market.start()
    market.clock.set_by(by_ms)
    for _ in range(4):
        await market.clock.advance(5 * SECOND_MS)
    assert market.venues["kraken"].times("quotes") >= 5
    assert isinstance(market.word, Consensus)


class TestCandles:
    async def test_they_are_asked_for_at_once_and_only_once_told(self, market: Market) -> None:
        await market.start()
        for venue in market.venues.values():
            venue.newest_ms = OPEN
        market.feed.ask_for_candle(KEY)
        await settle()
        assert {one.venue for one in market.feed.candles(KEY)} == set(VENUES)
        assert {one.open_ms for one in market.feed.candles(KEY)} == {OPEN}
        await market.clock.advance(MINUTE_MS)
        assert {venue.times("candles") for venue in market.venues.values()} == {1}

    async def test_asked_before_the_first_round_they_are_told_soon(self, market: Market) -> None:
        market.feed.ask_for_candle(KEY)
        market.venues["kraken"].newest_ms = OPEN
        await market.start()
        await market.clock.advance(5 * SECOND_MS)
        assert [one.venue for one in market.feed.candles(KEY)] == ["kraken"]

    async def test_one_that_is_late_is_had_in_the_next_round(self, market: Market) -> None:
        await market.start()
        kraken = market.venues["kraken"]
        kraken.newest_ms = OPEN - MINUTE_MS
        market.feed.ask_for_candle(KEY)
        await settle()
        assert market.feed.candles(KEY) == ()
        kraken.newest_ms = OPEN
        await market.clock.advance(5 * SECOND_MS)
        assert [one.venue for one in market.feed.candles(KEY)] == ["kraken"]

    async def test_one_answer_serves_several_questions(self, market: Market) -> None:
        await market.start()
        kraken = market.venues["kraken"]
        kraken.newest_ms = OPEN
        keys = [CandleKey(PAIR, "1m", OPEN - back * MINUTE_MS) for back in range(3)]
        for key in keys:
            market.feed.ask_for_candle(key)
        await settle()
        assert kraken.times("candles") == 1
        assert [one.open_ms for key in keys for one in market.feed.candles(key)] == [
            key.open_ms for key in keys
        ]

    async def test_one_that_never_comes_is_no_longer_asked_for(self, market: Market) -> None:
        await market.start()
        market.feed.ask_for_candle(KEY)
        await market.clock.advance(3 * MINUTE_MS)
        asked = market.venues["kraken"].times("candles")
        assert asked <= 9
        await market.clock.advance(HOUR_MS)
        assert market.venues["kraken"].times("candles") == asked

    async def test_a_pair_that_is_refused_does_not_keep_others_from_their_turn(
        self, market: Market
    ) -> None:
        await market.start()
        kraken = market.venues["kraken"]
        kraken.newest_ms = OPEN
        kraken.refused.add(PAIR)
        market.feed.ask_for_candle(KEY)
        other = CandleKey(ETHER, "1m", OPEN)
        market.feed.ask_for_candle(other)
        await settle()
        assert market.feed.candles(KEY) == ()
        assert [one.pair for one in market.feed.candles(other)] == [ETHER]

    async def test_a_pair_that_is_not_listed_is_not_asked_for(self, market: Market) -> None:
        await market.start()
        market.venues["kraken"].unlisted.add(PAIR)
        market.feed.ask_for_candle(KEY)
        await settle()
        assert market.venues["kraken"].times("candles") == 0
        assert market.venues["binance"].times("candles") == 1


class TestStopping:
    async def test_connections_are_closed_also_where_one_hangs_or_raises(
        self, market: Market, monkeypatch, caplog
    ) -> None:
        monkeypatch.setattr(venue_feed, "CLOSE_SECONDS", 0.01)
        market.venues["binance"].raises["close"] = OwnError("no")
        market.venues["coinbase"].hangs.add("close")
        await market.start()
        market.venues["kraken"].hangs.add("quotes")
        await market.clock.advance(5 * SECOND_MS)
        market.stopping.set()
        await asyncio.wait_for(market.task, 5)
        assert [venue.closed for venue in market.venues.values()] == [1, 1, 1]
        assert sorted(caplog.messages) == [
            "binance was not closed: OwnError('no')",
            "coinbase was not closed: TimeoutError()",
        ]
        assert len(asyncio.all_tasks()) == 1

    async def test_who_swallows_it_ends_all_the_same(self, market: Market) -> None:
        kraken = market.venues["kraken"]

        async def stubborn(_: object) -> list:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                raise OwnError("instead") from None
            return []

        kraken.quotes = stubborn
        await market.start()
        market.stopping.set()
        await asyncio.wait_for(market.task, 5)
        assert kraken.closed == 1


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Let other threads work until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "took too long"
        threading.Event().wait(0.001)


class TestThread:
    @pytest.fixture
    def venues(self) -> dict[str, ToldVenue]:
        return {name: ToldVenue(name, WallClock()) for name in VENUES}

    @pytest.fixture
    def feed(self, venues) -> Iterator[VenueFeed]:
        made = told_feed(venues.values(), WallClock(), refresh_seconds=0.01)
        yield made
        assert made.stop()
        assert not [t for t in threading.enumerate() if t.name == "aurum-venues" and t.is_alive()]

    def test_the_first_round(self, feed, venues) -> None:
        feed.watch([PAIR])
        assert not feed.wait_for_first_round(0)
        assert not feed.was_asked(PAIR)
        feed.start()
        assert feed.wait_for_first_round(5)
        assert feed.was_asked(PAIR)
        assert isinstance(feed.board.consensus(PAIR, WallClock().now_ms()), Consensus)

    def test_the_first_round_ends_though_nobody_answers_but_not_while_one_hangs(
        self, feed, venues
    ) -> None:
        venues["binance"].raises["load"] = OwnError("dark")
        venues["kraken"].hangs.add("quotes")
        feed.start()
        until(lambda: venues["coinbase"].times("quotes") > 2)
        assert not feed.wait_for_first_round(0)

    def test_starting_twice_is_starting_once(self, feed, venues) -> None:
        starting = [threading.Thread(target=feed.start) for _ in range(8)]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        until(lambda: venues["kraken"].times("quotes") > 2)
        assert feed.running
        assert len(venues["kraken"].loops) == 1

    def test_stopping_what_was_never_started(self, feed) -> None:
        assert feed.stop()
        assert not feed.running

    def test_stopping_at_any_moment_and_twice(self, feed, venues) -> None:
        for pause in (0, 0, 0.001, 0.003, 0.01):
            feed.start()
            threading.Event().wait(pause)
            assert feed.stop()
            assert feed.stop()
            assert not feed.running
        asked = len(venues["kraken"].asked)
        threading.Event().wait(0.05)
        assert len(venues["kraken"].asked) == asked

    def test_stopping_during_a_request_that_hangs(self, feed, venues) -> None:
        for venue in venues.values():
            venue.hangs.add("quotes")
        feed.start()
        until(lambda: all(venue.times("quotes") for venue in venues.values()))
        began = time.monotonic()
        assert feed.stop()
        assert time.monotonic() - began < 2
        assert [venue.closed for venue in venues.values()] == [1, 1, 1]

    def test_starting_again(self, feed, venues) -> None:
        for _ in range(3):
            feed.start()
            asked = venues["kraken"].times("quotes")
            until(lambda asked=asked: venues["kraken"].times("quotes") > asked + 1)
            assert feed.stop()
        assert len(venues["kraken"].loops) == 3
        assert len(feed._new_candles) == 3

    def test_asking_for_candles_from_many_threads(self, feed, venues) -> None:
        for venue in venues.values():
            venue.newest_ms = OPEN
        feed.start()

        def work(number: int) -> None:
            pairs = [f"P{number}X{index}/USDT" for index in range(10)]
            for pair in pairs:
                feed.watch(pairs, str(number))
                feed.ask_for_candle(CandleKey(pair, "1m", OPEN))
                feed.health()
                feed.candles(CandleKey(pair, "1m", OPEN))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = CandleKey("P3X9/USDT", "1m", OPEN)
        until(lambda: len(feed.candles(last)) == 3)
        until(lambda: feed.was_asked("P0X0/USDT") and feed.was_asked("P3X9/USDT"))

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_what_ends_the_loop_itself_is_survived(self, feed, venues, error, caplog) -> None:
        feed._background._again_seconds = 0.01
        venues["kraken"].raises["quotes"] = error
        feed.start()
        until(lambda: venues["kraken"].times("quotes") > 2)
        venues["kraken"].raises.clear()
        asked = venues["kraken"].times("quotes")
        until(lambda: venues["kraken"].times("quotes") > asked + 3)
        assert feed.running
