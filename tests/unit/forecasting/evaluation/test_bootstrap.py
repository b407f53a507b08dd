from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.evaluation import bootstrap as module
from aurum_plugins.forecasting.evaluation.block_length import block_length
from aurum_plugins.forecasting.evaluation.bootstrap import TimeBootstrap
from aurum_plugins.forecasting.evaluation.ranked_outcomes import RankedOutcomes
from aurum_plugins.forecasting.evaluation.scores import auc


def autoregression(seed: int, rows: int, memory: float) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=rows + 200)
    return lfilter([1.0], [1.0, -memory], noise)[200:]


def mean_error(rows: int, memory: float) -> float:
    """Standard error of the mean of an autoregression with noise of variance 1."""
    lags = np.arange(1, rows)
    variance = 1.0 / (1.0 - memory**2)
    return math.sqrt(variance / rows * (1 + 2 * ((1 - lags / rows) * memory**lags).sum()))


def mean_of(total, rows):
    return total / rows


def of_mean(values, length, candles=None, **options):
    candles = np.arange(len(values)) if candles is None else candles
    shown = TimeBootstrap(candles, length, **options)
    return shown.interval_of_sums(mean_of, values, np.ones(len(values)))


class TestKnownAnswers:
    @pytest.mark.parametrize("length", [1, 4, 25.5])
    def test_the_exact_variance_of_a_resampled_mean(self, length):
        """Politis and Romano (1994), lemma 1."""
        values = autoregression(0, 400, 0.6)
        n, stay = len(values), 1.0 - 1.0 / length
        centred = values - values.mean()
        variance = centred @ centred / n**2
        for lag in range(1, n):
            kept = (1 - lag / n) * stay**lag + lag / n * stay ** (n - lag)
            variance += 2 * kept * (centred[lag:] @ centred[:-lag]) / n**2
        shown = of_mean(values, length, resamples=5_000)
        assert shown.standard_error == pytest.approx(math.sqrt(variance), rel=0.04)
        assert shown.estimate == pytest.approx(values.mean())

    @pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
    def test_the_error_of_the_mean_of_an_autoregression(self, memory):
        errors = []
        for seed in range(20):
            values = autoregression(seed, 3_000, memory)
            length = block_length(values, np.arange(3_000), horizon=1)
            errors.append(of_mean(values, length, resamples=300).standard_error)
        expected = mean_error(3_000, memory)
        # Blocks are finite, so that a little of the dependence is lost.
        assert 0.87 * expected < np.mean(errors) < 1.05 * expected

    def test_rows_resampled_one_by_one_are_far_too_sure(self):
        values = autoregression(0, 3_000, 0.8)
        assert of_mean(values, 1).standard_error < 0.5 * mean_error(3_000, 0.8)

    def test_intervals_hold_the_truth_as_often_as_they_say(self):
        held = 0
        for seed in range(200):
            shown = of_mean(autoregression(seed, 800, 0.5), 20, resamples=200, level=0.9)
            held += shown.lower <= 0.0 <= shown.upper
        # 90 % less what finite blocks cost; 2.1 % is one standard error.
        assert 0.83 <= held / 200 <= 0.95


class TestRowsOfOneTime:
    def test_copies_of_a_pair_add_no_evidence(self):
        values = autoregression(1, 600, 0.5)
        alone = of_mean(values, 12)
        five = of_mean(np.tile(values, 5), 12, candles=np.tile(np.arange(600), 5))
        assert five.lower == pytest.approx(alone.lower)
        assert five.standard_error == pytest.approx(alone.standard_error)

    def test_the_order_of_rows_means_nothing(self):
        values = autoregression(1, 600, 0.5)
        order = np.random.default_rng(0).permutation(600)
        shuffled = of_mean(values[order], 12, candles=order)
        assert vars(shuffled) == pytest.approx(vars(of_mean(values, 12)))

    def test_the_number_of_the_first_candle_means_nothing(self):
        values = autoregression(1, 600, 0.5)
        assert of_mean(values, 12, candles=np.arange(600) + 478_000) == of_mean(values, 12)

    def test_a_candle_without_rows_is_time_as_well(self):
        bootstrap = TimeBootstrap(np.arange(400), 5)
        count = bootstrap.interval_of_sums(lambda rows: rows, np.ones(400))
        assert (count.lower, count.estimate, count.upper) == (400, 400, 400)
        sparse = np.flatnonzero(np.random.default_rng(0).random(400) < 0.3)
        count = TimeBootstrap(sparse, 5).interval_of_sums(lambda rows: rows, np.ones(len(sparse)))
        assert count.lower < len(sparse) < count.upper


