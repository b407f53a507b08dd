from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.signal import lfilter

from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.errors import BadRows, NotFitted
from aurum_plugins.preprocessing.quality.drift import measure_drift


def persistent(rng: np.random.Generator, rows: int, columns: int = 6) -> np.ndarray:
    """Features that move at different speeds, scaled."""
    speeds = np.resize([0.5, 0.9, 0.97], columns)
    noise = rng.normal(size=(rows + 300, columns))
    return np.column_stack(
        [
            lfilter([np.sqrt(1 - speed**2)], [1.0, -speed], column)[300:]
            for speed, column in zip(speeds, noise.T)
        ]
    )


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    return persistent(np.random.default_rng(0), 2_500)


@pytest.fixture(scope="module")
def candles() -> np.ndarray:
    return np.arange(2_500)


@pytest.fixture(scope="module")
def monitor(features: np.ndarray, candles: np.ndarray) -> InputDrift:
    return InputDrift(100, 0.25).fit(features[:2_000], candles[:2_000])


class TestKnownAnswers:
    def test_the_index_is_that_of_the_quality_page(self, monitor, features, candles):
        index = monitor._index(features, candles)
        for row in (99, 500, 2_100, 2_499):
            for column in range(6):
                window = features[row - 99 : row + 1, column]
                drift = measure_drift(features[:2_000, column], window)
                assert index[row, column] == pytest.approx(drift.population_stability)

    def test_and_so_of_flags_and_constants(self, candles):
        rng = np.random.default_rng(1)
        features = np.column_stack(
            [
                rng.integers(0, 2, 2_500),
                np.where(rng.random(2_500) < 0.3, 0.0, rng.normal(size=2_500)),
                rng.normal(size=2_500),
                np.concatenate((np.zeros(2_050), np.ones(450))),
            ]
        ).astype(float)
        monitor = InputDrift(100, 0.25).fit(features[:2_000], candles[:2_000])
        index = monitor._index(features, candles)
        for row in (150, 2_100, 2_499):
            for column in range(4):
                window = features[row - 99 : row + 1, column]
                drift = measure_drift(features[:2_000, column], window)
                assert index[row, column] == pytest.approx(drift.population_stability)

    def test_shifted_means_beyond_every_training_window(self, monitor, features, candles):
        largest = np.zeros(6)
        for row in range(2_000):
            window = features[max(0, row - 99) : row + 1]
            if 2 * len(window) < 100:
                continue
            if row % 10 == 0:
                found = [
                    measure_drift(features[:2_000, c], window[:, c]).population_stability
                    for c in range(6)
                ]
                largest = np.maximum(largest, found)
        assert (monitor.largest_ >= largest - 1e-9).all()
        assert monitor.read(features[:2_000], candles[:2_000]).shifted.sum() == 0

    def test_a_shift_of_all_features(self, monitor, features, candles):
        moved = features.copy()
        moved[2_000:] += 9
        reading = monitor.read(moved, candles)
        assert not reading.drifted[:2_000].any()
        assert reading.drifted[2_100:].all()
        assert reading.statistic[-1] == 1.0
        assert reading.shifted[-1].all()

    def test_a_scale_ten_times_as_large(self, monitor, features, candles):
        moved = features.copy()
        moved[2_000:] = np.clip(10 * moved[2_000:], -8, 8)
        assert monitor.read(moved, candles).drifted[2_150:].mean() > 0.9

    def test_one_shifted_feature_of_six_is_not_drift(self, monitor, features, candles):
        moved = features.copy()
        moved[2_000:, 2] += 5
        reading = monitor.read(moved, candles)
        assert reading.statistic[-1] == pytest.approx(1 / 6)
        assert not reading.drifted[-1]
        assert reading.shifted[-1].tolist() == [False, False, True, False, False, False]


class TestDead:
    def test_a_feature_that_stops_is_dead_a_day_later(self, monitor, features, candles):
        stopped = features.copy()
        stopped[2_200:, 3] = 0.0
        reading = monitor.read(stopped, candles)
        assert monitor.dead_after_.tolist() == [24.0] * 6
        assert not reading.drifted[2_200:2_224].any()
        assert reading.dead[2_224:, 3].all()
        assert reading.drifted[2_224:].all()
        assert not np.delete(reading.dead, 3, axis=1).any()

    def test_a_feature_that_often_rests_has_longer(self, candles):
        features = persistent(np.random.default_rng(2), 2_500)
        features[300:330, 0] = 0.5
        features[300:400, 1] = 0.5
        monitor = InputDrift(100, 0.25).fit(features[:2_000], candles[:2_000])
        assert monitor.dead_after_[:3].tolist() == [59.0, np.inf, 24.0]
        features[2_200:, :2] = 0.5
        dead = monitor.read(features, candles).dead
        assert int(dead[:, 0].argmax()) == 2_259
        assert not dead[:, 1].any()

    def test_a_feature_at_its_clip_is_not_dead(self, monitor, features, candles):
        for value in (8.0, -8.0, features[:2_000, 4].max()):
            stopped = features.copy()
            stopped[2_200:, 4] = value
            assert not monitor.read(stopped, candles).dead.any()

    def test_standstill_is_counted_in_candles(self, monitor, features, candles):
        stopped = features.copy()
        stopped[2_200:, 3] = 0.0
        kept = (candles < 2_202) | (candles >= 2_230)
        reading = monitor.read(stopped[kept], candles[kept])
        assert not reading.dead[candles[kept] < 2_230].any()
        assert reading.dead[candles[kept] >= 2_230, 3].all()


