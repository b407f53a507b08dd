from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from aurum_plugins.forecasting.drift.long_run import long_run_deviation


def slow(values: list[float]) -> float:
    n = len(values)
    lags = round(n**0.5)
    mean = sum(values) / n
    total = 0.0
    for i in range(n):
        for j in range(n):
            weight = max(0.0, 1 - abs(i - j) / (lags + 1))
            total += weight * (values[i] - mean) * (values[j] - mean)
    return math.sqrt(total / n / (1 - (lags + 1) / n))


@pytest.mark.parametrize("rows", [4, 9, 30, 101])
def test_equals_the_double_sum(rows):
    values = np.random.default_rng(rows).normal(size=rows).cumsum()
    assert long_run_deviation(values) == pytest.approx(slow(values.tolist()))


def test_independent_values_have_their_own_deviation():
    values = np.random.default_rng(0).normal(scale=3.0, size=4_000)
    assert long_run_deviation(values) == pytest.approx(3.0, rel=0.15)


def test_values_that_persist_have_more():
    noise = np.random.default_rng(1).normal(size=20_000)
    values = lfilter([1.0], [1.0, -0.6], noise)
    # 1 / (1 - 0.6) of the noise's deviation.
    assert long_run_deviation(values) == pytest.approx(2.5, rel=0.15)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_too_few_values(rows):
    assert math.isnan(long_run_deviation(np.arange(rows, dtype=float)))


def test_equal_values_do_not_stray():
    assert long_run_deviation(np.full(50, 0.25)) == 0.0
