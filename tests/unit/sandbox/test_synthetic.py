from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS, Instrument
from aurum_plugins.sandbox.market.climate import REGIMES, Climate
from aurum_plugins.sandbox.market.daily_path import DailyPath
from aurum_plugins.sandbox.market.day_chain import BLOCK_DAYS, EPOCH_DAY
from aurum_plugins.sandbox.market.grid import Grid
from aurum_plugins.sandbox.market.minute_bridge import MINUTES, MinuteBridge
from aurum_plugins.sandbox.market.streams import stream
from aurum_plugins.sandbox.market.synthetic import SyntheticTape
from aurum_plugins.sandbox.market.tape import Candles

START = 20_500 * DAY_MS  # 2026-02-16
BTC, ETH, *_ = DEFAULT_INSTRUMENTS
SEED = 11
YEAR_DAYS = 365


def equal(left: Candles, right: Candles) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(left.columns, right.columns))


@pytest.fixture(scope="module")
def tape() -> SyntheticTape:
    return SyntheticTape(DEFAULT_INSTRUMENTS, SEED, START)


@pytest.fixture(scope="module")
def year() -> dict[str, Candles]:
    tape = SyntheticTape((BTC, ETH), SEED, START)
    return {s: tape.window(s, START, START + YEAR_DAYS * DAY_MS) for s in tape.symbols}


def returns(candles: Candles) -> np.ndarray:
    return np.diff(np.log(candles.close))


class TestSameSeedSameMarket:
    def test_order_of_questions_does_not_matter(self, tape):
        other = SyntheticTape(DEFAULT_INSTRUMENTS, SEED, START)
        late = other.window("SOLUSDT", START + 9 * DAY_MS, START + 10 * DAY_MS)
        early = other.window("SOLUSDT", START, START + DAY_MS)
        assert equal(tape.window("SOLUSDT", START, START + DAY_MS), early)
        assert equal(tape.window("SOLUSDT", START + 9 * DAY_MS, START + 10 * DAY_MS), late)

    def test_neither_first_ms_nor_other_pairs_matter(self, tape):
        alone = SyntheticTape([ETH], SEED, START - 700 * DAY_MS, cache_days=1)
        ends = START + 2 * DAY_MS, START + 3 * DAY_MS + 5 * HOUR_MS
        assert equal(tape.window("ETHUSDT", *ends), alone.window("ETHUSDT", *ends))

    def test_another_seed_is_another_market(self, tape):
        other = SyntheticTape(DEFAULT_INSTRUMENTS, SEED + 1, START)
        ends = START, START + DAY_MS
        assert not np.array_equal(
            tape.window("BTCUSDT", *ends).close, other.window("BTCUSDT", *ends).close
        )

    @settings(max_examples=40, deadline=None)
    @given(
        begin=st.integers(-10, 4000), length=st.integers(-10, 4000), shift=st.integers(0, 59_999)
    )
    def test_a_window_is_a_cut_of_the_whole(self, tape, begin, length, shift):
        whole = tape.window("XRPUSDT", START, START + 7 * DAY_MS)
        start = START + begin * MINUTE_MS + shift
        end = start + length * MINUTE_MS
        inside = (whole.open_ms >= start) & (whole.open_ms < end)
        assert equal(tape.window("XRPUSDT", start, end), whole[inside])

    def test_frozen_values(self):
        tape = SyntheticTape((BTC, ETH), 42, START)
        begin = START + 14 * HOUR_MS
        btc = tape.window("BTCUSDT", begin, begin + 3 * MINUTE_MS)
        eth = tape.window("ETHUSDT", begin, begin + 3 * MINUTE_MS)
        # A processor's last bit of exp() may move a price by a tick.
        assert btc.open == pytest.approx([108173.61, 108150.14, 108135.77], abs=0.011)
        assert btc.high == pytest.approx([108190.45, 108176.89, 108152.81], abs=0.011)
        assert btc.low == pytest.approx([108146.8, 108135.34, 108099.63], abs=0.011)
        assert btc.close == pytest.approx([108150.14, 108135.77, 108115.42], abs=0.011)
        assert btc.volume == pytest.approx([4.09611, 1.43118, 3.66378], abs=1.1e-5)
        assert eth.close == pytest.approx([6295.13, 6293.09, 6292.69], abs=0.011)
        assert eth.volume == pytest.approx([53.2733, 173.3107, 19.5236], abs=1.1e-4)


