"""The last row of a frame, which FreqAI carries forward, once another candle has closed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import FEW, added, candles, configuration
from pandas.testing import assert_frame_equal

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.freqai import FreqaiColumns

EXPANDING = ["expand_all", "expand_basic"]
ROWS = 60
# Of the last candle of 60.
CLOSE_MS = int(pd.Timestamp("2024-01-03T12:00", tz="UTC").timestamp()) * 1_000


@pytest.fixture(scope="module")
def columns() -> FreqaiColumns:
    return FreqaiColumns(configuration(FEW))


@pytest.mark.parametrize("hook", EXPANDING)
@pytest.mark.parametrize("since_close_ms", [-HOUR_MS, -1, 0, 1, HOUR_MS - 1])
def test_a_frame_that_is_up_to_date_keeps_its_values(columns, hook, since_close_ms) -> None:
    plain = added(candles(ROWS), hook, columns)
    assert plain.iloc[-1].notna().all()
    got = added(candles(ROWS), hook, columns, until_ms=CLOSE_MS + since_close_ms)
    assert_frame_equal(got, plain, check_exact=True)


@pytest.mark.parametrize("hook", EXPANDING)
@pytest.mark.parametrize("since_close_ms", [HOUR_MS, HOUR_MS + 1, 48 * HOUR_MS, 10**12])
def test_a_stale_frame_loses_the_values_of_its_last_row_alone(
    columns, hook, since_close_ms
) -> None:
    plain = added(candles(ROWS), hook, columns)
    got = added(candles(ROWS), hook, columns, until_ms=CLOSE_MS + since_close_ms)
    assert got.iloc[-1].isna().all()
    assert_frame_equal(got.iloc[:-1], plain.iloc[:-1], check_exact=True)


@pytest.mark.parametrize("hook", EXPANDING)
def test_the_last_row_is_the_youngest_wherever_it_stands(columns, hook) -> None:
    order = np.random.default_rng(4).permutation(ROWS)
    got = added(candles(ROWS).iloc[order], hook, columns, until_ms=CLOSE_MS + HOUR_MS)
    expected = added(candles(ROWS), hook, columns, until_ms=CLOSE_MS + HOUR_MS)
    assert_frame_equal(got.sort_index(), expected)


@pytest.mark.parametrize("hook", EXPANDING)
def test_a_row_off_the_grid_makes_the_frame_no_younger(columns, hook) -> None:
    late = candles(ROWS).iloc[[-1]].assign(date=pd.Timestamp("2024-01-05T03:07", tz="UTC"))
    frame = pd.concat([candles(ROWS), late], ignore_index=True)
    got = added(frame, hook, columns, until_ms=CLOSE_MS + HOUR_MS)
    assert got.iloc[-2:].isna().all(axis=None)
    assert got.iloc[-3].notna().all()


@pytest.mark.parametrize("hook", EXPANDING)
@pytest.mark.parametrize("empty", [candles(0), pd.DataFrame()])
def test_without_rows_there_is_nothing_to_carry(columns, hook, empty) -> None:
    got = added(empty, hook, columns, until_ms=CLOSE_MS)
    assert list(got) == list(added(candles(ROWS), hook, columns))
    assert len(got) == 0


@pytest.mark.parametrize("hours", [4, 24])
def test_a_coarse_candle_is_young_for_as_long_as_it_lasts(columns, hours) -> None:
    interval_ms = hours * HOUR_MS
    coarse = candles(ROWS)
    coarse["date"] = pd.date_range("2024-01-01", periods=ROWS, freq=f"{hours}h", tz="UTC")
    close_ms = int(coarse["date"].iloc[-1].timestamp()) * 1_000 + interval_ms
    for until_ms, known in ((close_ms + interval_ms - 1, True), (close_ms + interval_ms, False)):
        with_period = columns.expand_all(coarse, 5, interval_ms, until_ms)
        without = columns.expand_basic(coarse, interval_ms, until_ms)
        assert with_period["%-rsi-period"].notna().iloc[-1] == known
        assert without["%-body"].notna().iloc[-1] == known
