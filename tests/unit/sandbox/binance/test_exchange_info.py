from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox.matching import describe

Desk = Any


def symbols(answer: Any) -> list[str]:
    return [row["symbol"] for row in answer.json["symbols"]]


def test_everything(desk: Desk) -> None:
    answer = desk.get("exchangeInfo").json
    assert answer["serverTime"] == desk.now
    assert answer["timezone"] == "UTC"
    assert answer["rateLimits"] == desk.limits.describe()
    assert [row["symbol"] for row in answer["symbols"]] == ["AAAUSDT", "BBBUSDT", "BNBUSDT"]
    row = answer["symbols"][0]
    assert row["filters"] == describe(desk.market.instrument("AAAUSDT"))
    assert (row["status"], row["baseAsset"], row["quoteAsset"]) == ("TRADING", "AAA", "USDT")
    assert "STOP_LOSS_LIMIT" in row["orderTypes"]
    assert row["permissionSets"] == [["SPOT"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"symbol": "BBBUSDT"}, ["BBBUSDT"]),
        ({"symbols": '["BNBUSDT","AAAUSDT"]'}, ["BNBUSDT", "AAAUSDT"]),
        ({"permissions": "SPOT"}, ["AAAUSDT", "BBBUSDT", "BNBUSDT"]),
        ({"permissions": '["MARGIN","SPOT"]'}, ["AAAUSDT", "BBBUSDT", "BNBUSDT"]),
        ({"permissions": "MARGIN"}, []),
        ({"permissions": '["MARGIN"]'}, []),
        ({"symbolStatus": "TRADING"}, ["AAAUSDT", "BBBUSDT", "BNBUSDT"]),
        ({"symbolStatus": "HALT"}, []),
    ],
)
def test_selections(desk: Desk, asked: dict[str, object], expected: list[str]) -> None:
    assert symbols(desk.get("exchangeInfo", **asked)) == expected


def test_refusals(desk: Desk) -> None:
    assert desk.get("exchangeInfo", symbol="NOPE").error == (400, -1121, "Invalid symbol.")
    assert desk.get("exchangeInfo", symbol="AAAUSDT", permissions="SPOT").error[1] == -1128


def test_halt_when_the_tape_has_run_out(desk: Desk) -> None:
    desk.clock.advance(3 * DAY_MS)
    assert desk.get("exchangeInfo", symbol="AAAUSDT").json["symbols"][0]["status"] == "HALT"
