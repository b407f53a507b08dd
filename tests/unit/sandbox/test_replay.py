from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.errors import ConfigurationError, DataError
from aurum_plugins.sandbox.market.replay import ReplayTape
from aurum_plugins.sandbox.market.tape import Candles

REAL = Path(__file__).parents[3].parent / "shared" / "data"
needs_real = pytest.mark.skipif(
    not (REAL / "binance-1h").is_dir(), reason=f"real candles are not at {REAL}"
)

PAST = 1_700_000_000_000 // HOUR_MS * HOUR_MS
NOW = 1_800_000_000_000 // HOUR_MS * HOUR_MS
COUNT = 50


def frame(count: int = COUNT, *, start: int = PAST, step: int = HOUR_MS, level: float = 100.0):
    """A candle whose close tells its number: level + 0.1 n."""
    close = np.round(level + 0.1 * np.arange(count), 1)
    opens = np.concatenate(([level], close[:-1]))
    return pd.DataFrame(
        {
            "date": pd.to_datetime(start + step * np.arange(count), unit="ms", utc=True),
            "open": opens,
            "high": np.maximum(opens, close) + 0.1,
            "low": np.minimum(opens, close) - 0.1,
            "close": close,
            "volume": 1.0 + np.arange(count),
        }
    )


def store(directory: Path, name: str, candles: pd.DataFrame) -> Path:
    path = directory / f"{name}.feather"
    candles.reset_index(drop=True).to_feather(path)
    return path


@pytest.fixture
def folder(tmp_path):
    store(tmp_path, "AAA_USDT-1h", frame())
    store(tmp_path, "AAA_USDT-4h", frame(step=4 * HOUR_MS))
    store(tmp_path, "BBB_USDT-1h", frame(20, start=PAST + 10 * HOUR_MS, level=5.0))
    store(tmp_path, "CCC_USDT-4h", frame(step=4 * HOUR_MS))
    (tmp_path / "AAA_USDT-trades.feather").write_bytes(b"other things are ignored")
    (tmp_path / "AAA_USDT-0h.feather").write_bytes(b"")
    return tmp_path


def everything(tape: ReplayTape, symbol: str, laps: int = 1) -> Candles:
    return tape.window(symbol, tape.first_ms, tape.first_ms + laps * COUNT * tape.interval_ms)


