"""Which settings are tuned: legal, small, and with what is configured among them."""

from __future__ import annotations

import pytest
from optuna.distributions import CategoricalDistribution

from aurum_plugins.forecasting.members.catalogue import make_member, present
from aurum_plugins.forecasting.settings import MEMBERS, EnsembleSettings
from aurum_plugins.forecasting.tuning.candidate import Candidate, as_layer
from aurum_plugins.forecasting.tuning.search_space import PARTS, longest_days, search_space

USUAL = {
    "parts": PARTS,
    "targets": ("forward_return", "forward_volatility"),
    "horizon": 24,
    "n_features": 26,
    "offered": 150,
}
CONFIGURED = Candidate(365, EnsembleSettings(), {})


def test_every_bound_is_a_legal_value() -> None:
    for knob in search_space(CONFIGURED, **USUAL):
        choices = isinstance(knob.values, CategoricalDistribution)
        ends = knob.values.choices if choices else (knob.values.low, knob.values.high)
        for value in ends:
            tried = CONFIGURED.with_values({knob.name: value})
            for name, parameters in tried.parameters.items():
                make_member(name, "sign", 0, parameters)
            assert tried.train_days >= 1


def test_it_begins_with_what_is_configured() -> None:
    given = Candidate(
        100,
        EnsembleSettings(rows_per_horizon=20, n_features={"forward_return": 7}),
        {"xgboost": {"min_child_weight": 0.0}, "linear": {"penalty": 2.0}},
    )
    knobs = {knob.name: knob for knob in search_space(given, **USUAL)}
    assert knobs["freqai.train_period_days"].described == "50 to 150"
    assert knobs["aurum.ensemble.rows_per_horizon"].described == "2 to 20"
    assert knobs["aurum.ensemble.n_features.forward_return"].described == "13, 26, 52, all, 7"
    assert knobs["aurum.ensemble.n_features.forward_volatility"].configured == 26
    assert knobs["aurum.members.xgboost.min_child_weight"].described == "0 to 60"
    assert knobs["aurum.members.linear.penalty"].described == "0.005 to 2"
    values = {name: knob.configured for name, knob in knobs.items()}
    same = given.with_values(values)
    assert same.train_days == 100
    assert same.ensemble.n_features == {"forward_return": 7, "forward_volatility": 26}


def test_it_is_small() -> None:
    assert len(search_space(CONFIGURED, **USUAL)) <= 20


@pytest.mark.parametrize("part", MEMBERS)
def test_parts_are_tuned_alone(part: str) -> None:
    knobs = search_space(CONFIGURED, **{**USUAL, "parts": (part,)})
    assert bool(knobs) == bool(present([part]))
    layer = as_layer({knob.name: knob.configured for knob in knobs})
    assert set(layer.get("aurum", {}).get("members", {})) <= {part}


def test_members_that_the_ensemble_lacks_are_passed_over() -> None:
    only = Candidate(365, EnsembleSettings(members=("linear",)), {})
    names = [knob.name for knob in search_space(only, **{**USUAL, "parts": ("xgboost", "linear")})]
    assert names == ["aurum.members.linear.penalty"]


def test_few_features_and_short_horizons_bound_it() -> None:
    asked = {**USUAL, "offered": 20, "horizon": 1, "parts": ("training",), "n_features": "all"}
    one = Candidate(1, EnsembleSettings(rows_per_horizon=1, judgement_share=0.4), {})
    knobs = {knob.name: knob.described for knob in search_space(one, **asked)}
    assert knobs["aurum.ensemble.n_features.forward_return"] == "13, all"
    assert knobs["aurum.ensemble.rows_per_horizon"] == "1 to 1"
    assert knobs["aurum.ensemble.calibration_share"] == "0.1 to 0.2"
    assert knobs["freqai.train_period_days"] == "1 to 2"


def test_the_longest_window() -> None:
    assert longest_days(365) == 548
