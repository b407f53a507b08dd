from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
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
    same_numbers,
    small_ensemble,
)

from aurum_plugins.forecasting import Ensemble
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.errors import BadRows, NotFitted, PairLeftOut, TooLittleData
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.forecasting.universe_judgement import judge_universe

NAMES = [target.name for target in TARGETS]
A, B, C = "A/USDT", "B/USDT", "C/USDT"


def rows_of(pair: str) -> ForecastRows:
    return forecast_rows(seed=ord(pair[0]))


def table_of(rows: ForecastRows, **more) -> PairTable:
    """What is known when the candle after the last opens."""
    known = pd.Series(rows.candles + HORIZON <= rows.candles[-1])
    labels = rows.labels.where(known, axis=0)
    return PairTable.of(rows.features, labels, rows.candles, NAMES, **more)


def tables_of(*pairs: str) -> dict[str, PairTable]:
    return {pair: table_of(rows_of(pair).part(slice(TRAINED))) for pair in pairs}


def ahead_of(pair: str) -> ForecastRows:
    return rows_of(pair).part(slice(TRAINED, None))


@cache
def fitted() -> Universe:
    return Universe(small_ensemble()).fit(tables_of(A, B, C))


class TestWhatIsForecast:
    def test_every_pair_has_a_forecaster_with_a_record_of_its_own(self) -> None:
        universe = fitted()
        assert list(universe.pairs_) == [A, B, C]
        assert universe.left_out_ == {}
        for name in NAMES:
            models = [universe.of(pair).models_[name] for pair in (A, B, C)]
            assert len({id(model.trained_.serving) for model in models}) == 1
            assert len({id(model.outcomes_) for model in models}) == 3
            for pair, model in zip((A, B, C), models):
                assert np.isin(model.outcomes_.candles, rows_of(pair).candles).all()
                assert model.trained_.base_rate == pytest.approx(
                    (tables_of(pair)[pair].labels[name].iloc[:690] > 0).mean(), abs=0.02
                )

    def test_there_is_something_to_it(self) -> None:
        for pair in (A, B, C):
            ahead = ahead_of(pair)
            made = forecast_of(fitted().of(pair), ahead)
            assert made.ready.mean() > 0.5
            for name, least in ((RETURN, 0.6), (VOLATILITY, 0.7)):
                label = ahead.labels[name].to_numpy()
                known = made.ready & np.isfinite(label)
                right = (made.targets[name].probability > 0.5) == (label > 0)
                assert right[known].mean() > least

    def test_of_one_pair_it_is_the_ensemble_of_that_pair(self) -> None:
        alone = fit_on(small_ensemble(), rows_of(A).part(slice(TRAINED)))
        universe = Universe(small_ensemble()).fit(tables_of(A))
        same_numbers(forecast_of(universe.of(A), ahead_of(A)), forecast_of(alone, ahead_of(A)))

    def test_members_are_fitted_on_as_many_rows_as_for_one_pair(self) -> None:
        alone = fit_on(small_ensemble(), rows_of(A).part(slice(TRAINED)))
        for name in NAMES:
            one, many = (
                ensemble.models_[name].trained_.out_of_fold_target
                for ensemble in (alone, fitted().of(A))
            )
            assert len(many) == pytest.approx(len(one), rel=0.15)

    def test_it_is_pickled_whole(self) -> None:
        again = pickle.loads(pickle.dumps(fitted()))  # noqa: S301 - our own
        same_numbers(
            forecast_of(again.of(B), ahead_of(B)), forecast_of(fitted().of(B), ahead_of(B))
        )

    def test_parts_of_the_members_are_weighted_on_all_pairs(self) -> None:
        model = fitted().of(A).models_[RETURN]
        alone = model.subset(["linear"])
        assert alone.weights == {"linear": 1.0}
        assert len(alone.outcomes_.candles) == len(model.outcomes_.candles)
        other = fitted().of(B).models_[RETURN].subset(["linear"])
        scores = np.linspace(-1, 1, 5)[:, None]
        np.testing.assert_array_equal(alone.probability(scores), other.probability(scores))

    def test_features_may_have_names_of_each_pair(self) -> None:
        own = {f"%-f{column}": f"%-f{column}_{A}" for column in range(30)}
        tables = tables_of(A, B, C)
        tables[A] = replace(tables[A], own_names=own)
        universe = Universe(small_ensemble()).fit(tables)
        ahead = ahead_of(A)
        named = replace(ahead, features=ahead.features.rename(columns=own))
        same_numbers(forecast_of(universe.of(A), named), forecast_of(fitted().of(A), ahead))
        same_numbers(
            forecast_of(universe.of(B), ahead_of(B)), forecast_of(fitted().of(B), ahead_of(B))
        )
        assert judge_universe(universe, fitted(), tables).compared is not None


