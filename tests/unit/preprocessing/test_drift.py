from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ks_2samp

from aurum_plugins.preprocessing.quality.drift import measure_drift

HUNDRED = np.arange(1.0, 101.0)


def slow_index(before: list[float], after: list[float]) -> float:
    """Bins by plain comparison; a value that several deciles share stands alone."""
    ordered = sorted(before)
    deciles = [ordered[math.ceil(len(ordered) * k / 10) - 1] for k in range(1, 10)]

    def bin_of(value: float) -> tuple[int, bool]:
        return sum(value > d for d in deciles), deciles.count(value) > 1

    total = 0.0
    for name in {bin_of(value) for value in [*before, *after]}:
        r, c = (max(sum(bin_of(x) == name for x in w) / len(w), 1e-4) for w in (before, after))
        total += (c - r) * math.log(c / r)
    return total


class TestKnownAnswers:
    def test_the_same_values_have_not_drifted(self):
        drift = measure_drift(HUNDRED, HUNDRED[::-1])
        assert drift.kolmogorov_smirnov == 0.0
        assert drift.population_stability == 0.0
        assert (drift.reference_rows, drift.current_rows) == (100, 100)

    def test_all_in_the_lowest_decile(self):
        drift = measure_drift(HUNDRED, np.repeat(HUNDRED[:10], 6))
        assert drift.kolmogorov_smirnov == pytest.approx(0.9)
        by_hand = 0.9 * math.log(10) + 9 * (0.1 - 1e-4) * math.log(0.1 / 1e-4)
        assert drift.population_stability == pytest.approx(by_hand)
        assert drift.current_rows == 60

    def test_half_of_the_values_move_up_by_a_decile(self):
        current = np.concatenate((HUNDRED[:50], HUNDRED[:50] + 50))
        current[:10] = 15.0
        drift = measure_drift(HUNDRED, current)
        assert drift.kolmogorov_smirnov == pytest.approx(0.1)
        by_hand = (0.1 - 1e-4) * math.log(0.1 / 1e-4) + 0.1 * math.log(2)
        assert drift.population_stability == pytest.approx(by_hand)

    def test_a_value_that_many_share_stands_alone_wherever_it_lies(self):
        for low in (0, 25, 50):
            before = np.concatenate((HUNDRED[:low], np.full(50, 0.5 + low), HUNDRED[50 + low :]))
            after = before + 0.25
            expected = slow_index(before.tolist(), after.tolist())
            assert measure_drift(before, after).population_stability == pytest.approx(expected)

    def test_far_apart(self):
        drift = measure_drift(HUNDRED, HUNDRED + 1_000)
        assert drift.kolmogorov_smirnov == 1.0
        by_hand = 0.9 * math.log(10) + 9 * (0.1 - 1e-4) * math.log(0.1 / 1e-4)
        assert drift.population_stability == pytest.approx(by_hand)

    @pytest.mark.parametrize("step", [-1.0, 1.0, 5e-324])
    def test_a_constant_that_moves_is_noticed(self, step):
        drift = measure_drift(np.zeros(60), np.full(60, step))
        assert drift.kolmogorov_smirnov == 1.0
        by_hand = 2 * (1 - 1e-4) * math.log(1 / 1e-4)
        assert drift.population_stability == pytest.approx(by_hand)

    def test_a_constant_that_stays(self):
        drift = measure_drift(np.full(60, 7.0), np.full(90, 7.0))
        assert (drift.kolmogorov_smirnov, drift.population_stability) == (0.0, 0.0)

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.98])
    def test_a_flag(self, share):
        before = np.repeat([0.0, 1.0], [100 - round(100 * share), round(100 * share)])
        after = np.repeat([0.0, 1.0], [50, 50])
        drift = measure_drift(before, after)
        assert drift.kolmogorov_smirnov == pytest.approx(abs(share - 0.5))
        by_hand = (0.5 - share) * math.log((0.5 / share) * ((1 - share) / 0.5))
        assert drift.population_stability == pytest.approx(by_hand)


class TestAgainstOthers:
    @pytest.mark.parametrize("seed", range(20))
    @pytest.mark.parametrize("digits", [0, 1, 12])
    def test_scipy_and_plain_python_agree(self, seed, digits):
        rng = np.random.default_rng(seed)
        before = rng.normal(0.0, 1.0, rng.integers(50, 300)).round(digits)
        after = rng.normal(rng.normal(), rng.exponential(), rng.integers(50, 300)).round(digits)
        drift = measure_drift(before, after)
        assert drift.kolmogorov_smirnov == pytest.approx(ks_2samp(before, after).statistic)
        assert drift.population_stability == pytest.approx(
            slow_index(before.tolist(), after.tolist())
        )


class TestWhatIsLeftOut:
    def test_what_is_not_finite(self):
        holes = np.array([np.nan, np.inf, -np.inf] * 30)
        drift = measure_drift(np.concatenate((holes, HUNDRED)), np.concatenate((HUNDRED, holes)))
        assert drift == measure_drift(HUNDRED, HUNDRED)

    @pytest.mark.parametrize(("before", "after"), [(49, 100), (100, 49), (0, 0)])
    def test_too_few_values_tell_nothing(self, before, after):
        padded = np.concatenate((HUNDRED[:before], np.full(60, np.nan)))
        assert measure_drift(padded, HUNDRED[:after]) is None

    def test_fifty_are_enough(self):
        assert measure_drift(HUNDRED[:50], HUNDRED[:50]) is not None

    def test_the_input_is_left_alone(self):
        values = HUNDRED[::-1].copy()
        measure_drift(values, values)
        assert values.tolist() == HUNDRED[::-1].tolist()
