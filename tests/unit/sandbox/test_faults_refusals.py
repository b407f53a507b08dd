"""Refusals in each venue's own words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.faults.refusals import refusal

NOW_MS = 1_700_000_000_000


@pytest.mark.parametrize(
    ("rule", "route", "status", "words"),
    [
        ({"kind": "rate_limited"}, "binance.klines", 429, {"code": -1003}),
        ({"kind": "banned"}, "binance.klines", 418, {"code": -1003}),
        ({"kind": "server_error", "status": 503}, "binance.time", 503, {"code": -1000}),
        ({"kind": "server_error", "status": 504}, "binance.time", 504, {"code": -1007}),
        ({"kind": "rate_limited"}, "", 429, {"code": -1003}),
        ({"kind": "rate_limited"}, "kraken.ohlc", 200, {"error": ["EAPI:Rate limit exceeded"]}),
        ({"kind": "banned"}, "kraken.ohlc", 200, {"error": ["EGeneral:Temporary lockout"]}),
        ({"kind": "server_error"}, "kraken.ohlc", 503, {"error": ["EService:Unavailable"]}),
        ({"kind": "rate_limited"}, "coinbase.candles", 429, {"error": "rate_limit_exceeded"}),
        ({"kind": "banned"}, "coinbase.candles", 403, {"error": "PERMISSION_DENIED"}),
        ({"kind": "server_error"}, "coinbase.time", 503, {"error": "internal_server_error"}),
    ],
)
def test_words_of_each_venue(
    rule: dict[str, Any], route: str, status: int, words: dict[str, Any]
) -> None:
    [made] = FaultPlan.model_validate({"rules": [rule]}).rules
    response = refusal(made, route, NOW_MS)  # type: ignore[arg-type]
    assert response.status == status
    assert response.content_type == "application/json"
    body = json.loads(response.text or "")
    assert words.items() <= body.items()
    assert ("Retry-After" in response.headers) is (rule["kind"] != "server_error")


def test_a_ban_says_until_when() -> None:
    [rule] = FaultPlan.model_validate({"rules": [{"kind": "banned", "retry_after_s": 60}]}).rules
    response = refusal(rule, "binance.time", NOW_MS)  # type: ignore[arg-type]
    assert response.headers["Retry-After"] == "60"
    assert f"IP banned until {NOW_MS + 60_000}." in json.loads(response.text or "")["msg"]
