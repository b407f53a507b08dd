from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from random_candles import INTERVAL_MS, random_candles

from aurum_plugins.features import (
    FeatureSet,
    FeatureSettings,
    TargetSettings,
    forward_targets,
    persistence,
    target_history,
)
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows

TARGETS = TargetSettings(
    horizon_candles=3, volatility_candles=20, history_candles=(1, 5), season_candles=10, seasons=2
)
FEATURES = FeatureSettings(include=("rsi", "hour_sin"))
PAIR = "BTC/USDT"


def candles_of(rows=120, absent=0.05):
    return random_candles(3, rows, absent=absent)


def rows_of(candles):
    return PairRows.of(PAIR, candles, {PAIR: candles}, FEATURES, (5, 14), TARGETS)


@pytest.fixture(scope="module")
def rows():
    return rows_of(candles_of())


def test_features_are_those_of_the_set_and_the_labels_own_past(rows):
    candles = candles_of()
    table = FeatureSet(FEATURES).compute(candles, (5, 14), {PAIR: candles})
    expected = {column.name: column.numbers for column in table.columns}
    expected |= target_history(candles, TARGETS)
    assert list(rows.features.columns) == list(expected)
    assert (rows.features.dtypes == np.float32).all()
    for name, numbers in expected.items():
        np.testing.assert_array_equal(rows.features[name], numbers.astype(np.float32))


def test_labels_and_what_persistence_says_of_them(rows):
    for table, expected in (
        (rows.labels, forward_targets(candles_of(), TARGETS)),
        (rows.persistence, persistence(candles_of(), TARGETS)),
    ):
        assert list(table.columns) == list(expected) == ["forward_return", "forward_volatility"]
        for name, numbers in expected.items():
            np.testing.assert_array_equal(table[name], numbers)
    assert rows.labels.iloc[-3:].isna().all(axis=None)


def test_candles_are_numbered_by_their_time(rows):
    candles = candles_of()
    assert rows.pair == PAIR
    np.testing.assert_array_equal(rows.candles * INTERVAL_MS, candles.open_ms)
    np.testing.assert_array_equal(rows.open_ms, candles.open_ms)
    assert np.isnan(rows.close[~candles.observed]).all()
    np.testing.assert_array_equal(rows.close[candles.observed], candles.close[candles.observed])
    assert not candles.observed.all()


@pytest.mark.parametrize(("first", "stop"), [(10, 40), (-50, 7), (100, 999), (30, 30), (500, 600)])
def test_a_stretch_begins_with_its_first_candle_and_ends_before_its_last(rows, first, stop):
    start = int(rows.candles[0])
    part = rows.between(start + first, start + stop)
    inside = (rows.candles >= start + first) & (rows.candles < start + stop)
    np.testing.assert_array_equal(part.candles, rows.candles[inside])
    np.testing.assert_array_equal(part.open_ms, rows.open_ms[inside])
    np.testing.assert_array_equal(part.close, rows.close[inside])
    for name in ("features", "labels", "persistence"):
        expected = getattr(rows, name)[inside].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(part, name), expected)
    assert part.pair == PAIR


def test_a_stretch_goes_by_candles_where_some_have_no_row():
    candles = np.array([3, 4, 8, 9, 15])
    table = pd.DataFrame({"a": candles * 1.0})
    rows = PairRows(PAIR, candles, candles, candles * 1.0, table, table, table)
    assert rows.between(4, 9).candles.tolist() == [4, 8]
    assert rows.between(5, 8).candles.tolist() == []


def test_a_label_is_known_once_its_horizon_is_over(rows):
    stop, horizon = int(rows.candles[80]), TARGETS.horizon_candles
    known = rows.known_before(stop, horizon)
    # The label of a row is known when the candle `horizon` later closes: the next one then opens.
    last = 80 - horizon - 1
    pd.testing.assert_frame_equal(known[: last + 1], rows.labels[: last + 1])
    assert known[last + 1 :].isna().all(axis=None)
    assert np.isfinite(known.iloc[last - 10 : last + 1]).any(axis=None)


def test_known_labels_are_those_that_are_there_if_candles_end_at_the_stop():
    candles = candles_of(absent=0.0)
    rows = rows_of(candles)
    stop = int(rows.candles[80])
    until = rows_of(candles[:80])
    known = rows.between(0, stop).known_before(stop, TARGETS.horizon_candles)
    pd.testing.assert_frame_equal(known, until.labels)