class TestShift:
    def test_the_last_candle_closes_now(self, folder):
        tape = ReplayTape(folder, start_ms=NOW + 59 * MINUTE_MS)
        assert tape.symbols == ("AAAUSDT", "BBBUSDT")
        assert tape.interval_ms == HOUR_MS
        assert tape.first_ms == NOW - COUNT * HOUR_MS
        assert tape.last_ms is None
        past = tape.window("AAAUSDT", 0, NOW)
        assert np.array_equal(past.open_ms, NOW + HOUR_MS * np.arange(-COUNT, 0))
        stored = frame()
        for column, name in zip(past.columns[1:], ("open", "high", "low", "close", "volume")):
            assert np.array_equal(column, stored[name])

    def test_a_chosen_moment_is_now(self, folder):
        moment = PAST + 30 * HOUR_MS + 5
        tape = ReplayTape(folder, start_ms=NOW, tape_now_ms=moment)
        assert tape.window("AAAUSDT", NOW, NOW + 1).close[0] == 103.0
        assert tape.window("AAAUSDT", NOW - 1, NOW).close.size == 0
        assert tape.window("AAAUSDT", NOW - HOUR_MS, NOW).close.tolist() == [102.9]

    def test_played_faster(self, folder):
        tape = ReplayTape(
            folder, start_ms=NOW + 1, tape_now_ms=PAST + 30 * HOUR_MS, play_as_ms=MINUTE_MS
        )
        assert tape.interval_ms == MINUTE_MS
        assert tape.first_ms == NOW - 30 * MINUTE_MS
        assert tape.window("AAAUSDT", NOW, NOW + 3 * MINUTE_MS).close.tolist() == [
            103.0,
            103.1,
            103.2,
        ]

    def test_a_symbol_is_absent_before_and_after_its_data(self, folder):
        tape = ReplayTape(folder, start_ms=NOW, at_end="halt")
        found = everything(tape, "BBBUSDT")
        assert found.open_ms[0] == tape.first_ms + 10 * HOUR_MS
        assert len(found) == 20
        assert len(tape.window("BBBUSDT", NOW - 20 * HOUR_MS, NOW)) == 0

    def test_holes_and_empty_candles_stay(self, tmp_path):
        candles = frame().drop(index=[7, 8, 20])
        candles.loc[30, "volume"] = 0.0
        store(tmp_path, "AAA_USDT-1h", candles)
        found = everything(ReplayTape(tmp_path, start_ms=NOW), "AAAUSDT")
        assert len(found) == COUNT - 3
        assert np.diff(found.open_ms)[[6, 17]].tolist() == [3 * HOUR_MS, 2 * HOUR_MS]
        assert (found.volume == 0).sum() == 1

    def test_chosen_symbols(self, folder):
        assert ReplayTape(folder, start_ms=NOW, symbols=["BBBUSDT"]).symbols == ("BBBUSDT",)
        # Alone, this pair's finest timeframe is the coarser one.
        assert ReplayTape(folder, start_ms=NOW, symbols=["CCCUSDT"]).interval_ms == 4 * HOUR_MS

    @settings(max_examples=60, deadline=None)
    @given(
        begin=st.integers(-5, 180), length=st.integers(-5, 180), shift=st.integers(0, HOUR_MS - 1)
    )
    def test_a_window_is_a_cut_of_the_whole(self, tmp_path_factory, begin, length, shift):
        directory = tmp_path_factory.getbasetemp() / "cuts"
        if not directory.exists():
            directory.mkdir()
            store(directory, "AAA_USDT-1h", frame().drop(index=[0, 12]))
            store(directory, "BBB_USDT-1h", frame())
        tape = ReplayTape(directory, start_ms=NOW)
        whole = everything(tape, "AAAUSDT", laps=8)
        start = tape.first_ms + begin * HOUR_MS + shift
        end = start + length * HOUR_MS
        inside = (whole.open_ms >= start) & (whole.open_ms < end)
        found = tape.window("AAAUSDT", start, end)
        assert all(np.array_equal(a, b) for a, b in zip(found.columns, whole[inside].columns))

    def test_read_only(self, folder):
        found = everything(ReplayTape(folder, start_ms=NOW), "AAAUSDT")
        with pytest.raises(ValueError, match="read-only"):
            found.close[0] = 0.0


class TestEnd:
    def test_halt(self, folder):
        tape = ReplayTape(folder, start_ms=NOW, at_end="halt")
        assert tape.last_ms == NOW
        assert len(tape.window("AAAUSDT", NOW - HOUR_MS, NOW + DAY_MS)) == 1
        assert len(tape.window("AAAUSDT", NOW + 400 * DAY_MS, NOW + 401 * DAY_MS)) == 0

    def test_laps_join_and_keep_the_shape(self, folder):
        tape = ReplayTape(folder, start_ms=NOW)
        for symbol in tape.symbols:
            found = everything(tape, symbol, laps=6)
            length = len(found) // 6
            assert np.array_equal(found.open[length::length], found.close[length - 1 : -1 : length])
            assert (found.low <= np.minimum(found.open, found.close)).all()
            assert (found.high >= np.maximum(found.open, found.close)).all()
            growth = found.close[length : 2 * length] / found.close[:length]
            assert np.ptp(growth) < 0.02
            assert all(Decimal(repr(p)) % Decimal("0.1") == 0 for p in found.close.tolist())

    @pytest.mark.parametrize(("last", "bound"), [(0.1, 0.1), (9000.0, 2.0**50 / 10)])
    def test_many_laps_later_prices_are_still_prices(self, tmp_path, last, bound):
        candles = frame(3)
        candles.loc[2, ["close", "low", "high"]] = [last, min(last, 100.0), max(last, 101.0)]
        store(tmp_path, "AAA_USDT-1h", candles)
        tape = ReplayTape(tmp_path, start_ms=NOW)
        far = tape.first_ms + 3 * HOUR_MS * 5_000
        found = tape.window("AAAUSDT", far, far + 6 * HOUR_MS)
        assert found.close[2] == bound
        assert found.open[3] == found.close[2]
        assert (found.low > 0).all()

    def test_laps_may_be_asked_for_in_any_order(self, folder):
        one, other = (ReplayTape(folder, start_ms=NOW) for _ in range(2))
        late = one.window("AAAUSDT", NOW + 300 * HOUR_MS, NOW + 301 * HOUR_MS)
        everything(other, "AAAUSDT", laps=9)
        assert other.window("AAAUSDT", NOW + 300 * HOUR_MS, NOW + 301 * HOUR_MS).close == late.close


