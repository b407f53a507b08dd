from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import pytest

from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.parameters import SYMBOL, Parameters


class Size(StrEnum):
    SMALL = "SMALL"


def refused(query: str, read: Callable[[Parameters], object]) -> tuple[int, str]:
    with pytest.raises(BinanceError) as caught:
        read(Parameters(query))
    return caught.value.code, caught.value.message


def test_query_wins_over_body() -> None:
    sent = Parameters("a=1", "a=2&b=3")
    assert (sent.text("a"), sent.text("b"), sent.text("c")) == ("1", "3", None)


def test_repeated_name() -> None:
    with pytest.raises(BinanceError, match="-1101: Duplicate values"):
        Parameters("a=1&a=2")


def test_unread_parameters() -> None:
    message = "Not all sent parameters were read; read '2' parameter(s) but was sent '3'."
    assert refused("a=1&b=2&c=3", lambda sent: sent.expect({"a", "b", "z"})) == (-1104, message)
    Parameters("a=1").expect({"a"})


def test_values_as_they_should_be() -> None:
    sent = Parameters(
        'symbol=BTCUSDT&symbols=["A","B"]&limit=7&quantity=1.50000000000&flag=TRUE&size=SMALL'
    )
    assert sent.symbol() == "BTCUSDT"
    assert sent.symbols() == ("A", "B")
    assert sent.integer("limit") == 7
    assert sent.decimal("quantity") == Decimal("1.5")
    assert sent.flag("flag") is True
    assert sent.choice("size", Size, -1, "") is Size.SMALL
    assert sent.required_choice("size", Size, -1, "") is Size.SMALL
    assert sent.is_legal("symbol", SYMBOL)


def test_values_not_sent() -> None:
    sent = Parameters("")
    assert sent.symbols() is None
    assert sent.integer("a") is None
    assert sent.decimal("a") is None
    assert sent.choice("a", Size, -1, "") is None
    assert sent.flag("a") is False
    assert sent.flag("a", default=True) is True
    assert sent.raw("a") == ""
    assert not sent.is_legal("a", SYMBOL)


@pytest.mark.parametrize(
    ("sent", "expected"), [("", 500), ("limit=1", 1), ("limit=1000", 1000), ("limit=5000", 1000)]
)
def test_limit(sent: str, expected: int) -> None:
    assert Parameters(sent).limit(500, 1000) == expected


MANDATORY = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
ILLEGAL = "Illegal characters found in parameter '{}'; legal range is '{}'."
NUMBER = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"


@pytest.mark.parametrize(
    ("query", "read", "code", "message"),
    [
        ("", lambda s: s.symbol(), -1102, MANDATORY.format("symbol")),
        ("symbol=", lambda s: s.symbol(), -1102, MANDATORY.format("symbol")),
        ("symbol=btcusdt", lambda s: s.symbol(), -1100, ILLEGAL.format("symbol", SYMBOL)),
        ("symbol=BTC%0A", lambda s: s.symbol(), -1100, ILLEGAL.format("symbol", SYMBOL)),
        ("a=", lambda s: s.text("a"), -1105, "Parameter 'a' was empty."),
        ("a=-1", lambda s: s.integer("a"), -1100, ILLEGAL.format("a", "^[0-9]{1,20}$")),
        ("a=9223372036854775808", lambda s: s.integer("a"), -1108, "Parameter 'a' overflowed."),
        (
            "limit=0",
            lambda s: s.limit(1, 2),
            -1130,
            "Data sent for parameter 'limit' is not valid.",
        ),
        ("a=1e5", lambda s: s.decimal("a"), -1100, ILLEGAL.format("a", NUMBER)),
        ("a=NaN", lambda s: s.decimal("a"), -1100, ILLEGAL.format("a", NUMBER)),
        (
            "a=0.123456789",
            lambda s: s.decimal("a"),
            -1111,
            "Parameter 'a' has too much precision.",
        ),
        ("quantity=0.0", lambda s: s.decimal("quantity"), -1013, "Invalid quantity."),
        ("a=BIG", lambda s: s.choice("a", Size, -1116, "Invalid size."), -1116, "Invalid size."),
        ("", lambda s: s.required_choice("a", Size, -1, ""), -1102, MANDATORY.format("a")),
        ("a=yes", lambda s: s.flag("a"), -1130, "Data sent for parameter 'a' is not valid."),
        (
            "symbols=A",
            lambda s: s.symbols(),
            -1135,
            "JSON sent for parameter 'symbols' is not valid",
        ),
        (
            "symbols=[]",
            lambda s: s.symbols(),
            -1135,
            "JSON sent for parameter 'symbols' is not valid",
        ),
        ("symbols=[1]", lambda s: s.symbols(), -1100, ILLEGAL.format("symbols", SYMBOL)),
        ('symbols=["a"]', lambda s: s.symbols(), -1100, ILLEGAL.format("symbols", SYMBOL)),
    ],
)
def test_refusals(
    query: str, read: Callable[[Parameters], object], code: int, message: str
) -> None:
    assert refused(query, read) == (code, message)
