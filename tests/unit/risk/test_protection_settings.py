"""Parameters of the protections, and what of them freqtrade is handed."""

from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.protection_settings import (
    ConsecutiveLossesSettings,
    CooldownSettings,
    PairExpectancySettings,
    SentimentGuardSettings,
)

DAY = 24 * 60


def test_the_method_is_no_parameter() -> None:
    given = {"method": "AurumCooldown", "stop_duration": 30}
    assert CooldownSettings.of(given) == CooldownSettings.of({"stop_duration": 30})


def test_an_unknown_key_is_named_where_it_stands() -> None:
    with pytest.raises(ConfigurationError, match=r"protections\.AurumCooldown\.stop_durations"):
        CooldownSettings.of({"method": "AurumCooldown", "stop_durations": 30})


@pytest.mark.parametrize(
    "end", [{"stop_duration": 30}, {"stop_duration_candles": 6}, {"unlock_at": "08:00"}]
)
def test_freqtrade_gets_its_own_keys_alone_and_only_those_given(end) -> None:
    assert SentimentGuardSettings.of({**end, "floor": -0.5}).for_freqtrade() == end
    given = {**end, "lookback_period": 90}
    assert ConsecutiveLossesSettings.of({**given, "trade_limit": 4}).for_freqtrade() == given


@pytest.mark.parametrize(
    ("kind", "days"),
    [(CooldownSettings, 1), (ConsecutiveLossesSettings, 30), (PairExpectancySettings, 365)],
)
def test_each_looks_back_as_far_as_its_rule_needs_unless_told(kind, days) -> None:
    end = {"stop_duration_candles": 6}
    assert kind.of(end).for_freqtrade() == {**end, "lookback_period": days * DAY}
    in_candles = {**end, "lookback_period_candles": 48}
    assert kind.of(in_candles).for_freqtrade() == in_candles
