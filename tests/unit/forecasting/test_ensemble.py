from __future__ import annotations

import numpy as np
import pytest
from forecast_rows import (
    HORIZON,
    RETURN,
    TARGETS,
    TRAINED,
    VOLATILITY,
    ForecastRows,
    fit_on,
    forecast_of,
    forecast_rows,
    small_ensemble,
    trained_ensemble,
)

from aurum_plugins.forecasting import Ensemble, EnsembleSettings, Readiness, Target
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.expected_spread import MOST_LOG_VOLATILITY
from aurum_plugins.forecasting.members import catalogue
from aurum_plugins.preprocessing import PreprocessingSettings

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


class TestWhatIsForecast:
    def test_there_is_a_forecast_of_every_target_in_the_order_asked_for(self, ensemble, forecasts):
        assert list(forecasts.targets) == [RETURN, VOLATILITY]
        assert list(ensemble.models_) == [VOLATILITY, RETURN]
        for forecast in forecasts.targets.values():
            assert forecast.probability.shape == forecast.usable.shape == (len(AHEAD),)
            assert forecast.lower.shape == forecast.may_be_up.shape == (len(AHEAD), 2)
            assert forecast.scores.shape == (len(AHEAD), 2)

    def test_there_is_something_to_it(self, forecasts):
        ready = forecasts.ready
        assert 0.5 < ready.mean() < 0.95
        for name, least in ((RETURN, 0.65), (VOLATILITY, 0.75)):
            forecast, label = forecasts.targets[name], AHEAD.labels[name].to_numpy()
            known = ready & np.isfinite(label)
            right = (forecast.probability > 0.5) == (label > 0)
            assert right[known].mean() > least
            sure = known & (forecast.confidence > 0.9)
            assert right[sure].mean() > right[known].mean()

    def test_a_ready_row_is_finite_and_ordered(self, forecasts):
        ready = forecasts.ready
        for forecast in forecasts.targets.values():
            for name in NUMBERS:
                assert np.isfinite(getattr(forecast, name)[ready]).all()
            lower, upper = forecast.lower[ready], forecast.upper[ready]
            assert (lower[:, 1] <= lower[:, 0]).all()
            assert (upper[:, 1] >= upper[:, 0]).all()
            for shares in (forecast.probability, forecast.confidence, forecast.agreement):
                assert ((shares >= 0) & (shares <= 1)).all()

    def test_what_is_known_of_the_training(self, ensemble):
        assert ensemble.trained_until_ == PAST.candles[-1]
        known = PAST.candles + HORIZON <= PAST.candles[-1]
        assert ensemble.rows_ == known.sum()
        judged = PAST.candles[known][-len(ensemble.judgement_candles_) :]
        np.testing.assert_array_equal(ensemble.judgement_candles_, judged)
        assert len(judged) == pytest.approx(0.1 * ensemble.rows_, abs=1)
        assert ensemble.window == 1
        chosen = [set(model.trained_.feature_names) for model in ensemble.models_.values()]
        assert set(ensemble.feature_names) == set.union(*chosen)
        assert len(set(ensemble.feature_names)) == len(ensemble.feature_names) <= 12

    def test_defaults_are_those_of_the_settings(self):
        ensemble = Ensemble(TARGETS, 24)
        assert ensemble.settings == EnsembleSettings()
        assert ensemble.preprocessing == PreprocessingSettings()
        assert ensemble.drift == DriftSettings()
        assert ensemble.parameters == {}

    def test_targets_may_have_their_own_numbers_of_features(self):
        chosen = small_ensemble(n_features={"forward_return": 3, "forward_volatility": 8})
        models = fit_on(chosen, PAST).models_
        assert len(models[RETURN].trained_.feature_names) == 3
        assert len(models[VOLATILITY].trained_.feature_names) == 8

    def test_expected_volatility_widens_the_intervals_of_the_others(self, ensemble, forecasts):
        alone = fit_on(small_ensemble((TARGETS[0],)), PAST)
        scores = forecast_of(alone, AHEAD).targets[RETURN].scores
        np.testing.assert_array_equal(scores, forecasts.targets[RETURN].scores)
        wild = forecasts.targets[VOLATILITY].value
        reach = np.subtract(forecasts.targets[RETURN].upper, forecasts.targets[RETURN].lower)[:, 1]
        assert np.corrcoef(reach, np.exp(wild / 2))[0, 1] > 0.5
        model = ensemble.models_[RETURN]
        spread = np.exp(0.5 * np.clip(wild, -MOST_LOG_VOLATILITY, MOST_LOG_VOLATILITY))
        since = ensemble.trained_until_
        scored = model.score(AHEAD.features, AHEAD.candles, since)
        expected = model.forecast(scored, AHEAD.labels[RETURN].to_numpy(), spread, since)
        np.testing.assert_array_equal(expected.lower, forecasts.targets[RETURN].lower)

    def test_one_target_is_enough(self):
        forecasts = forecast_of(fit_on(small_ensemble((TARGETS[1],)), PAST), AHEAD)
        assert list(forecasts.targets) == [VOLATILITY]
        assert forecasts.ready.any()

    def test_members_that_are_not_installed_are_left_out(self, monkeypatch):
        found = catalogue.find_spec
        monkeypatch.setattr(
            catalogue, "find_spec", lambda name: None if name == "torch" else found(name)
        )
        names = ("linear", "lstm")
        assert fit_on(small_ensemble(members=names), PAST).models_[RETURN].weights == {
            "linear": 1.0
        }


