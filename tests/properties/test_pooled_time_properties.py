"""Rows of several pairs are cut by time: no label reaches from one stretch into another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.forecasting import EnsembleSettings
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.pair_clock import (
    in_order_of_time,
    moments,
    pair_numbers,
    tagged,
    turns,
)
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.pooled_rows import PooledRows

NAMES = ["&-forward_return"]


@st.composite
def pools(draw: st.DrawFn) -> tuple[dict[str, PairTable], int, EnsembleSettings]:
    """Pairs with gaps, some listed late or gone early, and how they are to be cut."""
    horizon = draw(st.integers(1, 12))
    settings_ = EnsembleSettings(
        least_rows=100,
        embargo_candles=draw(st.integers(0, 10)),
        calibration_share=draw(st.sampled_from([0.1, 0.2, 0.3])),
    )
    tables = {}
    for name in draw(st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=4, unique=True)):
        rng = np.random.default_rng(draw(st.integers(0, 2**16)))
        first, count = draw(st.integers(0, 200)), draw(st.integers(150, 900))
        candles = 1_000 + first + np.cumsum(1 + (rng.random(count) < 0.1))
        features = pd.DataFrame({"%-a": rng.normal(size=count)})
        label = np.where(rng.random(count) < 0.05, np.nan, rng.normal(size=count))
        tables[name] = PairTable.of(features, pd.DataFrame({NAMES[0]: label}), candles, NAMES)
    return tables, horizon, settings_


@settings(max_examples=60, deadline=None)
@given(pools())
def test_blocks_are_parted_by_time_whosever_the_rows_are(pool) -> None:
    tables, horizon, chosen = pool
    try:
        rows = PooledRows.of(tables, horizon, chosen)
    except TooLittleData:
        return
    assert {*rows.tables, *rows.left_out} == set(tables)
    when, blocks = moments(rows.candles), rows.blocks
    for earlier, later in (
        (blocks.fitted, blocks.calibration),
        (blocks.calibration, blocks.judgement),
    ):
        known_at = when[earlier].max() + horizon
        assert known_at < when[later].min() - chosen.embargo_candles
    for block in (blocks.fitted, blocks.calibration, blocks.judgement):
        assert (np.diff(block) > 0).all()
        assert set(pair_numbers(rows.candles[block])) == set(range(len(rows.tables)))


@settings(max_examples=30, deadline=None)
@given(pools())
def test_the_order_of_pairs_changes_nothing(pool) -> None:
    tables, horizon, chosen = pool
    try:
        rows = PooledRows.of(tables, horizon, chosen)
    except TooLittleData:
        return
    turned = PooledRows.of(dict(reversed(tables.items())), horizon, chosen)
    np.testing.assert_array_equal(rows.candles, turned.candles)
    np.testing.assert_array_equal(rows.outcomes, turned.outcomes)
    every = np.ones(len(rows.candles), dtype=bool)
    pd.testing.assert_frame_equal(rows.only(every).features, turned.only(every).features)


@given(st.lists(st.integers(0, 10_000_000), min_size=1, unique=True), st.integers(1, 40))
def test_each_candle_is_one_pairs_turn(candles, pairs) -> None:
    found = np.array(sorted(candles))
    every = np.concatenate([tagged(found, pair) for pair in range(pairs)])
    assert (np.diff(every) > 0).all()
    chosen = every[turns(every, pairs)]
    np.testing.assert_array_equal(np.sort(moments(chosen)), found)
    order = in_order_of_time(every)
    assert (np.diff(moments(every)[order]) >= 0).all()


def test_turns_are_fair_and_keep_no_time_of_the_day() -> None:
    every = np.concatenate([tagged(np.arange(24_000), pair) for pair in range(5)])
    chosen = every[turns(every, 5)]
    counts = np.zeros((5, 24))
    np.add.at(counts, (pair_numbers(chosen), moments(chosen) % 24), 1)
    # 200 in each on average, with a standard deviation of 13.
    assert counts.min() > 140
    assert counts.max() < 260