class TestInvariants:
    def test_later_rows_change_nothing(self, monitor, features, candles):
        whole = monitor.read(features, candles)
        part = monitor.read(features[:2_100], candles[:2_100])
        assert np.array_equal(whole.statistic[:2_100], part.statistic, equal_nan=True)
        assert np.array_equal(whole.shifted[:2_100], part.shifted)
        assert np.array_equal(whole.dead[:2_100], part.dead)

    def test_a_window_of_rows_is_enough_for_one(self, monitor, features, candles):
        stopped = features.copy()
        stopped[2_200:, 3] = 0.0
        stopped[2_300:] += 3
        kept = np.random.default_rng(3).random(2_500) > 0.1
        stopped, shown = stopped[kept], candles[kept]
        whole = monitor.read(stopped, shown)
        for position in range(1_500, len(shown), 17):
            recent = (shown > shown[position] - 100) & (shown <= shown[position])
            one = monitor.read(stopped[recent], shown[recent])
            assert one.statistic[-1] == whole.statistic[position]
            assert one.shifted[-1].tolist() == whole.shifted[position].tolist()
            assert one.dead[-1].tolist() == whole.dead[position].tolist()
            assert one.drifted[-1] == whole.drifted[position]

    def test_input_is_not_changed_and_the_monitor_can_be_pickled(self, monitor, features, candles):
        kept = features.copy()
        copied = pickle.loads(pickle.dumps(monitor))  # noqa: S301
        one, two = monitor.read(features, candles), copied.read(features, candles)
        assert np.array_equal(one.statistic, two.statistic, equal_nan=True)
        assert np.array_equal(features, kept)

    def test_false_alarms_are_rare(self):
        raised = 0
        for seed in range(20):
            features = persistent(np.random.default_rng(seed), 4_000 + 720, 26)
            candles = np.arange(len(features))
            monitor = InputDrift(200, 0.25).fit(features[:4_000], candles[:4_000])
            drifted = monitor.read(features[3_801:], candles[3_801:]).drifted[199:]
            raised += np.count_nonzero(np.diff(drifted, prepend=False) & drifted)
        assert raised / 20 * 2_160 / 720 <= 1.0


class TestUnknown:
    def test_less_than_half_of_a_window(self, monitor, features, candles):
        reading = monitor.read(features[2_000:2_060], candles[2_000:2_060])
        assert reading.known.tolist() == [False] * 49 + [True] * 11
        assert not reading.drifted.any()

    def test_training_rows_too_few_for_windows(self, features, candles):
        monitor = InputDrift(100, 0.25).fit(features[:499], candles[:499])
        moved = features + 5
        reading = monitor.read(moved, candles)
        assert not reading.known.any()
        assert not reading.drifted.any()
        moved[1_000:] = 0.01
        assert monitor.read(moved, candles).drifted[-1]

    def test_training_rows_too_sparse_for_windows(self, features, candles):
        monitor = InputDrift(100, 0.25).fit(features[:2_000:3], candles[:2_000:3])
        assert np.isnan(monitor.largest_).all()
        assert not monitor.read(features, candles).known.any()


class TestValidation:
    def test_not_fitted(self, features, candles):
        with pytest.raises(NotFitted, match="monitor of features was not trained"):
            InputDrift(100, 0.25).read(features, candles)

    def test_other_columns(self, monitor, features, candles):
        with pytest.raises(BadRows, match="fitted on 6 features, but 5 were given"):
            monitor.read(features[:, :5], candles)

    @pytest.mark.parametrize("shape", [(5,), (0, 3), (5, 0), (4, 3)])
    def test_shapes(self, shape):
        with pytest.raises(BadRows, match="with one candle a row, got"):
            InputDrift(100, 0.25).fit(np.zeros(shape), np.arange(5 if shape[0] else 0))

    def test_order(self, features, candles):
        with pytest.raises(BadRows, match="candles of features must rise"):
            InputDrift(100, 0.25).fit(features, candles[::-1])

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_numbers(self, features, candles, value):
        wrong = features.copy()
        wrong[7, 2] = value
        with pytest.raises(BadRows, match="features must be finite"):
            InputDrift(100, 0.25).fit(wrong, candles)
