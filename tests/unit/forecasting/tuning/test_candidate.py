"""Settings in place of configured ones, and the layer of configuration that they make."""

from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.tuning.candidate import Candidate, as_layer

CONFIGURED = Candidate(
    train_days=365,
    ensemble=EnsembleSettings(
        members=("linear", "xgboost"), folds=3, n_features={"forward_return": "all"}
    ),
    parameters={"xgboost": {"max_depth": 3, "subsample": 0.5}},
)
VALUES = {
    "freqai.train_period_days": 200,
    "aurum.ensemble.rows_per_horizon": 2,
    "aurum.ensemble.n_features.forward_volatility": 13,
    "aurum.members.xgboost.max_depth": 1,
    "aurum.members.linear.penalty": 0.5,
}


def test_what_is_named_is_changed_and_nothing_else() -> None:
    tried = CONFIGURED.with_values(VALUES)
    assert tried.train_days == 200
    assert tried.ensemble == EnsembleSettings(
        members=("linear", "xgboost"),
        folds=3,
        rows_per_horizon=2,
        n_features={"forward_return": "all", "forward_volatility": 13},
    )
    assert tried.parameters == {
        "xgboost": {"max_depth": 1, "subsample": 0.5},
        "linear": {"penalty": 0.5},
    }
    assert CONFIGURED.parameters == {"xgboost": {"max_depth": 3, "subsample": 0.5}}
    assert CONFIGURED.with_values({}) == CONFIGURED


def test_the_layer_says_the_same_to_the_configuration() -> None:
    layer = as_layer(VALUES)
    assert EnsembleSettings.from_config(layer).rows_per_horizon == 2
    assert MembersSettings.from_config(layer).parameters == {
        "linear": {"penalty": 0.5},
        "xgboost": {"max_depth": 1},
    }
    assert layer["freqai"] == {"train_period_days": 200}
    assert as_layer({}) == {}


def test_a_value_out_of_range_is_named() -> None:
    with pytest.raises(ConfigurationError, match="rows_per_horizon"):
        CONFIGURED.with_values({"aurum.ensemble.rows_per_horizon": 0})
