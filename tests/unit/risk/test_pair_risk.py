from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_candles import HOUR, NOW_MS, market

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.risk.pair_risk import PairRisk, pair_risk, return_correlation
from aurum_plugins.signals import annualised_volatility

DAYS = 5
ROWS = DAYS * 24 + 1


def risk(candles: pd.DataFrame, now_ms: int = NOW_MS):
    return pair_risk(candles, HOUR_MS, DAYS, now_ms)


def test_volatility_is_that_of_the_signals() -> None:
    candles = market(1, ROWS)
    expected = annualised_volatility(candles["close"], ROWS - 1, HOUR_MS).iloc[-1]
    assert risk(candles).volatility == pytest.approx(expected)


def test_known_figures_of_a_zigzag() -> None:
    candles = market(1, ROWS)
    candles["close"] = np.where(np.arange(ROWS) % 2, 110.0, 100.0)
    candles["volume"] = 2.0
    found = risk(candles)
    step = math.log(1.1)
    expected = step * math.sqrt(120 / 119) * math.sqrt(365 * 24)
    assert found.volatility == pytest.approx(expected)
    assert found.daily_volume == pytest.approx(12 * 2 * 110 + 12 * 2 * 100)
    assert found.absent == 0.0
    assert found.returns.shape == (ROWS - 1,)


def test_a_single_busy_day_is_not_taken_for_liquidity() -> None:
    candles = market(1, ROWS)
    candles["close"], candles["volume"] = 10.0, 1.0
    candles.loc[candles.index[-24:], "volume"] = 1_000.0
    assert risk(candles).daily_volume == pytest.approx(240.0)


@pytest.mark.parametrize(
    ("column", "value"),
    [("volume", 0.0), ("volume", math.nan), ("volume", -1.0), ("close", math.nan), ("close", 0.0)],
)
def test_a_candle_without_volume_or_price_is_absent(column, value) -> None:
    candles = market(1, ROWS)
    candles.loc[candles.index[-12:], column] = value
    found = risk(candles)
    assert found.absent == pytest.approx(12 / 120)
    assert np.isnan(found.returns[-12:]).all()
    assert np.isfinite(found.returns[:-12]).all()
    assert math.isfinite(found.volatility)


def test_a_filled_gap_gives_no_return_across_it() -> None:
    candles = market(1, ROWS).drop(index=[60, 61])
    found = risk(candles)
    assert found.absent == pytest.approx(2 / 120)
    # The returns into the gap, within and out of it.
    assert np.flatnonzero(np.isnan(found.returns)).tolist() == [59, 60, 61]


def test_a_short_history_is_mostly_absent_and_its_volatility_unknown() -> None:
    found = risk(market(1, 50))
    assert found.absent == pytest.approx(70 / 120)
    assert math.isnan(found.volatility)
    assert math.isfinite(risk(market(1, 62)).volatility)


def test_stale_candles_are_absent_where_the_newest_should_be() -> None:
    candles = market(1, ROWS)
    assert risk(candles, NOW_MS + HOUR_MS).absent == 0.0
    assert risk(candles, NOW_MS + 13 * HOUR_MS).absent == pytest.approx(12 / 120)
    assert risk(candles, NOW_MS + 30 * DAY_MS).absent == 1.0


def test_the_candle_that_is_still_open_does_not_count() -> None:
    candles = market(1, ROWS + 1)
    candles["date"] += HOUR
    found, whole = risk(candles), risk(candles.iloc[:-1])
    assert found.newest == whole.newest
    np.testing.assert_array_equal(found.returns, whole.returns)


def test_no_candle_at_all_is_known_to_be_nothing() -> None:
    found = risk(market(1, 5).iloc[:0])
    assert (found.absent, found.daily_volume) == (1.0, 0.0)
    assert math.isnan(found.volatility)


def test_the_candles_are_left_as_they_were_and_their_order_does_not_matter() -> None:
    candles = market(3, ROWS)
    mixed = candles.sample(frac=1, random_state=0)
    copy = mixed.copy(deep=True)
    a, b = risk(candles), risk(mixed)
    np.testing.assert_array_equal(a.returns, b.returns)
    assert (a.volatility, a.daily_volume) == (b.volatility, b.daily_volume)
    pd.testing.assert_frame_equal(mixed, copy)


