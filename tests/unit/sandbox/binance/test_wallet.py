from __future__ import annotations

from typing import Any

import pytest

Desk = Any


def test_system_status_needs_no_key(desk: Desk) -> None:
    reply = desk.send("GET", "/sapi/v1/system/status")
    assert reply.json == {"status": 0, "msg": "normal"}


def test_coins(desk: Desk) -> None:
    coins = {row["coin"]: row for row in desk.signed("GET", "/sapi/v1/capital/config/getall").json}
    assert sorted(coins) == ["AAA", "BBB", "BNB", "USDT"]
    assert coins["AAA"]["free"] == "50.00000000"
    assert coins["AAA"]["networkList"] == []


def test_trade_fees(desk: Desk) -> None:
    every = desk.signed("GET", "/sapi/v1/asset/tradeFee").json
    one = desk.signed("GET", "/sapi/v1/asset/tradeFee", symbol="BBBUSDT").json
    assert len(every) == 3
    assert one == [{"symbol": "BBBUSDT", "makerCommission": "0.001", "takerCommission": "0.001"}]
    assert one[0] in every


def test_user_assets(desk: Desk) -> None:
    held = desk.signed("POST", "/sapi/v3/asset/getUserAsset").json
    assert [row["asset"] for row in held] == ["AAA", "USDT"]
    one = desk.signed("POST", "/sapi/v3/asset/getUserAsset", asset="AAA").json
    assert [row["free"] for row in one] == ["50.00000000"]


def test_account_states(desk: Desk) -> None:
    assert desk.signed("GET", "/sapi/v1/account/status").json == {"data": "Normal"}
    assert not desk.signed("GET", "/sapi/v1/account/apiTradingStatus").json["data"]["isLocked"]
    rights = desk.signed("GET", "/sapi/v1/account/apiRestrictions").json
    assert rights["enableSpotAndMarginTrading"] is True
    assert rights["enableWithdrawals"] is False
    assert desk.signed("GET", "/sapi/v1/bnbBurn").json["spotBNBBurn"] is False


@pytest.mark.parametrize(
    "path",
    [
        "spot/delist-schedule",
        "margin/allPairs",
        "margin/isolated/allPairs",
        "margin/allAssets",
        "capital/deposit/hisrec",
        "capital/withdraw/history",
    ],
)
def test_what_does_not_exist_is_an_empty_list(desk: Desk, path: str) -> None:
    assert desk.signed("GET", f"/sapi/v1/{path}").json == []


def test_funds_never_leave(desk: Desk) -> None:
    reply = desk.signed("POST", "/sapi/v1/capital/withdraw/apply", coin="USDT", amount="1")
    assert reply.error == (400, -1020, "This operation is not supported.")


def test_wallet_weighs_nothing(desk: Desk) -> None:
    reply = desk.signed("GET", "/sapi/v1/asset/tradeFee")
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == "0"
