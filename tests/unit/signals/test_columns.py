"""What every column must keep: the past is fixed, the input untouched, the scale irrelevant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins import signals

HOUR_MS = 3_600_000
Columns = Callable[[pd.DataFrame], pd.Series]

COLUMNS: dict[str, Columns] = {
    "upper": lambda c: signals.upper_channel(c["high"], 12),
    "lower": lambda c: signals.lower_channel(c["low"], 7),
    "atr": lambda c: signals.average_true_range(c, 9),
    "volatility": lambda c: signals.annualised_volatility(c["close"], 10, HOUR_MS),
    "enter": lambda c: signals.breaks_out(c, signals.upper_channel(c["high"], 12)),
    "exit": lambda c: signals.breaks_down(c, signals.lower_channel(c["low"], 7)),
}
# How a column answers to prices multiplied by k: k itself, or not at all.
SCALES_WITH_PRICE = {"upper", "lower", "atr"}
SIGNALS = {"enter", "exit"}

every_column = pytest.mark.parametrize("name", COLUMNS)


@every_column
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 80), data=st.data())
def test_later_candles_never_change_an_earlier_row(name, seed, rows, data, make_candles):
    candles = make_candles(seed, rows)
    cut = data.draw(st.integers(0, rows))
    whole = COLUMNS[name](candles).iloc[:cut]
    prefix = COLUMNS[name](candles.iloc[:cut])
    pd.testing.assert_series_equal(whole, prefix, check_exact=True)


@every_column
@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 0.0, -5.0, 1e308])
def test_the_future_may_be_nonsense_and_the_past_stands(name, poison, make_candles):
    candles = make_candles(3, 80)
    spoilt = candles.copy()
    spoilt.loc[50:, ["open", "high", "low", "close", "volume"]] = poison
    before, after = COLUMNS[name](candles), COLUMNS[name](spoilt)
    pd.testing.assert_series_equal(before.iloc[:50], after.iloc[:50], check_exact=True)


@every_column
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), factor=st.sampled_from([1e-3, 1000.0]))
def test_prices_a_thousandfold_mean_the_same(name, seed, factor, make_candles):
    candles = make_candles(seed, 80)
    scaled = candles.copy()
    scaled[["open", "high", "low", "close"]] *= factor
    expected, got = COLUMNS[name](candles), COLUMNS[name](scaled)
    if name in SIGNALS:
        pd.testing.assert_series_equal(got, expected)
    else:
        expected = expected * factor if name in SCALES_WITH_PRICE else expected
        pd.testing.assert_series_equal(got, expected, rtol=1e-9)


@every_column
def test_the_input_is_not_changed(name, make_candles):
    candles = make_candles(1, 60)
    copy = candles.copy(deep=True)
    COLUMNS[name](candles)
    pd.testing.assert_frame_equal(candles, copy)


@every_column
def test_the_index_of_the_candles_is_kept(name, make_candles):
    candles = make_candles(1, 40).set_index("date", drop=False)
    assert COLUMNS[name](candles).index.equals(candles.index)


@pytest.mark.parametrize("name", sorted(SIGNALS))
@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_short_history_gives_no_signal(name, rows, make_candles):
    result = COLUMNS[name](make_candles(2, rows))
    assert len(result) == rows
    assert result.dtype == bool
    assert not result.any()


@pytest.mark.parametrize("name", sorted(SIGNALS))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_meaningless_candles_give_no_signal(name, value, make_candles):
    candles = make_candles(2, 40)
    candles[["open", "high", "low", "close", "volume"]] = value
    assert not COLUMNS[name](candles).any()
