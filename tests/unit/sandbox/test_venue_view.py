"""The same market seen at another venue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Candles, Market, UnknownSymbol
from aurum_plugins.sandbox.market.aggregation import merge as merge_runs
from aurum_plugins.sandbox.venue_view import Listing, Summary, Venue, VenueView, fixed, plain
from aurum_plugins.sandbox.venue_view.dollar import DollarTape
from aurum_plugins.sandbox.venue_view.slow_noise import SlowNoise
from aurum_plugins.sandbox.venue_view.view import USDT_USD

START = 1_700_006_400_000 // DAY_MS * DAY_MS
NOW = START + 3 * DAY_MS + 7 * HOUR_MS + 23 * MINUTE_MS + 17_456
BTC = Instrument("BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), reference_price=30_000.0)
BNB = Instrument("BNB", "USDT", Decimal("0.01"), Decimal("0.001"), reference_price=300.0)
ETHBTC = Instrument("ETH", "BTC", Decimal("0.00001"), Decimal("0.0001"))
VENUE = Venue(
    name="elsewhere",
    basis_bps=4.0,
    share=0.5,
    step_size=Decimal("0.001"),
    ticks={"BTC": Decimal("0.1")},
    absent=frozenset({"BNB"}),
)


@dataclass(frozen=True)
class WavyTape:
    """Candles on a wave around 30,000, with an optional outage."""

    interval_ms: int = MINUTE_MS
    gap: tuple[int, int] = (0, 0)
    symbols: tuple[str, ...] = ("BTCUSDT", "BNBUSDT", "ETHBTC")
    first_ms: int = START
    last_ms: int | None = None

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        step = self.interval_ms
        opens = np.arange(-(-max(start_ms, self.first_ms) // step), -(-end_ms // step)) * step
        opens = opens[(opens < self.gap[0]) | (opens >= self.gap[1])]
        edges = [np.round(30_000 + 500 * np.sin(t / 4e6), 2) for t in (opens, opens + step)]
        top, bottom = np.maximum(*edges), np.minimum(*edges)
        return Candles(opens, edges[0], top + 3, bottom - 3, edges[1], np.full(len(opens), 60.0))


def view_of(tape: WavyTape, seed: int = 3) -> VenueView:
    return VenueView.of(Market(tape, [BTC, BNB, ETHBTC], seed), VENUE)


@pytest.fixture(scope="module")
def view() -> VenueView:
    return view_of(WavyTape())


@pytest.fixture(scope="module")
def usd(view: VenueView) -> Listing:
    return view.listings["BTCUSD"]


@pytest.fixture(scope="module")
def usdt(view: VenueView) -> Listing:
    return view.listings["BTCUSDT"]


def merge(candles: Candles, length_ms: int) -> Candles:
    return merge_runs(candles, candles.open_ms // length_ms * length_ms)


class TestListings:
    def test_what_is_absent_or_not_quoted_in_usdt_is_not_listed(self, view):
        assert sorted(view.listings) == ["BTCUSD", "BTCUSDT", "USDTUSD"]

    def test_grid_is_the_venues_own(self, usd):
        own = usd.instrument
        assert (own.pair, own.tick_size, own.step_size) == (
            "BTC/USD",
            Decimal("0.1"),
            Decimal("0.001"),
        )
        assert own.daily_volume == BTC.daily_volume * 0.5

    def test_a_base_without_a_tick_keeps_the_underlying_one(self):
        venue = Venue("x", 1.0, 1.0, Decimal("0.01"))
        listed = VenueView.of(Market(WavyTape(), [BNB], 1), venue).listings
        assert listed["BNBUSDT"].instrument.tick_size == BNB.tick_size


class TestPrices:
    @given(minute=st.integers(0, 4 * 1_440))
    @settings(max_examples=60, deadline=None)
    def test_stay_within_the_basis_of_the_underlying(self, minute):
        view = view_of(WavyTape())
        listing = view.listings["BTCUSDT"]
        now = START + minute * MINUTE_MS
        ratio = view.price(listing, now) / listing.source.last_price("BTCUSDT", now)
        assert abs(ratio - 1) <= 4.0e-4 + 0.1 / 29_000

    def test_wander(self, view, usdt):
        times = range(START, NOW, HOUR_MS)
        ratios = [view.price(usdt, t) / usdt.source.last_price("BTCUSDT", t) for t in times]
        assert max(ratios) > 1.0002
        assert min(ratios) < 0.9998

    def test_differ_between_venues_and_seeds(self, view, usdt):
        other = VenueView.of(usdt.source, Venue("third", 4.0, 0.5, Decimal("0.001")))
        assert other.price(other.listings["BTCUSDT"], NOW) != view.price(usdt, NOW)
        again = view_of(WavyTape(), seed=4)
        assert again.price(again.listings["BTCUSDT"], NOW - 17_456) != view.price(
            usdt, NOW - 17_456
        )

    def test_dollars_are_tethers_times_their_rate(self, view, usd, usdt):
        rate = float(view.dollar.rate(np.array([NOW]))[0])
        assert view.price(usd, NOW) == pytest.approx(view.price(usdt, NOW) * rate, abs=0.11)
        tether = view.listings["USDTUSD"]
        assert view.price(tether, NOW) == pytest.approx(rate, abs=3e-5)

    def test_do_not_depend_on_what_was_asked_before(self, view, usd):
        fresh = view_of(WavyTape())
        expected = [fresh.price(fresh.listings["BTCUSD"], NOW - i * 61_000) for i in (3, 1, 2)]
        assert [view.price(usd, NOW - i * 61_000) for i in (3, 1, 2)] == expected

    def test_a_lie_multiplies_everything(self, view, usd):
        liar = view.scaled(1.1)
        assert liar.price(usd, NOW) == pytest.approx(view.price(usd, NOW) * 1.1, abs=0.11)
        honest = view.candles(usd, HOUR_MS, START, NOW, now_ms=NOW)
        lied = liar.candles(usd, HOUR_MS, START, NOW, now_ms=NOW)
        np.testing.assert_allclose(lied.high, honest.high * 1.1, atol=0.11)
        np.testing.assert_array_equal(lied.volume, honest.volume)
        best = liar.book(usd, NOW).bids.ticks[0] * 0.1
        assert best == pytest.approx(view.price(usd, NOW) * 1.1, rel=1e-3)

    def test_before_the_first_trade_there_is_none(self, view, usd):
        with pytest.raises(UnknownSymbol, match="BTCUSDT"):
            view.price(usd, START - DAY_MS)


class TestCandles:
    @pytest.mark.parametrize("name", ["BTCUSD", "BTCUSDT", "USDTUSD"])
    @pytest.mark.parametrize("length", [5 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, DAY_MS])
    def test_longer_ones_are_shorter_ones_merged(self, view, name, length):
        listing = view.listings[name]
        minutes = view.candles(listing, MINUTE_MS, START, NOW + 1, now_ms=NOW)
        longer = view.candles(listing, length, START, NOW + 1, now_ms=NOW)
        for mine, theirs in zip(longer.columns, merge(minutes, length).columns):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12)

    @pytest.mark.parametrize("name", ["BTCUSD", "USDTUSD"])
    def test_the_forming_one_closes_at_the_price(self, view, name):
        listing = view.listings[name]
        candles = view.candles(listing, HOUR_MS, NOW - DAY_MS, NOW + DAY_MS, now_ms=NOW)
        assert candles.close[-1] == view.price(listing, NOW)
        assert candles.open_ms[-1] == NOW // HOUR_MS * HOUR_MS

    def test_are_well_formed_on_the_grid_and_at_the_share_of_volume(self, view, usd):
        candles = view.candles(usd, MINUTE_MS, START, NOW, now_ms=NOW)
        assert (candles.high >= np.maximum(candles.open, candles.close)).all()
        assert (candles.low <= np.minimum(candles.open, candles.close)).all()
        np.testing.assert_allclose(candles.close * 10, np.round(candles.close * 10), atol=1e-6)
        assert candles.volume[0] == pytest.approx(30.0)
        assert (np.diff(candles.open_ms) == MINUTE_MS).all()

    def test_closed_ones_do_not_change(self, view, usd):
        early = view.candles(usd, HOUR_MS, START, NOW, now_ms=NOW - 5 * HOUR_MS)
        late = view.candles(usd, HOUR_MS, START, NOW, now_ms=NOW)
        closed = len(early) - 1
        for old, new in zip(early.columns, late.columns):
            np.testing.assert_array_equal(old[:closed], new[:closed])

    def test_bounds_are_open_times(self, view, usd):
        found = view.candles(usd, HOUR_MS, START + 1, START + 3 * HOUR_MS, now_ms=NOW)
        assert found.open_ms.tolist() == [START + HOUR_MS, START + 2 * HOUR_MS]

    def test_there_are_none_in_an_empty_stretch(self, view, usd):
        assert len(view.candles(usd, HOUR_MS, NOW + HOUR_MS, NOW + DAY_MS, now_ms=NOW)) == 0
        assert len(view.candles(usd, HOUR_MS, START - DAY_MS, START - 1, now_ms=NOW)) == 0

    def test_weeks_of_any_length_open_at_multiples(self, view, usd):
        length = 15 * DAY_MS
        found = view.candles(usd, length, START - length, NOW, now_ms=NOW)
        assert (found.open_ms % length == 0).all()
        assert found.volume.sum() == pytest.approx(30.0 * 60 * 24 * 3 + 30 * 443, rel=1e-2)

    def test_an_outage_leaves_holes(self):
        gap = (START + HOUR_MS, START + 2 * HOUR_MS)
        view = view_of(WavyTape(gap=gap))
        found = view.candles(
            view.listings["BTCUSD"], HOUR_MS, START, START + 3 * HOUR_MS, now_ms=NOW
        )
        assert found.open_ms.tolist() == [START, START + 2 * HOUR_MS]

    def test_a_coarse_tape_gives_finer_candles_too(self):
        view = view_of(WavyTape(interval_ms=HOUR_MS))
        listing = view.listings["BTCUSD"]
        hours = view.candles(listing, HOUR_MS, START, START + DAY_MS, now_ms=NOW)
        fine = view.candles(listing, 5 * MINUTE_MS, START, START + DAY_MS, now_ms=NOW)
        assert len(fine) == 12 * 24
        np.testing.assert_allclose(merge(fine, HOUR_MS).open, hours.open)
        np.testing.assert_allclose(merge(fine, HOUR_MS).high, hours.high, rtol=2e-4)
        forming = view.candles(listing, HOUR_MS, NOW - HOUR_MS, NOW + 1, now_ms=NOW)
        assert forming.close[-1] == view.price(listing, NOW)

    def test_merging_nothing_gives_nothing(self):
        assert len(merge(Candles.empty(), HOUR_MS)) == 0


class TestBook:
    @given(second=st.integers(0, 200_000))
    @settings(max_examples=40, deadline=None)
    def test_lies_around_the_price(self, second):
        view = view_of(WavyTape())
        listing = view.listings["BTCUSD"]
        now = START + second * SECOND_MS
        book = view.book(listing, now)
        price = view.price(listing, now)
        assert book.bids.ticks[0] < book.asks.ticks[0]
        assert book.bids.ticks[0] * 0.1 == pytest.approx(price, rel=5e-4)
        assert book.asks.ticks[0] * 0.1 == pytest.approx(price, rel=5e-4)
        assert book.second_ms == now

    def test_is_not_the_underlying_one(self, view, usdt):
        own = view.book(usdt, NOW)
        under = usdt.source.book("BTCUSDT", NOW)
        assert own.bids.lots[:5].tolist() != under.bids.lots[:5].tolist()


class TestTrades:
    def test_agree_with_the_candle_of_their_minute(self, view, usd):
        begin = START + 5 * HOUR_MS
        trades = view.trades(usd, begin, begin + MINUTE_MS, now_ms=NOW)
        minute = view.candles(usd, MINUTE_MS, begin, begin + 1, now_ms=NOW)
        assert trades.price[0] == minute.open[0]
        assert trades.price[-1] == minute.close[0]
        assert trades.price.max() == minute.high[0]
        assert trades.quantity.sum() == pytest.approx(minute.volume[0], rel=1e-3)

    def test_newest_are_not_in_the_future(self, view, usd):
        found = view.latest_trades(usd, 5, end_ms=NOW + DAY_MS, now_ms=NOW)
        assert len(found.id) == 5
        assert found.id[-1] == NOW // SECOND_MS
        assert found.price[-1] == view.price(usd, NOW)

    def test_newest_of_a_window(self, view, usd):
        found = view.latest_trades(
            usd, 100, start_ms=START, end_ms=START + 10 * SECOND_MS, now_ms=NOW
        )
        assert found.id.tolist() == [START // SECOND_MS + i for i in range(10)]

    def test_newest_are_found_before_an_outage(self):
        gap = (START + HOUR_MS, START + 3 * HOUR_MS)
        view = view_of(WavyTape(gap=gap))
        now = gap[1] - 1
        found = view.latest_trades(view.listings["BTCUSD"], 1, end_ms=now + 1, now_ms=now)
        assert found.id.tolist() == [gap[0] // SECOND_MS - 1]

    def test_next_ones_go_forward_across_an_outage(self):
        gap = (START + HOUR_MS, START + 3 * HOUR_MS)
        view = view_of(WavyTape(gap=gap))
        found = view.next_trades(
            view.listings["BTCUSD"], 4, start_ms=gap[0] - 2 * SECOND_MS, now_ms=NOW
        )
        last, first = gap[0] // SECOND_MS, gap[1] // SECOND_MS
        assert found.id.tolist() == [last - 2, last - 1, first, first + 1]

    def test_next_ones_end_now(self, view, usd):
        found = view.next_trades(usd, 100, start_ms=NOW - 3 * SECOND_MS, now_ms=NOW)
        assert found.id.tolist() == [NOW // SECOND_MS - i for i in (2, 1, 0)]
        assert len(view.next_trades(usd, 100, start_ms=NOW + DAY_MS, now_ms=NOW).id) == 0


class TestSummary:
    def test_of_the_last_hours(self, view, usd):
        since = NOW // HOUR_MS * HOUR_MS - 2 * HOUR_MS
        summary = view.summary(usd, since, now_ms=NOW)
        candles = view.candles(usd, HOUR_MS, since, NOW + 1, now_ms=NOW)
        assert summary.open == candles.open[0]
        assert summary.high == candles.high.max()
        assert summary.low == candles.low.min()
        assert summary.volume == pytest.approx(candles.volume.sum())
        assert summary.low < summary.vwap < summary.high
        assert summary.quote_volume == pytest.approx(summary.vwap * summary.volume)
        assert summary.trades == (NOW - since) // SECOND_MS + 1

    def test_of_nothing_shows_the_last_price(self):
        empty = Summary.of(Candles.empty(), MINUTE_MS, now_ms=NOW, at=7.5)
        assert empty == Summary(7.5, 7.5, 7.5, 7.5, 0.0, 0.0, 0)

    def test_without_volume_has_no_trades(self):
        flat = np.array([2.0])
        still = Candles(np.array([START]), flat, flat, flat, flat, np.zeros(1))
        summary = Summary.of(still, MINUTE_MS, now_ms=NOW, at=1.0)
        assert (summary.vwap, summary.trades, summary.volume) == (2.0, 0, 0.0)


class TestSlowNoise:
    @given(key=st.integers(0, 2**64 - 1), minute=st.integers(-(10**6), 10**8))
    def test_is_bounded_and_slow(self, key, minute):
        noise = SlowNoise(key, HOUR_MS)
        times = np.array([minute, minute + 1]) * MINUTE_MS
        before, after = noise.at(times)
        assert abs(before) <= 1.0
        # The steepest cubic step from -1 to 1 rises by 2 * 1.5 / 60 a minute.
        assert abs(after - before) <= 0.05 + 1e-12

    def test_is_constant_within_a_minute_and_independent_of_the_others_asked(self):
        noise = SlowNoise(11, HOUR_MS)
        whole = noise.at(np.arange(0, DAY_MS, MINUTE_MS))
        alone = [float(noise.at(np.array([t + 59_999]))[0]) for t in range(0, DAY_MS, 97 * 60_000)]
        assert alone == whole[::97].tolist()


class TestDollarTape:
    def test_stays_within_five_basis_points(self):
        tape = DollarTape(USDT_USD, 5, WavyTape())
        rate = tape.rate(np.arange(START, START + 200 * DAY_MS, HOUR_MS))
        assert np.abs(rate - 1).max() <= 5e-4
        assert np.abs(rate - 1).max() > 4e-4

    def test_runs_beside_the_other_tape(self):
        tape = DollarTape(USDT_USD, 5, WavyTape(last_ms=START + DAY_MS))
        assert (tape.first_ms, tape.last_ms) == (START, START + DAY_MS)
        assert (tape.interval_ms, tape.symbols) == (MINUTE_MS, ("USDTUSD",))

    def test_neighbouring_candles_meet(self):
        found = DollarTape(USDT_USD, 5, WavyTape()).window("USDTUSD", START, START + DAY_MS)
        np.testing.assert_array_equal(found.close[:-1], found.open[1:])
        assert len(found) == 1_440
        assert (found.volume > 0).all()

    def test_has_nothing_before_its_start_and_no_other_symbol(self):
        tape = DollarTape(USDT_USD, 5, WavyTape())
        assert len(tape.window("USDTUSD", 0, START)) == 0
        with pytest.raises(KeyError, match="symbol must be USDTUSD, got 'EURUSD'"):
            tape.window("EURUSD", 0, START)


@pytest.mark.parametrize(
    ("value", "decimals", "padded", "bare"),
    [
        (1.5, 3, "1.500", "1.5"),
        (100.0, 2, "100.00", "100"),
        (1e-7, 8, "0.00000010", "0.0000001"),
        (float("nan"), 2, "NaN", "NaN"),
    ],
)
def test_figures_are_written_without_exponents(value, decimals, padded, bare):
    assert fixed(value, decimals) == padded
    assert plain(value, decimals) == bare


def test_bare_figures_keep_the_zeros_of_whole_numbers():
    assert plain(100.0, 0) == "100"