class TestTime:
    def test_the_order_of_pairs_changes_nothing(self) -> None:
        turned = Universe(small_ensemble()).fit(dict(reversed(tables_of(A, B, C).items())))
        for pair in (A, B, C):
            ahead = ahead_of(pair)
            same_numbers(forecast_of(turned.of(pair), ahead), forecast_of(fitted().of(pair), ahead))

    def test_what_a_pair_does_later_changes_nothing(self) -> None:
        """Labels that were not known at the end of the window are not looked at."""
        tables = tables_of(A, B, C)
        for pair, table in tables.items():
            last = table.candles + HORIZON > table.candles[-1]
            features = table.features.mask(pd.Series(last), 1e6, axis=0)
            tables[pair] = replace(table, features=features)
        changed = Universe(small_ensemble()).fit(tables)
        ahead = ahead_of(A)
        same_numbers(forecast_of(changed.of(A), ahead), forecast_of(fitted().of(A), ahead))

    def test_no_outcome_of_another_pair_leaks_into_what_is_held_out(self) -> None:
        """Three pairs whose labels are all but the same, and features that tell one's own label.

        Each label is noise, so nothing can be forecast. A row of another pair at the same candle,
        or within a horizon of it, would tell it: members fitted on one would be right.
        """
        rng = np.random.default_rng(5)
        rows = 1_500
        market = pd.Series(rng.normal(size=rows)).rolling(HORIZON).sum().shift(-HORIZON).to_numpy()
        tables = {}
        for pair in (A, B, C):
            # Nearly the same in every pair, and another at each candle: a tree finds the twins.
            clock = np.arange(rows)[:, None] + 0.2 * rng.normal(size=(rows, 8))
            features = pd.DataFrame(clock, columns=[f"%-f{n}" for n in range(8)])
            label = market + 0.01 * rng.normal(size=rows)
            labels = pd.DataFrame({RETURN: label, VOLATILITY: label})
            tables[pair] = PairTable.of(features, labels, 5_000 + np.arange(rows), NAMES)
        settings = {"members": ("random_forest",), "rows_per_horizon": 4}
        ensemble = small_ensemble(selected=8, **settings)
        ensemble.parameters = {
            "random_forest": {"max_depth": 15, "min_samples_leaf": 2, "max_samples": 1.0}
        }
        model = Universe(ensemble).fit(tables).of(A).models_[RETURN]
        trained = model.trained_
        for scores, target in (
            (trained.out_of_fold[:, 0], trained.out_of_fold_target),
            (trained.held_out.scores[:, 0], trained.held_out.target),
        ):
            assert len(target) > 300
            right = (scores > np.median(scores)) == (target > 0)
            assert abs(right.mean() - 0.5) < 0.1
        # A random split of the same rows does leak: the canary can sing.
        pooled = np.concatenate([table.features.to_numpy() for table in tables.values()])
        known = np.tile(market, 3)
        fitted_on = np.isfinite(known) & (rng.random(len(known)) < 0.5)
        tested = np.isfinite(known) & ~fitted_on
        order, members = np.arange(len(known)), model.recipe.members()
        every = np.ones(fitted_on.sum(), dtype=bool)
        members.fit(pooled[fitted_on], known[fitted_on], order[fitted_on], every)
        scores = members.score(pooled[tested], order[tested], np.arange(tested.sum()))[:, 0]
        assert ((scores > 0) == (known[tested] > 0)).mean() > 0.7


