"""A setting that is tuned: the configured value is always among those that are tried."""

from __future__ import annotations

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from aurum_plugins.forecasting.tuning.knob import Knob


@pytest.mark.parametrize(
    ("knob", "values"),
    [
        (Knob.whole("a", 5, 3, 8), IntDistribution(3, 8)),
        (Knob.whole("a", 12, 3, 8, log=True), IntDistribution(3, 12, log=True)),
        (Knob.whole("a", 0, 3, 8, log=True), IntDistribution(0, 8)),
        (Knob.real("a", 1, 2.0, 8.0), FloatDistribution(1.0, 8.0)),
        (Knob.real("a", 4.0, 2.0, 8.0, log=True), FloatDistribution(2.0, 8.0, log=True)),
        (Knob.real("a", 0.0, 2.0, 8.0, log=True), FloatDistribution(0.0, 8.0)),
        (Knob.choice("a", 26, (13, 26, "all")), CategoricalDistribution((13, 26, "all"))),
        (Knob.choice("a", 7, (13, "all")), CategoricalDistribution((13, "all", 7))),
    ],
)
def test_the_range_holds_the_configured_value(knob: Knob, values) -> None:
    assert knob.values == values
    assert values._contains(values.to_internal_repr(knob.configured))


def test_what_is_tried_is_said_in_words() -> None:
    assert Knob.whole("a", 5, 3, 8).described == "3 to 8"
    assert Knob.real("a", 0.05, 0.01, 1.0, log=True).described == "0.01 to 1"
    assert Knob.choice("a", 26, (13, "all")).described == "13, all, 26"
