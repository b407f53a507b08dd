from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    ENOUGH,
    HORIZON,
    RETURN,
    TARGETS,
    TRAINED,
    VOLATILITY,
    ForecastRows,
    fit_on,
    forecast_of,
    forecast_rows,
    numbers_of,
    same_numbers,
    small_ensemble,
    trained_ensemble,
)

from aurum_plugins.forecasting import Ensemble

ROWS = forecast_rows()
PAST, AHEAD = ROWS.part(slice(TRAINED)), ROWS.part(slice(TRAINED, None))
NUMBERS = ("probability", "value", "lower", "upper", "confidence", "agreement", "novelty")


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return trained_ensemble()


@pytest.fixture(scope="module")
def forecasts(ensemble):
    return forecast_of(ensemble, AHEAD)


def changed(rows, **columns):
    """The same rows with other features, labels or candles."""
    return ForecastRows(**{**vars(rows), **columns})


class TestNoLookAhead:
    @pytest.mark.parametrize("cut", [1, 7, 60, 333])
    def test_later_rows_change_no_earlier_forecast(self, ensemble, forecasts, cut):
        same_numbers(forecast_of(ensemble, AHEAD.part(slice(cut))), forecasts, of=slice(cut))

    def test_rows_one_by_one_are_the_same_as_all_at_once(self, ensemble):
        whole = forecast_of(ensemble, ROWS)
        for row in (*range(TRAINED - 3, TRAINED + 60), 1_200, 1_321, len(ROWS) - 1):
            one = forecast_of(ensemble, ROWS.part(slice(row + 1 - ENOUGH, row + 1)))
            same_numbers(one, whole, at=slice(-1, None), of=slice(row, row + 1))

    def test_labels_that_are_not_known_yet_change_nothing(self, ensemble):
        at = 300
        labels = AHEAD.labels.copy()
        later = AHEAD.candles > AHEAD.candles[at] - HORIZON
        labels[later] = np.random.default_rng(0).permutation(1e3 * labels[later])
        found = forecast_of(ensemble, changed(AHEAD, labels=labels))
        same_numbers(found, forecast_of(ensemble, AHEAD), slice(at + 1), slice(at + 1))
        hidden = AHEAD.labels.mask(pd.Series(later), axis=0)
        found = forecast_of(ensemble, changed(AHEAD, labels=hidden))
        same_numbers(found, forecast_of(ensemble, AHEAD), slice(at + 1), slice(at + 1))

    def test_the_last_label_that_is_known_counts(self, ensemble, forecasts):
        at = 300
        labels = AHEAD.labels.copy()
        labels.iloc[np.flatnonzero(AHEAD.candles <= AHEAD.candles[at] - HORIZON)[-1]] = 1e3
        found = numbers_of(forecast_of(ensemble, changed(AHEAD, labels=labels)))
        expected = numbers_of(forecasts)
        name = f"{RETURN}.upper"
        first = np.flatnonzero((found[name] != expected[name]).any(axis=1))[0]
        assert at <= first <= at + 60

    def test_labels_of_rows_that_it_was_trained_on_are_no_evidence(self, ensemble):
        labels = ROWS.labels.copy()
        labels[:TRAINED] *= -50.0
        found = forecast_of(ensemble, changed(ROWS, labels=labels))
        same_numbers(found, forecast_of(ensemble, ROWS))

    def test_training_looks_at_no_row_without_a_label(self):
        features = PAST.features.copy()
        features.iloc[-HORIZON:] = 1e6
        other = fit_on(small_ensemble(), changed(PAST, features=features))
        same_numbers(forecast_of(other, AHEAD), forecast_of(trained_ensemble(), AHEAD))


class TestTheSameAgain:
    def test_with_the_same_seed(self, forecasts):
        same_numbers(forecast_of(fit_on(small_ensemble(), PAST), AHEAD), forecasts)

    def test_another_seed_gives_other_numbers(self, forecasts):
        other = forecast_of(fit_on(small_ensemble(seed=1), PAST), AHEAD)
        name = f"{RETURN}.scores"
        assert (numbers_of(other)[name][:, 1] != numbers_of(forecasts)[name][:, 1]).any()

    def test_after_it_was_stored(self, ensemble, forecasts):
        stored = pickle.loads(pickle.dumps(ensemble))  # noqa: S301 - what was just pickled
        same_numbers(forecast_of(stored, AHEAD), forecasts)

    def test_in_another_process(self, forecasts, tmp_path):
        path = tmp_path / "numbers.pickle"
        code = (
            "import pickle, sys; from pathlib import Path; from forecast_rows import *\n"
            "ahead = forecast_rows().part(slice(TRAINED, None))\n"
            "numbers = numbers_of(forecast_of(trained_ensemble(), ahead))\n"
            "Path(sys.argv[1]).write_bytes(pickle.dumps(numbers))\n"
        )
        support = Path(__file__).parents[2] / "support"
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=support)
        found = pickle.loads(path.read_bytes())  # noqa: S301 - what was just pickled
        for name, numbers in numbers_of(forecasts).items():
            np.testing.assert_array_equal(found[name], numbers, err_msg=name)

    def test_nothing_that_was_given_is_changed(self):
        past, ahead = PAST.part(slice(None)), AHEAD.part(slice(None))
        ensemble = small_ensemble().fit(past.features, past.labels, past.candles)
        ensemble.forecast(ahead.features, ahead.candles, ahead.labels)
        for given, expected in ((past, PAST), (ahead, AHEAD)):
            pd.testing.assert_frame_equal(given.features, expected.features)
            pd.testing.assert_frame_equal(given.labels, expected.labels)
            np.testing.assert_array_equal(given.candles, expected.candles)

    @pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.learn)
    @pytest.mark.parametrize("factor", [2.0**-10, 2.0**10])
    def test_a_label_in_another_unit_changes_the_unit_alone(self, target, factor):
        found, usual = (
            forecast_of(
                fit_on(small_ensemble((target,)), changed(PAST, labels=unit * PAST.labels)),
                changed(AHEAD, labels=unit * AHEAD.labels),
            ).targets[target.name]
            for unit in (factor, 1.0)
        )
        for name in ("probability", "confidence", "agreement", "novelty"):
            np.testing.assert_allclose(
                getattr(found, name), getattr(usual, name), rtol=1e-4, atol=1e-6, err_msg=name
            )
        size = np.abs(usual.upper).max()
        for name in ("value", "lower", "upper"):
            np.testing.assert_allclose(
                getattr(found, name) / factor, getattr(usual, name), atol=1e-5 * size, err_msg=name
            )

    def test_an_index_and_other_columns_do_not_matter(self, ensemble, forecasts):
        shuffled = AHEAD.features[list(AHEAD.features.columns[::-1])]
        shuffled = shuffled.assign(date="2025-01-01", close=np.inf)
        shuffled.index = pd.date_range("2025-01-01", periods=len(AHEAD), freq="h")
        labels = AHEAD.labels[[VOLATILITY, RETURN]].assign(other="x")
        same_numbers(ensemble.forecast(shuffled, AHEAD.candles, labels), forecasts)

    def test_an_index_does_not_matter_to_training(self, forecasts):
        index = pd.date_range("2025-01-01", periods=len(PAST), freq="h")
        known = PAST.candles + HORIZON <= PAST.candles[-1]
        labels = PAST.labels.where(pd.Series(known), axis=0)
        other = small_ensemble().fit(PAST.features.set_index(index), labels, PAST.candles)
        same_numbers(forecast_of(other, AHEAD), forecasts)
