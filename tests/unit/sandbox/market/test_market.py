"""What can be seen of the market at a given moment."""

from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market import (
    INTERVAL_MS,
    Candles,
    Market,
    UnknownInterval,
    UnknownSymbol,
)
from aurum_plugins.sandbox.market.intervals import next_open, open_of

BTC = DEFAULT_INSTRUMENTS[0]
START = 20_000 * DAY_MS
NOW = START + 2 * DAY_MS + 5 * HOUR_MS + 7 * MINUTE_MS + 12_345


class WavingTape:
    """A wave of candles from `START` on, with one outage of 30 minutes."""

    symbols = ("BTCUSDT",)
    first_ms = START
    outage = (START + DAY_MS, START + DAY_MS + 30 * MINUTE_MS)

    def __init__(self, interval_ms: int = MINUTE_MS, last_ms: int | None = None) -> None:
        self.interval_ms = interval_ms
        self.last_ms = last_ms

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        assert symbol == "BTCUSDT"
        step = self.interval_ms
        opens = np.arange(-(-max(start_ms, START) // step) * step, end_ms, step, dtype=np.int64)
        opens = opens[(opens < self.outage[0]) | (opens >= self.outage[1])]

        def wave(at: np.ndarray) -> np.ndarray:
            return np.round(60_000 + 500 * np.sin(at / (90 * MINUTE_MS)), 2)

        first, last = wave(opens), wave(opens + step)
        high = np.round(np.maximum(first, last) + 12.34, 2)
        low = np.round(np.minimum(first, last) - 10, 2)
        volume = 1.0 + opens // step % 7
        return Candles(opens, first, high, low, last, volume)


@pytest.fixture
def market() -> Market:
    return Market(WavingTape(), [BTC], seed=3)


def test_unknown_names_are_refused(market) -> None:
    with pytest.raises(UnknownSymbol, match="NOPEUSDT"):
        market.instrument("NOPEUSDT")
    with pytest.raises(UnknownInterval, match="7m"):
        market.candles("BTCUSDT", "7m", now_ms=NOW, limit=3)
    with pytest.raises(UnknownInterval, match="must be one of 1s, 1m"):
        open_of("7m", np.array([0]))


@pytest.mark.parametrize("interval", [i for i in INTERVAL_MS if i not in ("1s", "1M", "1w", "3d")])
def test_every_interval_is_made_of_the_minutes(market, interval) -> None:
    minutes = market.candles("BTCUSDT", "1m", now_ms=NOW, limit=10_000)
    candles = market.candles("BTCUSDT", interval, now_ms=NOW, limit=1_000)
    assert candles.close[-1] == minutes.close[-1] == market.last_price("BTCUSDT", NOW)
    for row in (0, len(candles) // 2, -1):
        begin = candles.open_ms[row]
        inside = minutes[
            (minutes.open_ms >= begin) & (minutes.open_ms < begin + INTERVAL_MS[interval])
        ]
        if len(inside) == 0:
            continue
        assert candles.open[row] == inside.open[0]
        assert candles.high[row] == inside.high.max()
        assert candles.low[row] == inside.low.min()
        assert candles.close[row] == inside.close[-1]
        assert candles.volume[row] == pytest.approx(inside.volume.sum())


def test_finer_intervals_than_the_tape_add_up_to_it() -> None:
    hourly = Market(WavingTape(interval_ms=HOUR_MS), [BTC], seed=3)
    hour = START + 3 * HOUR_MS
    coarse = hourly.candles_between("BTCUSDT", "1h", hour, hour + HOUR_MS, now_ms=NOW)
    for interval in ("1s", "1m", "15m"):
        fine = hourly.candles_between("BTCUSDT", interval, hour, hour + HOUR_MS, now_ms=NOW)
        assert len(fine) == HOUR_MS // INTERVAL_MS[interval]
        assert fine.open[0] == coarse.open[0]
        assert fine.high.max() == coarse.high[0]
        assert fine.low.min() == coarse.low[0]
        assert fine.close[-1] == coarse.close[0]
        assert fine.volume.sum() == pytest.approx(coarse.volume[0])


def test_a_week_opens_on_monday_and_a_month_on_its_first() -> None:
    thursday = 20_409 * DAY_MS  # 2025-11-17 is a Monday
    monday = int(open_of("1w", np.array([thursday + 5 * HOUR_MS]))[0])
    assert np.datetime64(monday, "ms").astype("datetime64[D]").item().weekday() == 0
    month = int(open_of("1M", np.array([thursday]))[0])
    assert str(np.datetime64(month, "ms"))[8:10] == "01"
    assert str(np.datetime64(next_open("1M", month), "ms"))[8:10] == "01"
    assert next_open("1h", 0) == HOUR_MS


def test_the_future_is_never_shown(market) -> None:
    before = market.candles("BTCUSDT", "5m", now_ms=NOW, limit=500)
    later = market.candles("BTCUSDT", "5m", now_ms=NOW + 40 * MINUTE_MS, limit=508)
    assert before.open_ms[-1] <= NOW
    shared = later[later.open_ms < before.open_ms[-1]]
    closed = before[before.open_ms >= shared.open_ms[0]][:-1]
    for ours, theirs in zip(closed.columns, shared.columns):
        np.testing.assert_array_equal(ours, theirs)
    trades = market.trades("BTCUSDT", NOW - 60 * SECOND_MS, NOW + HOUR_MS, now_ms=NOW)
    assert trades.id[-1] * SECOND_MS <= NOW


def test_limits_and_bounds_follow_binance(market) -> None:
    begin = START + 6 * HOUR_MS
    found = market.candles("BTCUSDT", "1m", now_ms=NOW, start_ms=begin, limit=5)
    assert found.open_ms.tolist() == [begin + n * MINUTE_MS for n in range(5)]
    end = begin + 3 * MINUTE_MS
    found = market.candles("BTCUSDT", "1m", now_ms=NOW, start_ms=begin, end_ms=end, limit=500)
    assert found.open_ms.tolist() == [begin + n * MINUTE_MS for n in range(4)]
    found = market.candles("BTCUSDT", "1m", now_ms=NOW, end_ms=end, limit=2)
    assert found.open_ms.tolist() == [end - MINUTE_MS, end]
    found = market.candles("BTCUSDT", "1m", now_ms=NOW, start_ms=NOW + DAY_MS, limit=2)
    assert len(found) == 0


def test_an_outage_stays_a_hole_and_requests_reach_across_it(market) -> None:
    hole = WavingTape.outage
    around = market.candles("BTCUSDT", "1m", now_ms=NOW, end_ms=hole[1], limit=10)
    assert len(around) == 10
    assert not ((around.open_ms >= hole[0]) & (around.open_ms < hole[1])).any()
    onward = market.candles("BTCUSDT", "1m", now_ms=NOW, start_ms=hole[0] - MINUTE_MS, limit=3)
    assert onward.open_ms.tolist() == [hole[0] - MINUTE_MS, hole[1], hole[1] + MINUTE_MS]


def test_the_price_stands_still_during_an_outage(market) -> None:
    hole = WavingTape.outage
    last = market.candles("BTCUSDT", "1m", now_ms=NOW, end_ms=hole[0], limit=1).close[-1]
    assert market.last_price("BTCUSDT", hole[0] + 5 * MINUTE_MS) == last
    assert market.candles("BTCUSDT", "1m", now_ms=hole[0] + MINUTE_MS, limit=1).close[-1] == last


def test_before_its_first_candle_a_symbol_does_not_exist(market) -> None:
    with pytest.raises(UnknownSymbol):
        market.last_price("BTCUSDT", START - HOUR_MS)
    young = Market(WavingTape(), [BTC], seed=3)
    assert len(young.candles("BTCUSDT", "1m", now_ms=START + 10, limit=10)) == 1


def test_statistics_of_the_day_without_a_trade_stand_at_the_last_price() -> None:
    class Silent(WavingTape):
        outage = (START + DAY_MS, START + 4 * DAY_MS)

    market = Market(Silent(), [BTC], seed=3)
    market_day = market.day_stats("BTCUSDT", START + 2 * DAY_MS + HOUR_MS)
    assert market_day.volume == 0
    assert market_day.open == market_day.last == market.last_price("BTCUSDT", START + 2 * DAY_MS)


def test_statistics_of_the_day(market) -> None:
    stats = market.day_stats("BTCUSDT", NOW)
    since = NOW - DAY_MS - MINUTE_MS
    minutes = market.candles("BTCUSDT", "1m", now_ms=NOW, start_ms=since, limit=2_000)
    assert stats.high == minutes.high.max()
    assert stats.low == minutes.low.min()
    assert stats.last == minutes.close[-1]
    assert stats.volume == pytest.approx(minutes.volume.sum())
    assert stats.low * stats.volume < stats.quote_volume < stats.high * stats.volume


def test_the_book_is_ordered_and_fixed_within_its_second(market) -> None:
    book = market.book("BTCUSDT", NOW)
    assert book is market.book("BTCUSDT", NOW // SECOND_MS * SECOND_MS)
    assert (np.diff(book.bids.ticks) < 0).all()
    assert (np.diff(book.asks.ticks) > 0).all()
    assert book.bids.ticks[0] < book.asks.ticks[0]
    assert book.bids.ticks[-1] >= 1
    assert min(book.bids.lots.min(), book.asks.lots.min()) >= 1
    mid = (book.bids.ticks[0] + book.asks.ticks[0]) / 2 * BTC.tick
    assert mid == pytest.approx(market.last_price("BTCUSDT", NOW), rel=1e-4)


def test_the_same_seed_gives_the_same_market_and_another_a_different_one() -> None:
    def book(seed: int) -> list[int]:
        return Market(WavingTape(), [BTC], seed).book("BTCUSDT", NOW).bids.lots.tolist()

    assert book(3) == book(3)
    assert book(3) != book(4)


def test_trades_are_numbered_by_their_second(market) -> None:
    trades = market.trades("BTCUSDT", NOW - 90 * SECOND_MS, NOW + 1, now_ms=NOW)
    assert (np.diff(trades.id) > 0).all()
    assert trades.price[-1] == market.last_price("BTCUSDT", NOW)
    assert (trades.quantity > 0).all()
    falls = np.diff(trades.price) < 0
    adjacent = np.diff(trades.id) == 1
    np.testing.assert_array_equal(trades.buyer_is_maker[1:][adjacent], falls[adjacent])
    hole = WavingTape.outage
    assert len(market.trades("BTCUSDT", hole[0], hole[1], now_ms=NOW).id) == 0


def test_a_tape_that_ends_closes_the_market() -> None:
    market = Market(WavingTape(last_ms=START + DAY_MS), [BTC], seed=3)
    assert market.is_open(START)
    assert not market.is_open(START + DAY_MS)
    assert Market(WavingTape(), [BTC], seed=3).is_open(NOW)
