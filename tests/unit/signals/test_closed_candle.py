from __future__ import annotations

import pandas as pd
import pytest

from aurum_plugins.signals import last_closed_candle

HOUR_MS = 3_600_000


@pytest.fixture(params=["ns", "ms"])
def candles(request) -> pd.DataFrame:
    dates = pd.date_range("2024-01-01", periods=4, freq="1h", tz="UTC", unit=request.param)
    return pd.DataFrame({"date": dates, "close": [0.0, 1.0, 2.0, 3.0]})


@pytest.mark.parametrize(
    ("at", "close"),
    [
        ("2024-01-01 01:00", 0.0),
        ("2024-01-01 01:59:59.999", 0.0),
        ("2024-01-01 02:00", 1.0),
        ("2024-01-01 02:00:07", 1.0),
        ("2024-02-01", 3.0),
    ],
)
def test_a_candle_counts_from_its_close_on(candles, at, close):
    row = last_closed_candle(candles, pd.Timestamp(at, tz="UTC"), HOUR_MS)
    assert row["close"] == close


@pytest.mark.parametrize("at", ["2023-12-31", "2024-01-01", "2024-01-01 00:59:59"])
def test_nothing_had_closed_yet(candles, at):
    assert last_closed_candle(candles, pd.Timestamp(at, tz="UTC"), HOUR_MS) is None


def test_no_candles_at_all():
    assert last_closed_candle(pd.DataFrame(), pd.Timestamp(0, tz="UTC"), HOUR_MS) is None


@pytest.mark.parametrize(("hours_later", "stale"), [(0, False), (2, False), (2.01, True)])
def test_a_stale_candle_is_none_where_age_matters(candles, hours_later, stale):
    at = candles["date"].iloc[-1] + pd.Timedelta(hours=1 + hours_later)
    row = last_closed_candle(candles, at, HOUR_MS, longest_age_ms=2 * HOUR_MS)
    assert (row is None) == stale