class TestWhoTakesPart:
    def test_a_pair_with_too_few_rows_is_left_out(self) -> None:
        tables = tables_of(A, B)
        tables[C] = table_of(rows_of(C).part(slice(500, TRAINED)))
        universe = Universe(small_ensemble()).fit(tables)
        assert list(universe.pairs_) == [A, B]
        assert "labelled rows, but 600 are needed" in universe.left_out_[C]
        with pytest.raises(PairLeftOut, match=f"does not know {C}: .*600 are needed") as raised:
            universe.of(C)
        assert raised.value.pair == C

    def test_so_is_one_that_went_away(self) -> None:
        tables = tables_of(A, B)
        tables[C] = table_of(rows_of(C).part(slice(700)))
        universe = Universe(small_ensemble()).fit(tables)
        assert universe.left_out_ == {
            C: "0 labelled rows in the judgement block, but 20 are needed"
        }
        same = Universe(small_ensemble()).fit(tables_of(A, B))
        ahead = ahead_of(A)
        same_numbers(forecast_of(universe.of(A), ahead), forecast_of(same.of(A), ahead))

    def test_one_that_was_never_there(self) -> None:
        with pytest.raises(PairLeftOut, match="it was not among the pairs of its training"):
            fitted().of("D/USDT")

    def test_nobody(self) -> None:
        with pytest.raises(TooLittleData, match="training window of every pair"):
            Universe(small_ensemble()).fit({A: table_of(rows_of(A).part(slice(300)))})
        with pytest.raises(TooLittleData, match="training window of every pair"):
            Universe(small_ensemble()).fit({})
        with pytest.raises(NotFitted):
            Universe(small_ensemble()).of(A)

    def test_other_features(self) -> None:
        tables = tables_of(A, B)
        tables[B] = replace(tables[B], features=tables[B].features.rename(columns={"%-f3": "x"}))
        with pytest.raises(BadRows, match=f"{B} has other features than other pairs"):
            Universe(small_ensemble()).fit(tables)


class TestJudgement:
    def test_all_pairs_are_judged_together(self) -> None:
        judgement = judge_universe(fitted(), None, tables_of(A, B, C))
        assert judgement.compared is None
        blocks = [fitted().of(pair).judgement_candles_ for pair in (A, B, C)]
        for judged in judgement.judged:
            assert 0.7 * sum(map(len, blocks)) < judged.rows <= sum(map(len, blocks))
            # Pairs at one candle are one event.
            assert judged.effective_rows <= len(np.unique(np.concatenate(blocks))) / HORIZON

    def test_a_champion_that_does_not_know_a_pair_is_compared_on_the_others(self) -> None:
        champion = Universe(small_ensemble()).fit(tables_of(A, B))
        judgement = judge_universe(fitted(), champion, tables_of(A, B, C))
        assert [compared.target for compared in judgement.compared] == NAMES
        known = judge_universe(fitted(), fitted(), tables_of(A, B, C))
        for compared, same in zip(judgement.compared, known.compared):
            assert 0 < compared.rows <= same.rows
            assert same.challenger == same.champion
            assert same.standard_error == 0

    def test_one_that_knows_none(self) -> None:
        champion = Universe(small_ensemble()).fit(tables_of("D/USDT", "E/USDT"))
        judgement = judge_universe(fitted(), champion, tables_of(A, B, C))
        assert judgement.compared == ()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"candles": np.array([1, 3, 2])}, "candles must rise"),
        ({"candles": np.array([1, 2])}, "must be as many, got 3, 3 and 2"),
        ({"labels": pd.DataFrame({"x": [1.0] * 3})}, "no column of labels is called &-forward"),
    ],
)
def test_rows_that_make_no_sense(change, text) -> None:
    given = {
        "features": pd.DataFrame({"%-a": [1.0] * 3}),
        "labels": pd.DataFrame(dict.fromkeys(NAMES, [1.0] * 3)),
        "candles": np.array([1, 2, 3]),
        **change,
    }
    with pytest.raises(BadRows, match=text):
        PairTable.of(**given, targets=NAMES)


def test_drift_windows_are_those_of_held_out_rows() -> None:
    inputs = fitted().of(A).models_[RETURN].trained_.inputs
    assert inputs.window == DriftSettings(loss_candles=60, input_candles=50).input_candles
    assert np.isfinite(inputs.largest_).all()
    assert isinstance(fitted().of(A), Ensemble)