class TestCandles:
    @pytest.mark.parametrize("instrument", DEFAULT_INSTRUMENTS, ids=lambda i: i.symbol)
    def test_valid_continuous_and_on_the_grids(self, tape, instrument):
        candles = tape.window(instrument.symbol, START, START + 5 * DAY_MS)
        assert np.array_equal(candles.open_ms, START + np.arange(5 * MINUTES) * MINUTE_MS)
        assert np.array_equal(candles.open[1:], candles.close[:-1])
        assert (candles.low > 0).all()
        assert (candles.low <= np.minimum(candles.open, candles.close)).all()
        assert (candles.high >= np.maximum(candles.open, candles.close)).all()
        assert (candles.volume >= instrument.step).all()
        for prices in candles.columns[1:5]:
            assert all(Decimal(repr(p)) % instrument.tick_size == 0 for p in prices[:500].tolist())
        quantities = candles.volume[:500].tolist()
        assert all(Decimal(repr(q)) % instrument.step_size == 0 for q in quantities)

    def test_a_price_never_falls_below_one_tick(self):
        dust = Instrument("DUST", "USDT", Decimal("0.01"), Decimal(1), reference_price=0.004)
        candles = SyntheticTape([dust], SEED, START).window("DUSTUSDT", START, START + DAY_MS)
        assert candles.low.min() == 0.01

    def test_read_only(self, tape):
        candles = tape.window("BTCUSDT", START, START + HOUR_MS)
        with pytest.raises(ValueError, match="read-only"):
            candles.close[0] = 0.0

    def test_what_the_tape_says_of_itself(self):
        tape = SyntheticTape((BTC, ETH), SEED, START + 1)
        assert tape.symbols == ("BTCUSDT", "ETHUSDT")
        assert tape.instruments == (BTC, ETH)
        assert tape.interval_ms == MINUTE_MS
        assert tape.first_ms == START + MINUTE_MS
        assert tape.last_ms is None
        assert tape.window("BTCUSDT", 0, START + 2 * MINUTE_MS).open_ms[0] == START + MINUTE_MS


