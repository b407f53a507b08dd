from __future__ import annotations

import pytest

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.errors import ConfigurationError


@pytest.mark.parametrize(
    ("timeframe", "length"),
    [
        ("1s", 1_000),
        ("1m", 60_000),
        ("15m", 900_000),
        ("4h", 14_400_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
    ],
)
def test_the_length_of_a_candle(timeframe, length) -> None:
    assert candle_interval_ms(timeframe) == length


@pytest.mark.parametrize("timeframe", ["", "1M", "1y", "0m", "h", "5 m", "-5m"])
def test_a_timeframe_without_a_fixed_length_is_refused(timeframe) -> None:
    with pytest.raises(ConfigurationError, match="timeframe: must be one such as 5m"):
        candle_interval_ms(timeframe)
