"""Fault plans: what is legal, and what is said about the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.faults import FaultPlan, load_plan

CONFIGS = Path(__file__).parents[3] / "configs" / "faults"

MINIMAL: dict[str, dict[str, Any]] = {
    "reset_before": {},
    "reset_after": {},
    "latency": {"delay_ms": 1},
    "server_error": {},
    "rate_limited": {},
    "banned": {},
    "malformed_json": {},
    "truncated_body": {},
    "dark": {},
    "stale_candles": {"lag_s": 1},
    "gapped_candles": {"newest": 1},
    "nan_candles": {"fraction": 0.5},
    "zero_volume_candles": {"newest": 1},
    "wrong_timestamps": {"shift_ms": -1},
    "clock_skew": {"skew_ms": -5000},
    "lying_price": {"factor": 1.01},
    "partial_fill": {"liquidity": 0.5},
    "reject_order": {},
}


def plan_of(**rule: Any) -> FaultPlan:
    return FaultPlan.model_validate({"rules": [rule]})


@pytest.mark.parametrize("kind", MINIMAL)
def test_every_kind_survives_a_round_trip(kind: str) -> None:
    plan = plan_of(kind=kind, **MINIMAL[kind])
    assert plan.rules[0].kind == kind
    assert FaultPlan.model_validate_json(plan.model_dump_json()) == plan


def test_shipped_plans_are_valid_and_show_every_kind() -> None:
    plans = [load_plan(path) for path in sorted(CONFIGS.glob("*.json"))]
    assert len(plans) >= 2
    assert {rule.kind for plan in plans for rule in plan.rules} == set(MINIMAL)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"kind": "meteor"}, "does not match any of the expected tags"),
        ({"kind": "latency"}, r"delay_ms\n  Field required"),
        ({"kind": "reset_before", "delay_ms": 1}, "Extra inputs are not permitted"),
        ({"kind": "reset_before", "probability": 1.1}, "less than or equal to 1"),
        ({"kind": "reset_before", "probability": float("nan")}, "finite number"),
        ({"kind": "reset_before", "every": 0}, "greater than or equal to 1"),
        ({"kind": "reset_before", "count": 0}, "greater than or equal to 1"),
        ({"kind": "reset_before", "route": ""}, "at least 1 character"),
        (
            {"kind": "reset_before", "after_s": 5, "until_s": 5},
            "until_s must be greater than after_s=5, got 5",
        ),
        ({"kind": "server_error", "status": 499}, "greater than or equal to 500"),
        ({"kind": "server_error", "when": "during"}, "'before' or 'after'"),
        ({"kind": "partial_fill", "liquidity": 0}, "greater than 0"),
        ({"kind": "partial_fill", "liquidity": 1.5}, "less than or equal to 1"),
        ({"kind": "lying_price", "factor": 0}, "greater than 0"),
        ({"kind": "stale_candles", "lag_s": 0}, "greater than 0"),
        ({"kind": "wrong_timestamps", "shift_ms": 0}, "shift_ms must not be 0, got 0"),
        (
            {"kind": "gapped_candles"},
            "fraction, newest or both must be greater than 0, got neither",
        ),
    ],
)
def test_an_illegal_rule_is_refused_with_its_reason(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        plan_of(**rule)


def test_unknown_keys_of_a_plan_are_refused_and_plans_are_frozen() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        FaultPlan.model_validate({"rulez": []})
    with pytest.raises(ValidationError, match="frozen"):
        FaultPlan().seed = 3  # type: ignore[misc]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    with pytest.raises(ConfigurationError, match="No such file or directory") as caught:
        load_plan(path)
    assert caught.value.key == "faults file"
    assert caught.value.value == str(path)


@pytest.mark.parametrize("text", [b"", b'{"seed": 1, "rul', b"\xff\xfe{}", b"[" + b"1," * 500])
def test_a_torn_file_is_one_short_sentence(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "torn.json"
    path.write_bytes(text)
    with pytest.raises(ConfigurationError, match="Invalid JSON") as caught:
        load_plan(path)
    assert caught.value.key == str(path)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_an_invalid_rule_in_a_file_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    rules = [{"kind": "dark", "hang_s": -1}, {"kind": "dark", "every": 0}]
    path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match="greater than or equal to 0; and 1 more"
    ) as caught:
        load_plan(path)
    assert caught.value.key == f"{path}: rules.0.dark.hang_s"
    assert caught.value.value == -1


def test_a_rule_of_our_own_is_told_without_a_prefix(tmp_path: Path) -> None:
    path = tmp_path / "empty_window.json"
    path.write_text(json.dumps({"rules": [{"kind": "dark", "after_s": 2, "until_s": 1}]}))
    with pytest.raises(ConfigurationError, match=r"dark: until_s must be greater"):
        load_plan(path)
