from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.freqai.training_table import TrainingTable, at_candles, candle_numbers

HOUR_MS, FIVE_MINUTES_MS = 3_600_000, 300_000
DATES = pd.date_range("2025-01-01", periods=5, freq="h", tz="UTC")
# Hours from 1970-01-01 to 2025-01-01: 55 years, 14 of them with a leap day.
FIRST = (55 * 365 + 14) * 24


def test_a_table_has_the_kitchens_features_and_labels():
    columns = {"date": DATES, "close": 1.0, "%-a": range(5), "%-b": 2.0, "&-y": np.nan, "&-z": 3.0}
    frame = pd.DataFrame(columns)
    kitchen = SimpleNamespace(training_features_list=["%-b", "%-a"], label_list=["&-y"])
    table = TrainingTable.of(frame, kitchen, HOUR_MS)
    assert list(table.features) == ["%-b", "%-a"]
    assert list(table.labels) == ["&-y"]
    assert table.candles.tolist() == list(range(FIRST, FIRST + 5))
    assert table.candle_ms == HOUR_MS
    with pytest.raises(KeyError, match="%-c"):
        TrainingTable.of(frame, SimpleNamespace(training_features_list=["%-c"]), HOUR_MS)


@pytest.mark.parametrize(
    "dates",
    [
        pd.Series(DATES),
        pd.Series(DATES.as_unit("s")),
        pd.Series(DATES.as_unit("ms")),
        pd.Series(DATES.as_unit("ns")),
        pd.Series(DATES.tz_localize(None)),
        pd.Series(DATES.astype(str)),
        pd.Series(list(DATES.to_pydatetime()), dtype=object),
        pd.Series(DATES.tz_convert("Asia/Tokyo")),
        pd.Series(DATES, index=range(10, 15)),
    ],
    ids=["us", "s", "ms", "ns", "no zone", "text", "objects", "another zone", "another index"],
)
def test_candles_are_numbered_whatever_dates_are_made_of(dates):
    numbers = candle_numbers(dates, HOUR_MS)
    assert numbers.dtype == np.int64
    assert numbers.tolist() == list(range(FIRST, FIRST + 5))
    assert candle_numbers(dates, FIVE_MINUTES_MS).tolist() == [12 * (FIRST + n) for n in range(5)]


def test_a_gap_is_seen_in_the_numbers():
    assert np.diff(candle_numbers(pd.Series(DATES[[0, 1, 4]]), HOUR_MS)).tolist() == [1, 3]


def test_no_dates_have_no_numbers():
    assert candle_numbers(pd.Series(DATES[:0]), HOUR_MS).shape == (0,)


def test_rows_are_found_by_their_candles():
    frame = pd.DataFrame({"date": DATES, "y": [0.0, 1.0, 2.0, 3.0, 4.0]}, index=range(7, 12))
    found = at_candles(frame, np.array([FIRST + 3, FIRST + 4, FIRST + 5, FIRST]), HOUR_MS)
    assert found["y"].tolist() == pytest.approx([3.0, 4.0, np.nan, 0.0], nan_ok=True)
    assert found["date"].tolist()[:2] == list(DATES[3:])
    assert found.index.tolist() == [0, 1, 2, 3]
    assert list(frame.index) == list(range(7, 12))