class TestThreeWaysToAsk:
    values = autoregression(2, 500, 0.3)
    bootstrap = TimeBootstrap(np.repeat(np.arange(250), 2), 8, resamples=200, seed=5)

    def test_they_agree(self):
        ones = np.ones(500)
        of_sums = self.bootstrap.interval_of_sums(mean_of, self.values, ones)
        of_weights = self.bootstrap.interval_of_weights(
            lambda weights: float(np.average(self.values, weights=weights))
        )
        of_rows = self.bootstrap.interval_of_rows(lambda rows: float(rows.mean()), self.values)
        assert vars(of_weights) == pytest.approx(vars(of_sums))
        assert vars(of_rows) == pytest.approx(vars(of_sums))

    def test_the_area_under_the_curve(self):
        outcome = self.values > 0
        probability = 1 / (1 + np.exp(-np.roll(self.values, 1)))
        ranked = RankedOutcomes.of(probability, outcome)
        of_weights = self.bootstrap.interval_of_weights(ranked.auc)
        of_rows = self.bootstrap.interval_of_rows(auc, probability, outcome)
        assert vars(of_weights) == pytest.approx(vars(of_rows))
        assert of_rows.estimate == auc(probability, outcome)
        assert of_rows.lower < of_rows.estimate < of_rows.upper

    def test_booleans_count(self):
        hits = self.values > 0
        shown = self.bootstrap.interval_of_sums(mean_of, hits, np.ones(500))
        assert shown.estimate == hits.mean()

    def test_a_difference_on_the_same_resamples_is_surer_than_its_parts(self):
        better, ones = self.values + 0.1, np.ones(500)
        gain = self.bootstrap.interval_of_sums(
            lambda ours, theirs, rows: (ours - theirs) / rows, better, self.values, ones
        )
        assert gain.lower == pytest.approx(0.1)
        assert gain.upper == pytest.approx(0.1)


def test_the_same_seed_gives_the_same_interval():
    values = autoregression(3, 300, 0.5)
    assert of_mean(values, 8, seed=1) == of_mean(values, 8, seed=1)
    assert of_mean(values, 8, seed=1) != of_mean(values, 8, seed=2)


def test_resamples_that_are_too_many_to_keep_are_drawn_again(monkeypatch):
    values = autoregression(3, 300, 0.5)
    expected = of_mean(values, 8)
    monkeypatch.setattr(module, "_CELLS_KEPT", 0)
    assert of_mean(values, 8) == expected


def test_a_higher_level_is_wider():
    values = autoregression(3, 300, 0.5)
    narrow, wide = (of_mean(values, 8, level=level) for level in (0.5, 0.99))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


@pytest.mark.filterwarnings("error")
class TestUndefined:
    def test_a_figure_that_few_resamples_lack(self):
        rows = np.zeros(300)
        rows[::40] = 1.0
        shown = of_mean_of_few(rows)
        assert shown.lower == shown.upper == 1.0

    def test_a_figure_that_many_resamples_lack(self):
        rows = np.zeros(300)
        rows[[0, 150]] = 1.0
        shown = of_mean_of_few(rows)
        assert shown.estimate == 1.0
        assert math.isnan(shown.lower)
        assert math.isnan(shown.upper)
        assert math.isnan(shown.standard_error)

    def test_no_row_has_it(self):
        assert math.isnan(of_mean_of_few(np.zeros(300)).estimate)

    def test_a_value_that_is_not_known(self):
        values = np.ones(300)
        values[7] = np.nan
        shown = of_mean(values, 5)
        assert math.isnan(shown.estimate)
        assert math.isnan(shown.lower)


def of_mean_of_few(rows):
    return TimeBootstrap(np.arange(300), 3).interval_of_sums(mean_of, rows, rows)


@pytest.mark.parametrize(
    ("candles", "length", "options", "error", "message"),
    [
        (np.arange(79), 10, {}, TooLittleData, "in candles: 79 usable rows, but at least 80"),
        (np.arange(0), 10, {}, TooLittleData, "in candles: 0 usable rows, but at least 80"),
        (np.arange(9) * 3_600_000, 1, {}, BadRows, "numbers of candles, not times"),
        (np.arange(99), 0.5, {}, ValueError, "block_length must be 1 candle or more, got 0.5"),
        (np.arange(99), 5, {"resamples": 9}, ValueError, "resamples must be 100 or more, got 9"),
        (np.arange(99), 5, {"level": 1.0}, ValueError, "level must be between 0 and 1, got 1.0"),
    ],
)
def test_what_makes_no_sense(candles, length, options, error, message):
    with pytest.raises(error, match=message):
        TimeBootstrap(candles, length, **options)


def test_columns_of_another_length():
    bootstrap = TimeBootstrap(np.arange(99), 5)
    for ask in (bootstrap.interval_of_sums, bootstrap.interval_of_rows):
        with pytest.raises(BadRows, match=r"got candles \(99,\), column 1 \(98,\)"):
            ask(mean_of, np.ones(98), np.ones(99))
