from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.features.known_mean import known_mean

NAN = float("nan")


def oracle(values, window: int, largest_absent_share: float) -> list[float]:
    out = []
    for row in range(len(values)):
        known = [x for x in values[max(0, row - window + 1) : row + 1] if np.isfinite(x)]
        absent = window - len(known)
        enough = known and absent / window <= largest_absent_share
        out.append(np.mean(known) if enough else NAN)
    return out


@pytest.mark.parametrize("window", [1, 2, 3, 7, 8, 24, 31, 59, 60, 61, 1_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_against_a_slow_loop(window, share):
    rng = np.random.default_rng(window)
    values = rng.normal(size=60)
    values[rng.random(60) < 0.15] = NAN
    values[7] = np.inf
    got = known_mean(values, window, share)
    np.testing.assert_allclose(got, oracle(values, window, share), rtol=1e-13, atol=1e-15)


def test_holes_neither_poison_nor_count_as_zero():
    values = np.array([2.0, 2.0, NAN, 2.0, -np.inf, 2.0, 2.0, 2.0])
    np.testing.assert_array_equal(known_mean(values, 2, 0.5), [2.0] * 8)
    np.testing.assert_array_equal(known_mean(values, 2, 0.49), [NAN, 2, NAN, NAN, NAN, NAN, 2, 2])


def test_a_share_is_met_exactly():
    values = np.ones(30)
    values[[3, 9, 20]] = NAN
    assert known_mean(values, 30, 0.1)[-1] == 1.0
    values[21] = NAN
    assert np.isnan(known_mean(values, 30, 0.1)[-1])


@pytest.mark.parametrize("window", [2, 5, 24, 100])
def test_no_rounding_is_left_behind(window):
    rng = np.random.default_rng(window)
    values = np.concatenate([rng.normal(size=500) ** 2 * 1e6, np.zeros(window), [1e-30] * window])
    got = known_mean(values, window, 0.0)
    assert got[499] > 1.0
    assert got[499 + window] == 0.0
    np.testing.assert_allclose(got[-1], 1e-30, rtol=1e-14)


@pytest.mark.parametrize("window", [1, 2, 5, 24, 31])
def test_the_window_alone_gives_the_same_bits(window):
    values = np.random.default_rng(window).lognormal(sigma=20, size=200)
    whole = known_mean(values, window, 0.0)
    for row in range(window - 1, 200):
        assert known_mean(values[row - window + 1 : row + 1], window, 0.0)[-1] == whole[row]


@pytest.mark.parametrize("window", [1, 2, 3, 8, 1_000])
def test_no_rows(window):
    assert known_mean(np.empty(0), window, 0.1).shape == (0,)


def test_the_input_is_not_changed():
    values = np.array([1.0, NAN, 3.0, 4.0])
    before = values.copy()
    known_mean(values, 3, 0.5)
    np.testing.assert_array_equal(values, before)
