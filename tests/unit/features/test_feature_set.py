from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from random_candles import with_holes

from aurum_plugins.features.candles import Candles
from aurum_plugins.features.catalogue import CATALOGUE, FEATURES, MARKET_FEATURES
from aurum_plugins.features.feature import Family
from aurum_plugins.features.feature_set import FeatureSet
from aurum_plugins.features.missing import MissingCause
from aurum_plugins.features.settings import FeatureSettings

PERIODS = (5, 14)
PERIODIC = [name for name, feature in FEATURES.items() if feature.periodic]
BASIC = [name for name, feature in FEATURES.items() if not feature.periodic]
MARKET = [name for name, feature in MARKET_FEATURES.items() if feature.family is Family.MARKET]
CALENDAR = [name for name, feature in MARKET_FEATURES.items() if feature.family is Family.CALENDAR]


def features(*include: str, **settings: object) -> FeatureSet:
    return FeatureSet(FeatureSettings(include=include, **settings))


@pytest.fixture
def market(make_candles):
    return {f"M{seed}/USDT": make_candles(100 + seed, 400) for seed in range(3)}


def test_every_feature_has_its_columns_in_the_order_of_the_catalogue(make_candles, market):
    every = FeatureSet(FeatureSettings(market_periods=(6, 24)))
    table = every.compute(make_candles(1, 400), PERIODS, market)
    assert list(table.names) == [
        *(f"{name}_{period}" for period in PERIODS for name in PERIODIC),
        *BASIC,
        *(f"{name}_{period}" for period in (6, 24) for name in MARKET),
        *CALENDAR,
    ]
    assert len(set(table.names)) == len(table.names)


def test_the_order_of_the_settings_changes_nothing(make_candles):
    candles = make_candles(1, 100)
    one = features("macd", "rsi", "body").compute(candles, PERIODS)
    other = features("body", "rsi", "macd").compute(candles, PERIODS)
    assert one.names == other.names


def test_without_a_market_there_are_no_market_wide_columns(make_candles):
    table = features("rsi", "breadth", "hour_sin").compute(make_candles(1, 50), [14])
    assert table.names == ("rsi_14",)


def test_the_calendar_needs_no_market_pairs(make_candles):
    table = features("calendar").compute(make_candles(1, 50), [], {})
    assert table.names == tuple(CALENDAR)
    assert np.isfinite(table.to_frame().to_numpy()).all()


def test_a_market_of_nobody_is_refused_where_a_feature_looks_at_it(make_candles):
    with pytest.raises(ValueError, match="market must hold one pair or more, got none"):
        features("breadth").compute(make_candles(1, 50), [], {})


def test_values_are_those_of_the_feature(make_candles):
    candles = make_candles(2, 200)
    for column in features("technical", "price_action").compute(candles, PERIODS).columns:
        feature = FEATURES[column.feature]
        expected = feature.compute(candles.series, column.period or 1)
        np.testing.assert_array_equal(column.numbers, expected)
        assert column.window == feature.window(column.period or 1)
        assert column.family is feature.family


def test_a_hole_is_left_out_of_the_series_and_has_no_value(make_candles):
    candles = with_holes(make_candles(3, 200), np.arange(200) == 150)
    got = features("last_return").compute(candles, []).to_frame()["last_return"]
    joined = np.delete(candles.close, 150)
    expected = np.insert(np.log(joined[1:] / joined[:-1]), 149, np.nan)
    # Two candles of the window, one of them absent: withheld.
    expected[150] = np.nan
    np.testing.assert_allclose(got[1:], expected, rtol=1e-9)


@pytest.mark.parametrize("change", [1.25, 0.75])
def test_the_move_over_an_outage_is_not_the_volatility_of_a_candle(make_candles, change):
    hour_ms, outage = 3_600_000, slice(400, 472)
    calm = make_candles(11, 800, interval_ms=hour_ms)
    prices = [column.copy() for column in (calm.open, calm.high, calm.low, calm.close)]
    for column in prices:
        column[outage.stop :] *= change
    moved = Candles(hour_ms, calm.open_ms, *prices, calm.volume, calm.status)
    candles = with_holes(moved, np.isin(np.arange(800), np.r_[outage]))
    names = ("realised_volatility", "atr_ratio", "yang_zhang", "parkinson")
    usual = features(*names).compute(calm, [14]).to_frame()
    got = features(*names).compute(candles, [14]).to_frame()
    # The last row before the outage has left no window of 15 candles yet.
    later = got[outage.stop + 13 :]
    assert later.notna().all(axis=None)
    assert (later > 0.8 * usual.min()).all(axis=None)
    assert (later < 1.2 * usual.max()).all(axis=None)


