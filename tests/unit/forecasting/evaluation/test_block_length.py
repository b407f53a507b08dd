from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.block_length import automatic_block_length, block_length


def autoregression(seed: int, rows: int, memory: float) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=rows + 200)
    return lfilter([1.0], [1.0, -memory], noise)[200:]


def slow_length(series: np.ndarray) -> float:
    """Politis and White, lag by lag."""
    n = len(series)
    centred = series - series.mean()

    def covariance(lag: int) -> float:
        return sum(centred[i] * centred[i - lag] for i in range(lag, n)) / n

    in_a_row = max(5, math.ceil(math.log10(n)))
    most = math.ceil(math.sqrt(n)) + in_a_row
    bound = 2 * math.sqrt(math.log10(n) / n)

    def quiet_after(lag: int) -> bool:
        following = range(lag + 1, lag + in_a_row + 1)
        return all(abs(covariance(k) / covariance(0)) < bound for k in following)

    found = next((lag for lag in range(most + 1) if quiet_after(lag)), most)
    reach = min(2 * max(found, 1), most)
    weights = {k: min(1.0, 2 * (1 - abs(k) / reach)) for k in range(-reach, reach + 1)}
    g = sum(w * abs(k) * covariance(abs(k)) for k, w in weights.items())
    spread = sum(w * covariance(abs(k)) for k, w in weights.items())
    length = (2 * g**2 / (2 * spread**2)) ** (1 / 3) * n ** (1 / 3)
    return min(max(length, 1.0), 3 * math.sqrt(n), n / 3)


@pytest.mark.parametrize("memory", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("rows", [60, 300])
def test_against_the_slow_way(rows, memory):
    series = autoregression(1, rows, memory)
    assert automatic_block_length(series) == pytest.approx(slow_length(series))


@pytest.mark.parametrize("memory", [0.3, 0.6, 0.9])
def test_the_best_length_of_an_autoregression(memory):
    rows = 20_000
    best = (2 * memory / (1 - memory**2)) ** (2 / 3) * rows ** (1 / 3)
    lengths = [automatic_block_length(autoregression(seed, rows, memory)) for seed in range(8)]
    assert np.median(lengths) == pytest.approx(best, rel=0.15)


def test_what_remembers_nothing_needs_no_blocks():
    lengths = [automatic_block_length(autoregression(seed, 2_000, 0.0)) for seed in range(8)]
    assert np.median(lengths) < 8


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("series", [np.zeros(100), np.arange(19.0), np.empty(0)])
def test_what_tells_nothing(series):
    assert automatic_block_length(series) == 1.0


@pytest.mark.parametrize("rows", [20, 50, 400])
def test_no_length_leaves_its_bounds(rows):
    for seed in range(30):
        walk = np.cumsum(np.random.default_rng(seed).normal(size=rows))
        assert 1.0 <= automatic_block_length(walk) <= min(3 * math.sqrt(rows), rows / 3)
        assert (
            1.0 <= automatic_block_length(np.diff(walk, n=2)) <= min(3 * math.sqrt(rows), rows / 3)
        )


def test_scale_and_level_change_nothing():
    series = autoregression(2, 500, 0.7)
    assert automatic_block_length(1e-3 * series + 5) == pytest.approx(
        automatic_block_length(series)
    )


class TestOfRows:
    def test_twice_the_horizon_is_the_least(self):
        values = autoregression(3, 500, 0.0)
        assert block_length(values, np.arange(500), horizon=24) == 48

    def test_longer_where_the_rows_remember_longer(self):
        values = autoregression(3, 5_000, 0.9)
        expected = math.ceil(automatic_block_length(values))
        assert expected > 50
        assert block_length(values, np.arange(5_000), horizon=1) == expected

    def test_pairs_are_averaged_at_each_candle(self):
        values = autoregression(3, 1_000, 0.8)
        noise = np.random.default_rng(0).normal(size=1_000)
        rows = np.concatenate([values + noise, values - noise])
        candles = np.tile(np.arange(1_000), 2)
        order = np.random.default_rng(1).permutation(2_000)
        got = block_length(rows[order], candles[order], horizon=1)
        assert got == block_length(values, np.arange(1_000), horizon=1)

    def test_a_value_that_is_not_known(self):
        with pytest.raises(BadRows, match="values must be finite, but row 1 is nan"):
            block_length(np.array([1.0, np.nan]), np.arange(2), horizon=1)
