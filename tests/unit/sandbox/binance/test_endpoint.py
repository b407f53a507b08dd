"""What holds for every endpoint: limits, headers, keys, clocks, signatures."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from aurum_plugins.sandbox.binance import BinanceError, sign
from aurum_plugins.sandbox.binance.refusals import as_binance
from aurum_plugins.sandbox.binance.routes import ENDPOINTS
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.matching import Flaw, InvalidRequest

Desk = Any
KEY, SECRET = "the-api-key", "the-secret"
BAD_KEY = "Invalid API-key, IP, or permissions for action."


def test_every_route_has_a_name_of_its_own() -> None:
    names = [endpoint.name for endpoint in ENDPOINTS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("binance.") for name in names)


def test_headers_tell_the_used_weight(desk: Desk) -> None:
    desk.get("ping")
    reply = desk.get("klines", symbol="AAAUSDT", interval="1m")
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == reply.headers["X-MBX-USED-WEIGHT"] == "3"
    assert reply.headers["Content-Type"] == "application/json;charset=UTF-8"
    refused = desk.get("klines", symbol="NOPE", interval="1m")
    assert refused.headers["X-MBX-USED-WEIGHT-1M"] == "5"


def test_unreadable_requests_weigh_too(desk: Desk) -> None:
    reply = desk.send("GET", "/api/v3/ping", "a=1&a=2")
    assert reply.error == (400, -1101, "Duplicate values for a parameter detected.")
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == "1"


def test_too_many_requests(desk: Desk) -> None:
    desk.limits.request_weight = 3
    assert desk.get("klines", symbol="AAAUSDT", interval="1m").status == 200
    reply = desk.get("klines", symbol="AAAUSDT", interval="1m")
    status, code, _ = reply.error
    assert (status, code) == (429, -1003)
    assert reply.headers["Retry-After"] == "48"
    for _ in range(10):
        last = desk.get("ping")
    assert last.error[:2] == (418, -1003)
    assert last.headers["Retry-After"] == "120"
    assert desk.signed("GET", "/sapi/v1/asset/tradeFee").error[:2] == (418, -1003)


def test_unexpected_parameters(desk: Desk) -> None:
    message = "Not all sent parameters were read; read '0' parameter(s) but was sent '1'."
    assert desk.get("ping", x=1).error == (400, -1104, message)
    assert desk.signed("GET", "account", x=1).error[1] == -1104
    assert desk.signed("GET", "/sapi/v1/asset/tradeFee", x=1).status == 200


def test_key(desk: Desk) -> None:
    def error(headers: dict[str, str]) -> tuple[int, int, str]:
        return desk.send("GET", "/api/v3/account", "timestamp=1&signature=x", "", headers).error

    assert error({}) == (401, -2014, "API-key format invalid.")
    assert error({"X-MBX-APIKEY": "what key?"}) == (401, -2014, "API-key format invalid.")
    assert error({"X-MBX-APIKEY": "unknown"}) == (401, -2015, BAD_KEY)


def test_signature_parameter(desk: Desk) -> None:
    headers = {"X-MBX-APIKEY": KEY}
    sent = f"timestamp={desk.now}"
    reply = desk.send("GET", "/api/v3/account", sent, "", headers)
    assert reply.error == (
        400,
        -1102,
        "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    )
    reply = desk.send("GET", "/api/v3/account", f"{sent}&signature={'0' * 64}", "", headers)
    assert reply.error == (400, -1022, "Signature for this request is not valid.")


def test_mixed_query_and_body(desk: Desk) -> None:
    query = "symbol=AAAUSDT&side=BUY"
    body = f"type=MARKET&quantity=1&timestamp={desk.now}"
    body += f"&signature={sign(SECRET, query + body)}"
    reply = desk.send("POST", "/api/v3/order", query, body, {"X-MBX-APIKEY": KEY})
    assert (reply.status, reply.json["status"]) == (200, "FILLED")


AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."
OUTSIDE = "Timestamp for this request is outside of the recvWindow."


@pytest.mark.parametrize(
    ("age_ms", "window", "message"),
    [
        (0, None, None),
        (-999, None, None),
        (-1_000, None, AHEAD),
        (5_000, None, None),
        (5_001, None, OUTSIDE),
        (5_001, 6_000, None),
        (101, 100, OUTSIDE),
        (60_000, 60_000, None),
    ],
)
def test_timestamps(desk: Desk, age_ms: int, window: int | None, message: str | None) -> None:
    sent = {"timestamp": desk.now - age_ms}
    if window is not None:
        sent["recvWindow"] = window
    reply = desk.signed("GET", "account", **sent)
    if message is None:
        assert reply.status == 200
    else:
        assert reply.error == (400, -1021, message)


def test_longest_window_and_missing_timestamp(desk: Desk) -> None:
    reply = desk.signed("GET", "account", recvWindow=60_001)
    assert reply.error == (400, -1131, "recvWindow must be less than 60000")
    query = urlencode({"signature": sign(SECRET, "")})
    reply = desk.send("GET", "/api/v3/account", query, "", {"X-MBX-APIKEY": KEY})
    assert reply.error[1] == -1102
    assert "'timestamp'" in reply.error[2]


def test_skewed_clock_refuses_honest_timestamps(desk: Desk) -> None:
    desk.faults = ActiveFaults(clock_skew_ms=5_001)
    assert desk.signed("GET", "account").error == (400, -1021, OUTSIDE)
    desk.faults = ActiveFaults(clock_skew_ms=-1_000)
    assert desk.signed("GET", "account").error == (400, -1021, AHEAD)


def test_bytes_that_are_no_text_are_refused_not_crashed(desk: Desk) -> None:
    reply = desk.send("POST", "/api/v3/order", "symbol=\udcff", "", {"X-MBX-APIKEY": KEY})
    assert reply.status == 400


def test_error_carries_its_data() -> None:
    error = BinanceError(-1003, "Too many.", status=418, retry_after_s=9)
    assert (error.code, error.message, error.status, error.retry_after_s) == (
        *(-1003, "Too many.", 418, 9),
    )
    assert str(error) == "-1003: Too many."
    assert error.body == b'{"code":-1003,"msg":"Too many."}'
    assert BinanceError(-1003, "").status == 429
    assert BinanceError(-9999, "").status == 400


@pytest.mark.parametrize(
    ("flaw", "code"),
    [(Flaw.MISSING, -1102), (Flaw.NOT_REQUIRED, -1106), (Flaw.NOT_POSITIVE, -1013)],
)
def test_flaws_of_a_request(flaw: Flaw, code: int) -> None:
    assert as_binance(InvalidRequest("price", flaw, "")).code == code