@pytest.mark.parametrize(
    ("share", "rows_withheld"), [(0.0, range(100, 120)), (0.05, [100]), (0.5, [100])]
)
def test_a_value_is_withheld_where_too_much_of_the_window_is_absent(
    make_candles, share, rows_withheld
):
    candles = with_holes(make_candles(4, 200), np.arange(200) == 100)
    chosen = features("sma_distance", largest_absent_share=share)
    table = chosen.compute(candles, [20])
    assert table.columns[0].window == 20
    withheld = np.flatnonzero(table.to_frame()["sma_distance_20"].isna())
    assert withheld[withheld >= 19].tolist() == list(rows_withheld)


def test_lookback_is_the_longest_window(make_candles):
    chosen = features("rsi", "macd", "body", "hour_sin", "market_return", market_periods=(8, 3))
    assert chosen.lookback([14, 30]) == max(FEATURES["macd"].window(30), FEATURES["rsi"].window(30))
    assert features("rsi", "market_return", market_periods=(8, 90)).lookback([14]) == 91
    assert features("body").lookback([14]) == FEATURES["body"].window(1)
    assert features("calendar").lookback([14]) == 1
    assert features().lookback([14]) == 1


@pytest.mark.parametrize("period", [5, 14, 30])
def test_the_last_candles_of_the_lookback_are_enough(make_candles, market, period):
    every = FeatureSet(FeatureSettings(market_periods=(period,)))
    candles = make_candles(5, 400)
    lookback = every.lookback([period])
    assert lookback < 400
    whole = every.compute(candles, [period], market).to_frame().iloc[-1]
    tail_market = {name: other[-lookback:] for name, other in market.items()}
    tail = every.compute(candles[-lookback:], [period], tail_market).to_frame().iloc[-1]
    assert whole.notna().all()
    np.testing.assert_allclose(tail, whole, rtol=1e-9, atol=1e-9)


def test_one_candle_less_than_the_lookback_is_not_enough(make_candles):
    every = FeatureSet(FeatureSettings(exclude=("market", "calendar")))
    lookback = every.lookback([14])
    frame = every.compute(make_candles(6, lookback - 1), [14]).to_frame()
    assert frame.iloc[-1].isna().any()


def test_the_frame_is_indexed_by_the_open_of_each_candle(make_candles):
    candles = make_candles(7, 30)
    frame = features("body", "upper_shadow").compute(candles, []).to_frame()
    assert list(frame.columns) == ["body", "upper_shadow"]
    expected = pd.date_range("2025-01-01", periods=30, freq="5min", tz="UTC")
    assert list(frame.index) == list(expected)
    assert frame.index.name == "date"
    assert (frame.dtypes == np.float64).all()


def test_every_missing_value_has_its_cause(make_candles, market):
    candles = make_candles(8, 400, absent=0.04)
    late = {"BTC/USDT": market["M0/USDT"][200:], "ETH/USDT": market["M1/USDT"][200:]}
    every = FeatureSet(FeatureSettings())
    table = every.compute(candles, PERIODS, late)
    found = set()
    for column in table.columns:
        causes = table.causes(column)
        present = causes == MissingCause.PRESENT
        np.testing.assert_array_equal(present, np.isfinite(column.numbers))
        assert (causes[~candles.observed] == MissingCause.ABSENT).all()
        wide = column.family is Family.MARKET
        assert not (causes == (MissingCause.UNDEFINED if wide else MissingCause.MARKET)).any()
        found |= set(causes.tolist())
    assert found >= {
        MissingCause.PRESENT,
        MissingCause.ABSENT,
        MissingCause.WARM_UP,
        MissingCause.GAP,
        MissingCause.MARKET,
    }


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_candles_give_a_table_all_the_same(make_candles, market, rows):
    table = FeatureSet(FeatureSettings()).compute(make_candles(9, rows), PERIODS, market)
    frame = table.to_frame()
    assert len(frame) == rows
    assert len(frame.columns) == 2 * len(PERIODIC) + len(BASIC) + len(MARKET) + len(CALENDAR)
    assert len(CATALOGUE) == len(PERIODIC) + len(BASIC) + len(MARKET) + len(CALENDAR)
