from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forecast_rows import (
    ENOUGH,
    RETURN,
    TARGETS,
    TRAINED,
    VOLATILITY,
    ForecastRows,
    fit_on,
    forecast_of,
    forecast_rows,
    same_numbers,
    small_ensemble,
    trained_ensemble,
)

from aurum_plugins.forecasting import Ensemble, Readiness, member_group
from aurum_plugins.forecasting.errors import (
    BadRows,
    FeatureMismatch,
    MemberFailed,
    NotFitted,
    OneOutcome,
    TooLittleData,
    UnknownMember,
)
from aurum_plugins.forecasting.row_readiness import row_readiness
from aurum_plugins.preprocessing import PreprocessingError

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


class TestRefusals:
    def test_it_forecasts_nothing_before_it_was_trained(self):
        with pytest.raises(NotFitted, match="the ensemble was not trained"):
            forecast_of(small_ensemble(), AHEAD)

    def test_other_features_are_named(self, ensemble):
        names = list(ensemble.feature_names)
        with pytest.raises(FeatureMismatch, match=f"not offered: {names[2]}; train") as caught:
            forecast_of(ensemble, changed(AHEAD, features=AHEAD.features.drop(columns=names[2])))
        assert caught.value.missing == (names[2],)
        with pytest.raises(FeatureMismatch, match=f"and {len(names) - 5} more; train anew"):
            forecast_of(ensemble, changed(AHEAD, features=AHEAD.features.drop(columns=names)))

    def test_features_that_were_not_chosen_may_go(self, ensemble, forecasts):
        rows = changed(AHEAD, features=AHEAD.features[list(ensemble.feature_names)])
        same_numbers(forecast_of(ensemble, rows), forecasts)

    @pytest.mark.parametrize("method", ["fit", "forecast"])
    def test_rows_that_do_not_fit_each_other(self, ensemble, method):
        rows = PAST if method == "fit" else AHEAD
        how = {
            "fit": lambda r: small_ensemble().fit(r.features, r.labels, r.candles),
            "forecast": lambda r: forecast_of(ensemble, r),
        }[method]
        with pytest.raises(BadRows, match=f"{len(rows) - 1} candles, but {len(rows)} rows of feat"):
            how(changed(rows, candles=rows.candles[1:]))
        with pytest.raises(BadRows, match=f"{len(rows) - 1} rows of labels, but {len(rows)}"):
            how(changed(rows, labels=rows.labels[1:]))
        with pytest.raises(BadRows, match="no column of labels is called &-forward_volatility"):
            how(changed(rows, labels=rows.labels[[RETURN]]))
        for candles in (rows.candles[::-1], np.zeros_like(rows.candles)):
            with pytest.raises(BadRows, match="candles must rise from row to row"):
                how(changed(rows, candles=candles))

    @pytest.mark.parametrize("method", ["fit", "forecast"])
    def test_no_rows(self, ensemble, method):
        none = PAST.part(slice(0))
        given = {"fit": (none.features, none.labels, none.candles)}
        how = getattr(small_ensemble() if method == "fit" else ensemble, method)
        with pytest.raises(BadRows, match="there are no rows"):
            how(*given.get(method, (none.features, none.candles)))

    def test_one_row_is_forecast(self, ensemble):
        forecasts = forecast_of(ensemble, AHEAD.part(slice(1)))
        assert forecasts.readiness.shape == (1,)

    @pytest.mark.parametrize("end", ["lower", "upper"])
    def test_an_interval_without_end_is_none(self, ensemble, end):
        forecasts = forecast_of(ensemble, AHEAD)
        row = np.flatnonzero(forecasts.ready)[7]
        bounds = getattr(forecasts.targets[RETURN], end).copy()
        bounds[row, 1] = np.inf
        endless = replace(forecasts.targets[RETURN], **{end: bounds})
        targets = {**forecasts.targets, RETURN: endless}
        share = ensemble.settings.novelty_share
        readiness = row_readiness(AHEAD.candles, targets, ensemble.trained_until_, share)
        assert readiness[row] == Readiness.NOT_CALIBRATED
        others = np.arange(len(AHEAD)) != row
        np.testing.assert_array_equal(readiness[others], forecasts.readiness[others])

    def test_too_little_data(self):
        with pytest.raises(TooLittleData, match="training window: 496 usable rows, but at least"):
            fit_on(small_ensemble(), PAST.part(slice(500)))
        with pytest.raises(TooLittleData, match="training window: 0 usable rows, but at least 600"):
            fit_on(small_ensemble(), changed(PAST, labels=PAST.labels * np.nan))

    def test_a_row_needs_every_label(self):
        labels = PAST.labels.copy()
        labels.loc[::2, RETURN] = np.nan
        labels.loc[1::2, VOLATILITY] = np.inf
        with pytest.raises(TooLittleData, match="0 usable rows"):
            fit_on(small_ensemble(), changed(PAST, labels=labels))

    @pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.learn)
    @pytest.mark.parametrize("value", [1.0, -1.0, 0.0, 1e300])
    def test_a_constant_target(self, target, value):
        labels = PAST.labels.assign(**{target.name: value})
        with pytest.raises(OneOutcome, match=f"{target.name}: all labels") as caught:
            fit_on(small_ensemble(), changed(PAST, labels=labels))
        assert caught.value.target == target.name

    @pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.learn)
    def test_one_class_only(self, target):
        labels = PAST.labels.assign(**{target.name: np.abs(PAST.labels[target.name]) + 1e-9})
        with pytest.raises(OneOutcome, match=target.name):
            fit_on(small_ensemble(), changed(PAST, labels=labels))

    def test_features_without_information(self):
        for features in (PAST.features * np.nan, PAST.features * 0.0, PAST.features[["%-f0"]]):
            with pytest.raises(PreprocessingError):
                fit_on(small_ensemble(), changed(PAST, features=features))

    def test_a_feature_that_is_mostly_missing_is_not_offered(self):
        features = PAST.features.copy()
        best = trained_ensemble().models_[VOLATILITY].trained_.feature_names[0]
        features.loc[:100, best] = np.nan
        found = fit_on(small_ensemble(), changed(PAST, features=features))
        assert best not in found.feature_names

    def test_an_unknown_member(self):
        ensemble = small_ensemble()
        ensemble.settings = ensemble.settings.model_copy(update={"members": ("forest",)})
        with pytest.raises(UnknownMember, match="'forest' is no member"):
            fit_on(ensemble, PAST)

    def test_a_record_that_could_never_suffice(self):
        with pytest.raises(TooLittleData, match=r"a record .* for intervals of 90%"):
            fit_on(small_ensemble(horizon=12, record_candles=50), PAST)


