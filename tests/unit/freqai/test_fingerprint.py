"""A name for what features and labels are: the same while it is, another when it changes."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from typing import Any

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai import fingerprint as module
from aurum_plugins.freqai.fingerprint import fingerprint

PRINT = """
import json, sys
from aurum_plugins.freqai.fingerprint import fingerprint
print(fingerprint(json.loads(sys.argv[1])))
"""
CONFIG: dict[str, Any] = {
    "freqai": {
        "identifier": "one",
        "feature_parameters": {
            "include_timeframes": ["1h"],
            "include_corr_pairlist": ["BTC/USDT", "ETH/USDT"],
            "indicator_periods_candles": [14, 50],
            "label_period_candles": 24,
        },
    },
    "aurum": {"features": {"exclude": ["rsi"]}, "targets": {"volatility_candles": 100}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    *way, last = path.split(".")
    section = config
    for name in way:
        section = section.setdefault(name, {})
    section[last] = value
    return config


def test_it_is_sixteen_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(CONFIG))
    assert re.fullmatch("[0-9a-f]{16}", fingerprint({}))


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_it_is_the_same_in_every_process(monkeypatch, seed) -> None:
    # Sets and texts have another order, and another hash, for each seed.
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    done = subprocess.run(
        [sys.executable, "-c", PRINT, json.dumps(CONFIG)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == [fingerprint(CONFIG)]


def test_the_order_of_the_keys_does_not_matter() -> None:
    def turned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: turned(value[key]) for key in reversed(value)}

    assert list(turned(CONFIG)) != list(CONFIG)
    assert fingerprint(turned(CONFIG)) == fingerprint(CONFIG)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("aurum.features.market_pairs", ["BTC/USDT", "SOL/USDT"]),
        ("aurum.features.market_pairs", ["ETH/USDT", "BTC/USDT"]),
        ("aurum.features.market_periods", [24, 48]),
        ("aurum.features.exclude", ["macd"]),
        ("aurum.features.largest_absent_share", 0.2),
        ("aurum.targets.volatility_candles", 101),
        ("aurum.targets.include", ["forward_return"]),
        ("aurum.candles.largest_move", 3.0),
        ("aurum.preprocessing.n_features", 12),
        ("aurum.preprocessing.min_column_completeness", 0.5),
        ("freqai.feature_parameters.label_period_candles", 12),
        ("freqai.feature_parameters.indicator_periods_candles", [14]),
        ("freqai.feature_parameters.include_timeframes", ["1h", "4h"]),
        ("freqai.feature_parameters.include_corr_pairlist", ["BTC/USDT", "SOL/USDT"]),
        ("freqai.feature_parameters.DI_threshold", 0.9),
    ],
)
def test_another_feature_or_label_has_another(path, value) -> None:
    assert fingerprint(changed(path, value)) != fingerprint(CONFIG)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("aurum.breakout", {"entry_candles": 12}),
        ("aurum.promotion", {"tolerance": 2}),
        ("aurum.policy", {"enter_probability": 0.6}),
        ("aurum.risk", {"volatility_target": 0.2}),
        ("aurum.checks", {"collar_bps": 50}),
        ("aurum.database", {"url": "sqlite:///other.sqlite"}),
        ("freqai.identifier", "two"),
        ("freqai.live_retrain_hours", 4),
        ("exchange.pair_whitelist", ["SOL/USDT"]),
        ("runmode", "live"),
        # What is a default is the same whether it is written or not.
        ("aurum.features.market_periods", [24]),
        ("aurum.features.market_pairs", ["BTC/USDT", "ETH/USDT"]),
        ("aurum.targets.horizon_candles", 24),
        ("aurum.preprocessing.clip_width", 8),
    ],
)
def test_what_changes_no_feature_and_no_label_changes_nothing(path, value) -> None:
    assert fingerprint(changed(path, value)) == fingerprint(CONFIG)


def test_the_half_life_of_the_mood_matters_to_who_uses_it() -> None:
    slow = {"mood": {"half_life_minutes": 720.0}}

    def named(**aurum: object) -> str:
        return fingerprint({"aurum": aurum})

    using = {"sentiment": True}
    assert named(features=using) != named(features=using, sentiment=slow)
    assert named() == named(sentiment=slow)


def test_another_version_of_ours_has_another(monkeypatch) -> None:
    before = fingerprint(CONFIG)
    monkeypatch.setattr(module, "version", lambda name: f"{name} 99.0")
    assert fingerprint(CONFIG) != before


def test_the_configuration_is_left_alone() -> None:
    config = copy.deepcopy(CONFIG)
    fingerprint(config)
    assert config == CONFIG


def test_a_wrong_setting_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match=r"^aurum\.preprocessing\.clip_width: "):
        fingerprint(changed("aurum.preprocessing.clip_width", 0))
