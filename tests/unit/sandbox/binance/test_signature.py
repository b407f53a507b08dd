from __future__ import annotations

import pytest

from aurum_plugins.sandbox.binance.signature import is_signed, sign, signed_payload

# The worked examples of Binance's documentation.
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
ALL = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
    "&timestamp=1499827319559"
)
WHOLE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
MIXED = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        (f"{ALL}&signature={WHOLE}", "", WHOLE),
        ("", f"{ALL}&signature={WHOLE}", WHOLE),
        (ALL.partition("&quantity")[0], f"quantity{ALL.partition('&quantity')[2]}", MIXED),
    ],
)
def test_documented_examples(query: str, body: str, signature: str) -> None:
    payload = signed_payload(query, body)
    assert sign(SECRET, payload) == signature
    assert is_signed(SECRET, payload, signature)
    assert is_signed(SECRET, payload, signature.upper())


def test_signature_may_stand_anywhere() -> None:
    assert signed_payload("a=1&signature=x&b=2", "c=3") == "a=1&b=2c=3"


def test_parameters_that_resemble_the_signature_are_covered() -> None:
    assert signed_payload("signatures=1", "mysignature=2") == "signatures=1mysignature=2"


@pytest.mark.parametrize("signature", ["", "0" * 64, "ü" * 64, "\udcff"])
def test_wrong_signatures(signature: str) -> None:
    assert not is_signed(SECRET, ALL, signature)


def test_undecodable_payload_is_signed_as_received() -> None:
    assert is_signed("s", "a=\udcff", sign("s", "a=\udcff"))