class TestReadiness:
    def test_rows_of_the_training_are_in_sample(self, ensemble):
        readiness = forecast_of(ensemble, ROWS).readiness
        assert (readiness[:TRAINED] == Readiness.IN_SAMPLE).all()
        assert (readiness[TRAINED:] != Readiness.IN_SAMPLE).all()

    def test_a_row_without_enough_features(self, ensemble):
        features = AHEAD.features.copy()
        features.iloc[300] = np.nan
        features.iloc[301] = np.inf
        forecasts = forecast_of(ensemble, changed(AHEAD, features=features))
        assert forecasts.readiness[300:302].tolist() == [Readiness.MISSING_FEATURES] * 2
        incomplete = AHEAD.features[list(ensemble.feature_names)].isna().any(axis=1).to_numpy()
        usual = forecast_of(ensemble, AHEAD).readiness
        np.testing.assert_array_equal(usual == Readiness.MISSING_FEATURES, incomplete)

    def test_a_row_that_is_unlike_the_training(self, ensemble):
        features = AHEAD.features.copy()
        features.iloc[300] = 7.0 * (-1.0) ** np.arange(features.shape[1])
        forecasts = forecast_of(ensemble, changed(AHEAD, features=features))
        assert forecasts.readiness[300] == Readiness.NOVEL
        none = fit_on(small_ensemble(novelty_share=0.0), PAST)
        assert forecast_of(none, changed(AHEAD, features=features)).readiness[300] == 1

    def test_novel_rows_are_as_rare_as_asked_for(self, forecasts):
        share = np.mean(forecasts.readiness == Readiness.NOVEL)
        assert 0.0 < share < 0.1

    def test_a_row_without_a_record(self, ensemble):
        late = changed(AHEAD, candles=AHEAD.candles + 5_000)
        readiness = forecast_of(ensemble, late).readiness
        assert readiness[0] in {Readiness.NOT_CALIBRATED, Readiness.NOVEL, 2}
        known = np.flatnonzero(readiness == Readiness.READY)[0]
        # As many outcomes as the higher level needs are not known before.
        assert 25 + HORIZON <= known < 60
        assert not (readiness[60:] == Readiness.NOT_CALIBRATED).any()
        unlabelled = forecast_of(ensemble, late, labelled=False)
        assert not unlabelled.ready.any()
        confidence = unlabelled.targets[RETURN].confidence
        assert (confidence == 0.0).all()

    def test_without_labels_a_record_runs_out(self, ensemble):
        readiness = forecast_of(ensemble, AHEAD, labelled=False).readiness
        assert (readiness[:50] == Readiness.READY).mean() > 0.5
        assert (readiness[200:] != Readiness.READY).all()
        assert (readiness[200:] == Readiness.NOT_CALIBRATED).mean() > 0.5

    def test_the_worst_reason_is_told(self, ensemble):
        features = ROWS.features.copy()
        features.iloc[[TRAINED - 1, TRAINED]] = np.nan
        late = changed(ROWS, features=features).part(slice(TRAINED - 1, None))
        readiness = forecast_of(ensemble, late, labelled=False).readiness
        assert readiness[:2].tolist() == [Readiness.IN_SAMPLE, Readiness.MISSING_FEATURES]


def test_a_name_says_how_a_target_is_learnt():
    assert Target.of("&-forward_volatility").learn == "value"
    assert Target.of("forward_return") == Target("forward_return", "sign")
