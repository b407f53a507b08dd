from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from aurum_plugins.risk.pair_expectancy import pair_expectancy

some_results = st.lists(st.floats(-0.9, 3), min_size=2, max_size=40)


def trend_following(rng: np.random.Generator, trades: int) -> np.ndarray:
    """A third wins: many small losses, few large gains, nothing on average."""
    wins = rng.random(trades) < 0.35
    gains = rng.exponential(0.02 * 0.65 / 0.35, trades)
    return np.where(wins, gains, -0.02 * rng.uniform(0.5, 1.5, trades))


@pytest.mark.parametrize("floor", [0.0, 0.001, -0.03])
def test_without_skewness_it_is_the_t_test(floor) -> None:
    x = [-0.05, -0.04, -0.03, -0.01, 0.01, 0.02, 0.03]
    x = [*x, *(-2 * -0.01 - value for value in x)]
    judged = pair_expectancy(x, floor)
    assert judged.mean == pytest.approx(np.mean(x))
    expected = stats.ttest_1samp(x, floor, alternative="less").pvalue
    assert judged.chance == pytest.approx(expected, rel=1e-9)


def test_halls_statistic_of_a_skewed_sample() -> None:
    # By hand: mean -1/4, s^2 = 3 * 25/16 / 4 ... of (-1, -1, -1, 2) / 100.
    x = np.array([-1.0, -1.0, -1.0, 2.0])
    mean, s = -0.25, math.sqrt((3 * 0.75**2 + 2.25**2) / 4)
    g = (3 * (-0.75) ** 3 + 2.25**3) / 4 / s**3
    assert g == pytest.approx(2 / math.sqrt(3))
    w = mean / s
    t = math.sqrt(3) * (w + g * w**2 / 3 + g**2 * w**3 / 27 + g / 24)
    assert pair_expectancy(list(x / 100), 0.0).chance == pytest.approx(stats.t.cdf(t, 3))


def test_bad_luck_of_a_trend_follower_is_seldom_taken_for_a_lost_edge() -> None:
    rng = np.random.default_rng(11)
    samples = [trend_following(rng, 20) for _ in range(3_000)]
    ours = np.mean([pair_expectancy(x, 0.0).chance <= 0.05 for x in samples])
    plain = np.mean(stats.ttest_1samp(samples, 0.0, axis=1, alternative="less").pvalue <= 0.05)
    assert 0.03 < ours < 0.075
    assert plain > 0.09


def test_a_lost_edge_is_found() -> None:
    rng = np.random.default_rng(12)
    samples = [trend_following(rng, 50) - 0.02 for _ in range(300)]
    assert np.mean([pair_expectancy(x, 0.0).chance <= 0.05 for x in samples]) > 0.85


@pytest.mark.parametrize(
    ("value", "floor", "chance"), [(-0.01, 0.0, 0.0), (0.0, 0.0, 1.0), (0.1, 0.1, 1.0), (0.1, 0, 1)]
)
def test_results_that_are_all_equal_leave_no_doubt(value, floor, chance) -> None:
    judged = pair_expectancy([value] * 7, floor)
    assert (judged.mean, judged.chance) == (pytest.approx(value), chance)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_unknown_result_makes_both_figures_unknown(bad) -> None:
    judged = pair_expectancy([0.1, bad, 0.2], 0.0)
    assert math.isnan(judged.mean)
    assert math.isnan(judged.chance)


@pytest.mark.parametrize("results", [[], [0.1]])
def test_one_result_says_nothing(results) -> None:
    with pytest.raises(ValueError, match=rf"at least two are needed \(got {len(results)}\)"):
        pair_expectancy(results, 0.0)


@settings(max_examples=80)
@given(some_results, st.floats(-0.5, 0.5))
def test_it_is_a_probability_and_the_order_does_not_matter(results, floor) -> None:
    judged = pair_expectancy(results, floor)
    assert 0 <= judged.chance <= 1
    backwards = pair_expectancy(results[::-1], floor)
    assert backwards.chance == pytest.approx(judged.chance, abs=1e-6)


@settings(max_examples=80)
@given(some_results, st.floats(-0.5, 0.5), st.floats(0, 0.5))
def test_a_higher_floor_is_never_easier_to_hold(results, floor, more) -> None:
    assume(np.std(results) > 1e-6)
    low, high = (pair_expectancy(results, f).chance for f in (floor, floor + more))
    assert high <= low + 1e-9