@settings(max_examples=30)
@given(seed=st.integers(0, 1_000), scale=st.sampled_from([1e-3, 1e3, 1e6]))
def test_prices_times_a_thousand_change_no_ratio(seed, scale) -> None:
    candles = market(seed, ROWS)
    dear = candles.assign(close=candles["close"] * scale)
    a, b = risk(candles), risk(dear)
    assert b.volatility == pytest.approx(a.volatility, rel=1e-9)
    assert b.daily_volume == pytest.approx(a.daily_volume * scale, rel=1e-9)
    assert b.absent == a.absent
    assert return_correlation(a, b) == pytest.approx(1.0)


@settings(max_examples=30)
@given(st.integers(0, 1_000), st.integers(0, 40), st.integers(0, 40))
def test_correlation_is_that_of_the_common_returns(seed, gap_in_one, gap_in_other) -> None:
    one, other = market(seed, ROWS), market(seed + 1, ROWS)
    other["close"] = 0.5 * other["close"] + 0.5 * one["close"]
    one, other = (
        one.drop(index=range(5, 5 + gap_in_one)),
        other.drop(index=range(50, 50 + gap_in_other)),
    )
    a, b = risk(one), risk(other)
    expected = pd.Series(a.returns).corr(pd.Series(b.returns))
    if np.isfinite(a.returns + b.returns).sum() < 60:
        expected = math.nan
    assert return_correlation(a, b) == pytest.approx(expected, nan_ok=True)
    assert return_correlation(b, a) == pytest.approx(expected, nan_ok=True)


def test_windows_that_end_at_different_candles_are_aligned_by_time() -> None:
    candles = market(5, ROWS + 1)
    late, early = risk(candles), risk(candles.iloc[:-1])
    assert late.newest == early.newest + 1
    assert return_correlation(late, early) == pytest.approx(1.0)
    assert return_correlation(early, late) == pytest.approx(1.0)


def test_windows_without_a_common_candle_are_not_compared() -> None:
    candles = market(5, ROWS)
    old = pair_risk(candles, HOUR_MS, DAYS, NOW_MS)
    later = candles.assign(date=candles["date"] + 200 * HOUR)
    new = pair_risk(later, HOUR_MS, DAYS, NOW_MS + 200 * HOUR_MS)
    assert math.isnan(return_correlation(old, new))


@pytest.mark.parametrize("share", [0.01, -0.01])
def test_a_price_that_moves_by_the_same_share_every_candle_has_no_correlation(share) -> None:
    steady = market(5, ROWS).assign(close=100 * (1 + share) ** np.arange(ROWS))
    assert math.isnan(return_correlation(risk(steady), risk(market(6, ROWS))))


def test_a_pair_that_hardly_moves_has_a_correlation_all_the_same() -> None:
    candles = market(5, ROWS)
    pegged = candles.assign(close=(candles["close"] / candles["close"].iloc[0]) ** 1e-3)
    assert risk(pegged).volatility < 1e-2
    assert return_correlation(risk(candles), risk(pegged)) == pytest.approx(1.0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_correlation_never_leaves_its_range_by_rounding(sign) -> None:
    for seed in range(40):
        returns = np.random.default_rng(seed).normal(0, 0.01, 96)
        one, other = (PairRisk(1.0, 1.0, 0.0, 7, r) for r in (returns, sign * 3 * returns))
        assert -1 <= return_correlation(one, other) <= 1


def test_half_of_the_window_is_enough_even_if_that_is_two_returns() -> None:
    opens = pd.date_range(end="2026-01-09", periods=5, freq="1D", tz="UTC")
    one, other = (market(seed, 5).assign(date=opens) for seed in (5, 6))
    latest = pair_risk(one.drop(index=[0, 1]), DAY_MS, 4, NOW_MS)
    assert np.isfinite(latest.returns).tolist() == [False, False, True, True]
    assert math.isfinite(latest.volatility)
    other = pair_risk(other, DAY_MS, 4, NOW_MS)
    assert abs(return_correlation(latest, other)) == pytest.approx(1.0)


def test_a_pair_that_does_not_move_has_no_correlation() -> None:
    flat = market(5, ROWS).assign(close=1.0)
    assert math.isnan(return_correlation(risk(flat), risk(market(6, ROWS))))
    assert risk(flat).volatility == 0.0


def test_too_few_common_returns_are_not_enough() -> None:
    first = risk(market(5, ROWS).drop(index=range(40)))
    second = risk(market(6, ROWS).drop(index=range(81, 121)))
    assert math.isnan(return_correlation(first, second))
