from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.errors import DataError
from aurum_plugins.sandbox.market.feather import read_candles

PAST = 1_700_000_000_000 // HOUR_MS * HOUR_MS
COUNT = 50
MEND = "download it again with freqtrade download-data"


def frame(count: int = COUNT) -> pd.DataFrame:
    close = np.linspace(100.0, 105.0, count)
    return pd.DataFrame(
        {
            "date": pd.to_datetime(PAST + HOUR_MS * np.arange(count), unit="ms", utc=True),
            "open": close,
            "high": close + 1,
            "low": close - 1,
            "close": close,
            "volume": np.arange(count) * 1.0,
        }
    )


def store(directory: Path, name: str, candles: pd.DataFrame) -> Path:
    path = directory / f"{name}.feather"
    candles.reset_index(drop=True).to_feather(path)
    return path


def test_reads_what_was_stored(tmp_path):
    candles = read_candles(store(tmp_path, "AAA_USDT-1h", frame()), HOUR_MS)
    assert np.array_equal(candles.open_ms, PAST + HOUR_MS * np.arange(COUNT))
    for column, name in zip(candles.columns[1:], ("open", "high", "low", "close", "volume")):
        assert np.array_equal(column, frame()[name])


def test_holes_stay(tmp_path):
    path = store(tmp_path, "AAA_USDT-1h", frame().drop(index=[3, 4]))
    assert len(read_candles(path, HOUR_MS)) == COUNT - 2


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.drop(columns=["low", "volume"]), "lacks the column low, volume"),
        (lambda f: f.iloc[:0], "holds no candle"),
        (lambda f: f.assign(date=range(len(f))), "wrong type in the column date"),
        (lambda f: f.assign(open="1"), "wrong type in the column open"),
        (lambda f: f.iloc[::-1], "dates must rise without duplicates, but row 1 breaks this"),
        (lambda f: f.iloc[[0, 1, 1, 2]], "dates must rise without duplicates, but row 2"),
        (
            lambda f: f.assign(date=f["date"].where(f.index != 3)),
            "dates must rise without duplicates, but row 3",
        ),
        (
            lambda f: f.assign(date=f["date"].where(f.index != COUNT - 1)),
            f"dates must rise without duplicates, but row {COUNT - 1}",
        ),
        (
            lambda f: f.assign(close=f["close"].where(f.index != 4)),
            "prices must be finite and above 0, but row 4",
        ),
        (lambda f: f.assign(high=np.inf), "prices must be finite and above 0, but row 0"),
        (lambda f: f.assign(low=0.0), "prices must be finite and above 0, but row 0"),
        (lambda f: f.assign(high=1.0), "the high must not be below, nor the low above,"),
        (lambda f: f.assign(low=f["high"]), "the high must not be below, nor the low above,"),
        (lambda f: f.assign(volume=-1.0), "volume must be finite and 0 or more, but row 0"),
        (lambda f: f.assign(volume=np.nan), "volume must be finite and 0 or more, but row 0"),
        (
            lambda f: f.assign(date=f["date"] + pd.to_timedelta((f.index == 5) * 7, unit="s")),
            "dates must lie whole intervals of 3600000 ms apart, but row 5 does not",
        ),
    ],
)
def test_spoilt_candles(tmp_path, spoil, message):
    path = store(tmp_path, "AAA_USDT-1h", spoil(frame()))
    with pytest.raises(DataError) as caught:
        read_candles(path, HOUR_MS)
    assert caught.value.path == path
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert MEND in str(caught.value)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.3, 0.7, 0.99])
def test_torn_file(tmp_path, kept):
    path = store(tmp_path, "AAA_USDT-1h", frame(500))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(DataError, match=f"is torn or not a feather file; {MEND}"):
        read_candles(path, HOUR_MS)


def test_dates_without_a_zone_are_utc_and_other_zones_are_converted(tmp_path):
    naive = frame().assign(date=lambda f: f["date"].dt.tz_localize(None))
    rome = frame().assign(date=lambda f: f["date"].dt.tz_convert("Europe/Rome"))
    for name, candles in (("N_USDT-1h", naive), ("R_USDT-1h", rome)):
        path = store(tmp_path, name, candles)
        assert read_candles(path, HOUR_MS).open_ms[0] == PAST