class TestBadFolders:
    def test_a_bad_file_is_named(self, folder):
        path = folder / "BBB_USDT-1h.feather"
        path.write_bytes(path.read_bytes()[:1000])
        with pytest.raises(DataError, match="is torn or not a feather file") as caught:
            ReplayTape(folder, start_ms=NOW)
        assert caught.value.path == path

    def test_missing_folder(self, tmp_path):
        with pytest.raises(DataError, match="nowhere: there is no such folder; name one that"):
            ReplayTape(tmp_path / "nowhere", start_ms=NOW)

    def test_empty_folder(self, tmp_path):
        with pytest.raises(
            DataError, match=r"holds no candle file such as BTC_USDT-1h.feather; fil"
        ):
            ReplayTape(tmp_path, start_ms=NOW)

    def test_no_file_of_the_symbols(self, folder):
        with pytest.raises(DataError, match=r"BTC_USDT-1h.feather of ZZZUSDT; fill it with"):
            ReplayTape(folder, start_ms=NOW, symbols=["ZZZUSDT"])

    def test_a_symbol_that_only_has_a_coarser_timeframe(self, folder):
        with pytest.raises(DataError, match="has no candles of CCCUSDT in its finest timeframe"):
            ReplayTape(folder, start_ms=NOW, symbols=["AAAUSDT", "CCCUSDT"])

    def test_files_on_different_grids(self, tmp_path):
        store(tmp_path, "AAA_USDT-1h", frame())
        path = store(tmp_path, "BBB_USDT-1h", frame(start=PAST + MINUTE_MS))
        with pytest.raises(
            DataError, match="not on the same time grid as its neighbours"
        ) as caught:
            ReplayTape(tmp_path, start_ms=NOW)
        assert caught.value.path == path


class TestParameters:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"at_end": "stop"}, r"at_end: must be 'loop' or 'halt' \(got 'stop'\)"),
            ({"play_as_ms": 0}, r"play_as_ms: must be whole seconds above 0 \(got 0\)"),
            ({"play_as_ms": 1500}, r"play_as_ms: must be whole seconds above 0 \(got 1500\)"),
            ({"tape_now_ms": PAST - 1}, f"tape_now_ms: must lie within the data, from {PAST} to"),
            ({"tape_now_ms": PAST + 51 * HOUR_MS}, "tape_now_ms: must lie within the data"),
            ({"symbols": []}, "symbols: must name one or more, or be left out"),
        ],
    )
    def test_each_rule(self, folder, change, message):
        with pytest.raises(ConfigurationError, match=message):
            ReplayTape(folder, **{"start_ms": NOW} | change)

    def test_unknown_symbol(self, folder):
        with pytest.raises(KeyError, match="symbol must be one of AAAUSDT, BBBUSDT, got 'X'"):
            ReplayTape(folder, start_ms=NOW).window("X", 0, NOW)


@needs_real
class TestRealCandles:
    def test_outages_survive(self):
        tape = ReplayTape(REAL / "binance-1h", start_ms=NOW)
        assert tape.interval_ms == HOUR_MS
        assert tape.symbols == ("BNBUSDT", "BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
        for symbol in tape.symbols:
            past = tape.window(symbol, 0, NOW)
            assert (np.diff(past.open_ms) > HOUR_MS).sum() == 10
            assert (past.volume == 0).sum() == 2
            assert past.open_ms[-1] == NOW - HOUR_MS

    def test_laps_join(self):
        tape = ReplayTape(REAL / "binance-1h", start_ms=NOW, play_as_ms=MINUTE_MS)
        past = tape.window("BTCUSDT", 0, NOW)
        ahead = tape.window("BTCUSDT", NOW, NOW + DAY_MS)
        assert ahead.open[0] == past.close[-1] == 93576.0
        assert len(ahead) == DAY_MS // MINUTE_MS

    def test_instruments(self):
        tape = ReplayTape(REAL / "binance-5m", start_ms=NOW)
        found = {instrument.base: instrument for instrument in tape.instruments}
        assert set(found) == {"ADA", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP"}
        assert found["BTC"].tick_size == Decimal("0.01")
        assert found["DOGE"].tick_size == Decimal("0.00001")
        assert all(0.3 < instrument.volatility < 2 for instrument in tape.instruments)
        assert all(10e6 < instrument.daily_volume < 10e9 for instrument in tape.instruments)
