from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.preprocessing.candle_settings import CandleSettings


def test_the_defaults():
    settings = CandleSettings.from_config({})
    assert settings.largest_move == 10.0
    assert settings.longest_grid == 5_000_000


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"largest_move": 1}, r"aurum\.candles\.largest_move: .*greater than 1"),
        ({"largest_move": 2_000.0}, "less than or equal to 1000"),
        ({"largest_move": float("nan")}, r"aurum\.candles\.largest_move"),
        ({"longest_grid": 0}, r"aurum\.candles\.longest_grid"),
        ({"longest_grid": 10.5}, r"aurum\.candles\.longest_grid"),
        ({"largest": 5}, "unknown setting; known are largest_move, longest_grid"),
    ],
)
def test_what_breaks_a_rule_is_named(given, rule):
    with pytest.raises(ConfigurationError, match=rule):
        CandleSettings.from_config({"aurum": {"candles": given}})
