from __future__ import annotations

import pytest
from pydantic import ValidationError

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.signals import PolicySettings


def given(**section: object) -> PolicySettings:
    return PolicySettings.from_config({"aurum": {"policy": section}})


def test_the_defaults():
    assert PolicySettings.from_config({}).model_dump() == {
        "forecasts": "bear",
        "smoothing_candles": 24,
        "enter_probability": 0.51,
        "leave_probability": 0.49,
        "weak_share": 0.5,
        "market_leader": "BTC/USDT",
        "regime_timeframe": "1d",
        "regime_candles": 100,
        "bear_entries": "forecast",
        "cost_bps": 25.0,
        "cost_multiple": 3.0,
    }


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        PolicySettings().forecasts = "off"


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("forecasts", "sometimes", "'off', 'bear' or 'always'"),
        ("forecasts", False, "'off', 'bear' or 'always'"),
        ("smoothing_candles", 0, "greater than or equal to 1"),
        ("smoothing_candles", 501, "less than or equal to 500"),
        ("smoothing_candles", 2.5, "valid integer"),
        ("enter_probability", 1.01, "less than or equal to 1"),
        ("enter_probability", float("nan"), "finite number"),
        ("leave_probability", -0.01, "greater than or equal to 0"),
        ("weak_share", 1.01, "less than or equal to 1"),
        ("market_leader", "BT", "at least 3 characters"),
        ("regime_timeframe", "1y", "match pattern"),
        ("regime_timeframe", "0d", "match pattern"),
        ("regime_timeframe", "d", "match pattern"),
        ("regime_candles", 1, "greater than or equal to 2"),
        ("regime_candles", 901, "less than or equal to 900"),
        ("bear_entries", "some", "'none', 'forecast' or 'all'"),
        ("cost_bps", -1, "greater than or equal to 0"),
        ("cost_bps", float("inf"), "finite number"),
        ("cost_multiple", 100.5, "less than or equal to 100"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(key, value, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        given(**{key: value})
    assert caught.value.key == f"aurum.policy.{key}"


def test_an_unknown_key_is_named():
    with pytest.raises(ConfigurationError, match="unknown setting; known are") as caught:
        given(enter_probabilty=0.5)
    assert caught.value.key == "aurum.policy.enter_probabilty"


@pytest.mark.parametrize("leave", [0.55, 0.6, 1.0])
def test_leaving_wants_a_lower_probability_than_entering(leave):
    rule = r"leave_probability must be below enter_probability, 0\.55"
    with pytest.raises(ConfigurationError, match=rule):
        given(enter_probability=0.55, leave_probability=leave)


@pytest.mark.parametrize(("enter", "leave"), [(0.55, 0.549), (0.55, 0.0), (0.0, 0.0), (1.0, 0.999)])
def test_a_lower_one_is_taken_and_none_always(enter, leave):
    settings = given(enter_probability=enter, leave_probability=leave)
    assert settings.leave_probability == leave


@pytest.mark.parametrize(
    ("forecasts", "bear_entries", "asks"),
    [
        ("off", "all", False),
        ("always", "all", False),
        ("bear", "all", True),
        ("off", "none", True),
        ("always", "forecast", True),
    ],
)
def test_the_market_is_asked_for_only_where_something_depends_on_it(forecasts, bear_entries, asks):
    assert given(forecasts=forecasts, bear_entries=bear_entries).asks_market is asks