class TestLooksLikeAMarket:
    def test_fat_tails(self, year):
        for candles in year.values():
            r = returns(candles)
            assert np.mean((r - r.mean()) ** 4) / r.var() ** 2 > 6

    def test_pairs_move_together(self, year):
        btc, eth = (returns(candles) for candles in year.values())
        assert 0.4 < np.corrcoef(btc, eth)[0, 1] < 0.95

    def test_volatility_clusters(self, year):
        for candles in year.values():
            size = np.abs(returns(candles))
            assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.1
            hourly = size[: len(size) // 60 * 60].reshape(-1, 60).mean(axis=1)
            assert np.corrcoef(hourly[1:], hourly[:-1])[0, 1] > 0.3

    def test_direction_does_not(self, year):
        r = returns(year["BTCUSDT"])
        assert abs(np.corrcoef(r[1:], r[:-1])[0, 1]) < 0.05

    def test_trends_of_an_hour(self, year):
        r = returns(year["BTCUSDT"])
        hours = r[: len(r) // 60 * 60].reshape(-1, 60).sum(axis=1)
        assert 1.15 < hours.var() / (60 * r.var()) < 2.0

    @pytest.mark.parametrize("step", [1, 60, MINUTES])
    def test_volatility_of_a_year(self, year, step):
        for instrument, candles in zip((BTC, ETH), year.values()):
            r = np.diff(np.log(candles.close[step - 1 :: step]))
            yearly = r.std() * np.sqrt(YEAR_DAYS * MINUTES / step)
            assert 0.5 < yearly / instrument.volatility < 2.0

    def test_afternoon_is_wilder_and_busier_than_night(self, year):
        candles = year["BTCUSDT"]
        hour = candles.open_ms // HOUR_MS % 24
        size = np.log(candles.high / candles.low)
        assert size[hour == 14].mean() > 1.4 * size[hour == 4].mean()
        assert candles.volume[hour == 14].mean() > 1.4 * candles.volume[hour == 4].mean()

    def test_weekends_are_quieter(self, year):
        candles = year["BTCUSDT"]
        weekend = (candles.open_ms // DAY_MS + 3) % 7 >= 5
        size = np.log(candles.high / candles.low)
        assert size[weekend].mean() < 0.95 * size[~weekend].mean()

    def test_turnover(self, year):
        for instrument, candles in zip((BTC, ETH), year.values()):
            daily = (candles.volume * candles.close).sum() / YEAR_DAYS
            assert 0.5 < daily / instrument.daily_volume < 2.0

    def test_volume_follows_the_size_of_moves(self, year):
        candles = year["ETHUSDT"]
        assert np.corrcoef(candles.volume, np.abs(np.log(candles.close / candles.open)))[0, 1] > 0.3

    @pytest.mark.parametrize("seed", range(6))
    def test_levels_stay_plausible_for_years(self, seed):
        climate = Climate(seed)
        for instrument in DEFAULT_INSTRUMENTS:
            path = DailyPath(instrument, seed, climate)
            closes = [path.day(EPOCH_DAY + n).close for n in range(5 * 365)]
            assert min(closes) / instrument.reference_price > 1 / 20
            assert max(closes) / instrument.reference_price < 20

    def test_every_regime_happens_and_lasts(self):
        climate = Climate(3)
        moods = np.array([climate.day(EPOCH_DAY + n).regime for n in range(10 * 365)])
        share = np.bincount(moods, minlength=len(REGIMES)) / len(moods)
        assert (share > 0.01).all()
        assert share[3] < 0.1
        assert np.mean(moods[1:] == moods[:-1]) > 0.9
        assert all(sum(regime.onward) == pytest.approx(1) for regime in REGIMES)


class TestDayChain:
    def test_blocks_join(self):
        climate = Climate(SEED)
        path = DailyPath(BTC, SEED, climate)
        last = path.day(EPOCH_DAY + 2 * BLOCK_DAYS - 1)
        assert path.day(EPOCH_DAY + 2 * BLOCK_DAYS).open == last.close

    def test_before_the_epoch(self):
        with pytest.raises(
            ValueError, match=r"number must be 18262 \(2020-01-01\) or later, got 5"
        ):
            Climate(SEED).day(5)


class TestMinuteBridge:
    def test_adds_up_to_the_day(self):
        bridge = MinuteBridge.draw(stream(1, "x", 0), volatility=2.0, total=-3.0)
        assert bridge.returns.sum() == pytest.approx(-3.0)

    def test_a_jump_happens_in_its_minute(self):
        plain = MinuteBridge.draw(stream(1, "x", 0), volatility=1.0, total=0.5)
        jumpy = MinuteBridge.draw(
            stream(1, "x", 0), volatility=1.0, total=0.5, jump=4.0, jump_minute=7
        )
        expected = np.zeros(MINUTES)
        expected[7] = 4.0
        assert jumpy.returns - plain.returns == pytest.approx(expected)

    def test_minutes_have_the_variance_of_the_day(self):
        # Free days: each total is drawn with the day's own variance.
        random = np.random.default_rng(0)
        days = [
            MinuteBridge.draw(stream(1, "v", n), volatility=1.0, total=random.standard_normal())
            for n in range(300)
        ]
        halves = np.array([d.returns[:720].sum() for d in days])
        expected = np.mean([(d.sigma[:720] ** 2).sum() / (d.sigma**2).sum() for d in days])
        assert halves.var() == pytest.approx(expected, rel=0.3)


class TestGrid:
    def test_values_are_the_nearest_floats(self):
        steps = np.arange(1, 2000)
        assert np.array_equal(
            Grid(Decimal("0.1")).snap(steps * 0.1), [float(f"{n}e-1") for n in steps]
        )

    @pytest.mark.parametrize(
        ("size", "value", "snapped"),
        [("0.05", 0.12, 0.1), ("0.05", 0.13, 0.15), ("10", 26.0, 30.0), ("1", 0.2, 1.0)],
    )
    def test_any_step(self, size, value, snapped):
        assert Grid(Decimal(size)).snap(np.array([value]), at_least=1)[0] == snapped

    def test_stays_exact_however_large(self):
        assert Grid(Decimal("0.5")).snap(np.array([np.inf]))[0] == 2.0**49

    def test_does_not_change_its_input(self):
        values = np.array([0.123])
        Grid(Decimal("0.1")).snap(values)
        assert values[0] == 0.123

    @pytest.mark.parametrize("size", ["0", "-1", "NaN"])
    def test_size_must_be_positive(self, size):
        with pytest.raises(ValueError, match=f"size must be a finite number above 0, got {size}"):
            Grid(Decimal(size))


class TestValidation:
    def test_unknown_symbol(self, tape):
        with pytest.raises(KeyError, match=r"symbol must be one of BTCUSDT, .*, got 'FOOUSDT'"):
            tape.window("FOOUSDT", START, START + DAY_MS)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"instruments": []}, "instruments must be one or more and unique, got"),
            ({"instruments": [BTC, BTC]}, "instruments must be one or more and unique, got"),
            ({"seed": -1}, "seed must be 0 or more, got -1"),
            ({"first_ms": 0}, "first_ms must be 1577836800000 .* or later, got 0"),
            ({"cache_days": 0}, "cache_days must be 1 or more, got 0"),
        ],
    )
    def test_parameters(self, change, message):
        with pytest.raises(ValueError, match=message):
            SyntheticTape(**{"instruments": [BTC], "seed": 1, "first_ms": START} | change)