class Broken:
    """A member that fails where it is told to."""

    name, window = "lightgbm", 1

    def __init__(self, stage):
        self.stage = stage

    def fit(self, features, target, candles):
        if self.stage == "fit":
            raise MemoryError("no room")

    def score(self, features, candles):
        if self.stage == "score":
            raise RuntimeError("lost")
        return np.full(len(features), np.nan)


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ("fit", r"failed to fit: MemoryError\('no room'\)"),
        ("score", r"failed to score: RuntimeError\('lost'\)"),
        ("nan", "failed to score: its scores are not finite"),
    ],
)
def test_a_member_that_fails_is_named(monkeypatch, stage, message):
    make = member_group.make_member

    def some_broken(name, *arguments):
        return Broken(stage) if name == "lightgbm" else make(name, *arguments)

    monkeypatch.setattr(member_group, "make_member", some_broken)
    with pytest.raises(MemberFailed, match=f"member lightgbm {message}") as caught:
        fit_on(small_ensemble(), PAST)
    assert caught.value.member == "lightgbm"


class Sequence:
    """The mean of the first feature over four candles, NaN where one is not there."""

    name, window = "linear", 4

    def fit(self, features, target, candles):
        self.rows = len(features)

    def score(self, features, candles):
        padded = np.concatenate([np.zeros(3), features[:, 0]])
        means = np.add.reduce([padded[lag : lag + len(features)] for lag in range(4)]) / 4
        broken = candles - np.concatenate([np.full(3, -9), candles])[: len(candles)] != 3
        means[broken] = np.nan
        return means


@pytest.fixture(scope="module")
def with_sequence() -> Ensemble:
    make = member_group.make_member
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            member_group,
            "make_member",
            lambda name, *rest: Sequence() if name == "linear" else make(name, *rest),
        )
        return fit_on(small_ensemble(), PAST)


class TestSequenceMembers:
    def test_rows_before_the_one_asked_for_are_looked_at(self, with_sequence):
        assert with_sequence.window == 4
        whole = forecast_of(with_sequence, ROWS)
        for row in range(TRAINED, TRAINED + 30):
            one = forecast_of(with_sequence, ROWS.part(slice(row + 1 - ENOUGH, row + 1)))
            same_numbers(one, whole, at=slice(-1, None), of=slice(row, row + 1))

    def test_where_its_window_is_broken_the_others_make_up_for_it(self, with_sequence):
        forecasts = forecast_of(with_sequence, AHEAD)
        lacking = np.isnan(forecasts.targets[RETURN].scores[:, 0])
        assert 3 <= lacking.sum() < len(AHEAD)
        for forecast in forecasts.targets.values():
            assert np.isfinite(forecast.probability).all()
        only = with_sequence.models_[RETURN].subset(["linear"])
        probability = only.probability(forecasts.targets[RETURN].scores[:, [0]])
        np.testing.assert_array_equal(np.isnan(probability), lacking)

    def test_alone_it_leaves_rows_without_a_forecast(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(member_group, "make_member", lambda *_: Sequence())
            alone = fit_on(small_ensemble(members=("linear",)), PAST)
        forecasts = forecast_of(alone, AHEAD)
        lacking = np.isnan(forecasts.targets[VOLATILITY].probability)
        assert lacking.any()
        assert (forecasts.readiness[lacking] == Readiness.MISSING_FEATURES).all()
        assert (forecasts.targets[VOLATILITY].agreement[lacking] == 0.0).all()
