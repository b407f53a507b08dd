from __future__ import annotations

import math

import numpy as np
import purgedcv
import pytest
from scipy import stats

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.deflated_sharpe import (
    SharpeRatio,
    deflated_sharpe,
    luckiest_sharpe,
    probabilistic_sharpe,
)


class TestThePaper:
    """Bailey and Lopez de Prado (2014), the numerical example.

    Five years of 250 daily returns, an annual ratio of 2.5, a variance of 1/2 among the trials'
    annual ratios.
    """

    daily = 2.5 / math.sqrt(250)
    variance = 0.5 / 250
    strategy = SharpeRatio(daily, 1250, skew=-3.0, kurtosis=10.0)

    def test_the_luckiest_of_a_hundred(self):
        assert luckiest_sharpe(100, self.variance) == pytest.approx(0.1132, abs=5e-5)

    def test_of_a_hundred_trials(self):
        got = deflated_sharpe(self.strategy, 100, self.variance)
        assert got == pytest.approx(0.9004, abs=5e-5)

    def test_of_46_trials(self):
        got = deflated_sharpe(self.strategy, 46, self.variance)
        assert got == pytest.approx(0.9505, abs=5e-5)

    def test_of_88_trials_with_normal_returns(self):
        normal = SharpeRatio(self.daily, 1250, skew=0.0, kurtosis=3.0)
        assert deflated_sharpe(normal, 88, self.variance) == pytest.approx(0.9505, abs=5e-5)


class TestMoments:
    def test_by_hand(self):
        ratio = SharpeRatio.of(np.array([0.01, -0.01, 0.03]))
        # Mean 0.01, deviations 0, -0.02 and 0.02.
        deviation = math.sqrt(0.0008 / 3)
        assert ratio.per_period == pytest.approx(0.01 / deviation)
        assert ratio.skew == pytest.approx(0.0)
        assert ratio.kurtosis == pytest.approx(2 * 0.02**4 / 3 / deviation**4)
        assert ratio.observations == 3
        assert ratio.per_year(252) == pytest.approx(0.01 / deviation * math.sqrt(252))

    def test_those_of_scipy(self):
        returns = np.random.default_rng(0).standard_t(4, 300) / 100
        ratio = SharpeRatio.of(returns)
        assert ratio.skew == pytest.approx(stats.skew(returns))
        assert ratio.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False))

    def test_scale_changes_nothing(self):
        returns = np.random.default_rng(1).normal(0.1, 1.0, 100)
        one, other = SharpeRatio.of(returns), SharpeRatio.of(1000 * returns)
        assert vars(other) == pytest.approx(vars(one))

    def test_the_extreme_sample_keeps_a_variance(self):
        # One loss among many equal gains: what the usual corrections of moments cannot bear.
        returns = np.full(1_000, 1e-3)
        returns[0] = -1e-6
        ratio = SharpeRatio.of(returns)
        assert 0.0 <= probabilistic_sharpe(ratio, benchmark=2 * ratio.per_period) < 0.5


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("trials", [1, 2, 50])
def test_formulas_are_those_of_purgedcv(seed, trials):
    rng = np.random.default_rng(seed)
    returns = rng.gamma(2.0, 0.01, 400) - 0.019
    # purgedcv corrects the sample's skew and kurtosis for its size, and divides the rest by `T`.
    ratio = SharpeRatio(
        returns.mean() / returns.std(),
        len(returns),
        skew=stats.skew(returns, bias=False),
        kurtosis=stats.kurtosis(returns, bias=False, fisher=False),
    )
    assert probabilistic_sharpe(ratio, 0.02) == pytest.approx(
        purgedcv.probabilistic_sharpe_ratio(returns, 0.02)
    )
    theirs = purgedcv.deflated_sharpe_ratio_full(returns, trials, 0.001)
    assert luckiest_sharpe(trials, 0.001) == pytest.approx(theirs.sr_star)
    assert deflated_sharpe(ratio, trials, 0.001) == pytest.approx(theirs.dsr)
    # The sample's own moments differ little.
    assert deflated_sharpe(SharpeRatio.of(returns), trials, 0.001) == pytest.approx(
        theirs.dsr, abs=0.005
    )


def test_a_single_trial_is_not_deflated():
    ratio = SharpeRatio.of(np.random.default_rng(2).normal(0.1, 1.0, 200))
    assert deflated_sharpe(ratio, 1) == probabilistic_sharpe(ratio)


def test_more_trials_and_more_spread_make_it_less_likely():
    ratio = SharpeRatio.of(np.random.default_rng(2).normal(0.1, 1.0, 200))
    by_trials = [deflated_sharpe(ratio, trials, 0.01) for trials in (1, 5, 50, 5_000)]
    by_spread = [deflated_sharpe(ratio, 50, variance) for variance in (0.0, 0.001, 0.01)]
    assert sorted(by_trials, reverse=True) == by_trials
    assert sorted(by_spread, reverse=True) == by_spread
    assert by_spread[0] == probabilistic_sharpe(ratio)


def test_luck_is_what_simulated_trials_without_skill_show():
    rng = np.random.default_rng(0)
    returns = rng.normal(size=(300, 40, 250))
    ratios = returns.mean(axis=2) / returns.std(axis=2)
    expected = luckiest_sharpe(40, 1 / 249)
    assert ratios.max(axis=1).mean() == pytest.approx(expected, rel=0.03)


def test_the_variance_is_that_of_chance_if_left_out():
    rng = np.random.default_rng(1)
    ratio = SharpeRatio.of(rng.normal(0.1, 1.0, 250))
    assert deflated_sharpe(ratio, 40) == deflated_sharpe(ratio, 40, 1 / 249)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("returns", [[], [0.1], [0.1, 0.2], [0.1] * 50])
def test_what_has_no_sharpe_ratio(returns):
    ratio = SharpeRatio.of(np.array(returns))
    assert ratio.observations == len(returns)
    assert math.isnan(ratio.per_period)
    assert math.isnan(ratio.per_year(365))
    assert math.isnan(probabilistic_sharpe(ratio))
    assert math.isnan(deflated_sharpe(ratio, 10))


def test_what_makes_no_sense():
    with pytest.raises(BadRows, match="returns must be finite, but row 1 is nan"):
        SharpeRatio.of(np.array([0.1, np.nan, 0.2]))
    with pytest.raises(ValueError, match="trials must be 1 or more, got 0"):
        luckiest_sharpe(0, 1.0)
    for variance in (-1.0, math.nan):
        with pytest.raises(ValueError, match="variance must be 0 or more"):
            luckiest_sharpe(2, variance)
