"""Candles that venues are asked about, and for how long."""

from __future__ import annotations

import threading

import pytest
from feed_venues import candle
from staged_clock import StagedClock

from aurum_plugins.clock import HOUR_MS, SECOND_MS
from aurum_plugins.market_data import asked_candles
from aurum_plugins.market_data.asked_candles import ASKED_FOR_MS, AskedCandles, CandleKey

OPEN = 1_700_000_040_000
KEY = CandleKey("BTC/USDT", "1m", OPEN)
OTHER = CandleKey("ETH/USDT", "1m", OPEN)


@pytest.fixture
def clock() -> StagedClock:
    return StagedClock(OPEN)


@pytest.fixture
def asked(clock: StagedClock) -> AskedCandles:
    return AskedCandles(clock)


def test_what_was_asked_is_due_at_every_venue_until_it_tells(asked: AskedCandles) -> None:
    assert asked.due("kraken") == ()
    assert asked.ask(KEY)
    assert asked.ask(OTHER)
    assert asked.due("kraken") == asked.due("binance") == (KEY, OTHER)
    told = candle("kraken", OPEN)
    asked.note(KEY, told)
    assert asked.due("kraken") == (OTHER,)
    assert asked.due("binance") == (KEY, OTHER)
    assert asked.told(KEY) == (told,)
    assert asked.told(OTHER) == ()


def test_asking_twice_is_asking_once(asked: AskedCandles) -> None:
    assert asked.ask(KEY)
    assert not asked.ask(KEY)
    assert asked.due("kraken") == (KEY,)


def test_what_nobody_asked_for_is_not_written_down(asked: AskedCandles) -> None:
    asked.note(KEY, candle("kraken", OPEN))
    asked.tried("kraken", KEY)
    assert asked.told(KEY) == ()
    assert asked.due("kraken") == ()


async def test_a_candle_that_never_comes_is_asked_for_more_and_more_seldom(
    asked: AskedCandles, clock: StagedClock
) -> None:
    asked.ask(KEY)
    tried_s = []
    for second in range(0, 600, 5):
        if asked.due("kraken"):
            asked.tried("kraken", KEY)
            tried_s.append(second)
        await clock.advance(5 * SECOND_MS)
    assert tried_s == [0, 5, 10, 15, 25, 40, 60, 90]


async def test_it_is_asked_for_again_for_as_long_as_somebody_wants_it(
    asked: AskedCandles, clock: StagedClock
) -> None:
    asked.ask(KEY)
    asked.tried("kraken", KEY)
    await clock.advance(ASKED_FOR_MS)
    assert asked.due("kraken") == (KEY,)
    assert not asked.ask(KEY)
    await clock.advance(ASKED_FOR_MS)
    assert asked.due("kraken") == (KEY,)
    await clock.advance(1)
    assert asked.due("kraken") == ()
    assert asked.ask(KEY)
    assert asked.due("kraken") == (KEY,)


@pytest.mark.parametrize("by_ms", [-24 * HOUR_MS, -30 * SECOND_MS])
async def test_a_clock_that_is_set_back_neither_ends_nor_prolongs_it(
    asked: AskedCandles, clock: StagedClock, by_ms: int
) -> None:
    asked.ask(KEY)
    clock.set_by(by_ms)
    assert asked.due("kraken") == (KEY,)
    asked.tried("kraken", KEY)
    assert asked.due("kraken") == (KEY,)
    await clock.advance(ASKED_FOR_MS + 1)
    assert asked.due("kraken") == ()


def test_the_newest_are_kept(asked: AskedCandles, monkeypatch) -> None:
    monkeypatch.setattr(asked_candles, "MOST_KEPT", 3)
    keys = [CandleKey("BTC/USDT", "1m", OPEN + number) for number in range(5)]
    for key in keys:
        asked.ask(key)
    assert asked.due("kraken") == tuple(keys[2:])


def test_from_many_threads(asked: AskedCandles) -> None:
    keys = [CandleKey(f"P{number}/USDT", "1m", OPEN) for number in range(50)]
    first: list[bool] = []
    start = threading.Barrier(4)

    def work(venue: str) -> None:
        start.wait()
        for key in keys:
            first.append(asked.ask(key))
            asked.note(key, candle(venue, OPEN, key.pair))
            asked.due(venue)

    threads = [threading.Thread(target=work, args=(f"venue {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(first) == len(keys)
    assert all(len(asked.told(key)) == 4 for key in keys)
