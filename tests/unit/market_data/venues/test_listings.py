"""Which market answers for a pair."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.market_data.venue_settings import DOLLARS
from aurum_plugins.market_data.venues.listings import listing


def market(symbol: str, **other: Any) -> dict[str, Any]:
    base, quote = symbol.split("/")
    return {"symbol": symbol, "base": base, "quote": quote, "spot": True, "active": True} | other


def markets(*symbols: str) -> dict[str, dict[str, Any]]:
    return {symbol: market(symbol) for symbol in symbols}


@pytest.mark.parametrize(
    ("pair", "listed", "currencies", "symbol"),
    [
        # The preferred currency, in its order.
        ("BTC/USDT", ("BTC/USDT", "BTC/USD"), ("USD",), "BTC/USD"),
        ("BTC/USDT", ("BTC/USDT", "BTC/USDC"), ("USD", "USDC"), "BTC/USDC"),
        # Then the pair's own, then the other dollars.
        ("BTC/USDT", ("BTC/USD", "BTC/USDT"), (), "BTC/USDT"),
        ("BTC/USDC", ("BTC/USD", "BTC/USDT"), (), "BTC/USD"),
        ("BTC/USD", ("BTC/USDC",), ("USDT",), "BTC/USDC"),
        # A preference that is no dollar cannot be converted.
        ("BTC/USDT", ("BTC/EUR", "BTC/USD"), ("EUR",), "BTC/USD"),
        # Other currencies are not replaced.
        ("ETH/BTC", ("ETH/USD", "ETH/BTC"), ("USD",), "ETH/BTC"),
        ("ETH/EUR", ("ETH/USD", "ETH/USDT"), ("USD",), None),
        # Nor is what a dollar is worth.
        ("USDT/USD", ("USDT/USD", "USDT/USDC"), ("USDC",), "USDT/USD"),
        ("USDT/USD", ("USDT/USDC",), ("USDC",), None),
        ("USDC/USD", ("USDC/USDT",), (), None),
        # Nothing there.
        ("BNB/USDT", ("BTC/USDT",), ("USD",), None),
        ("BTC/USDT:USDT", ("BTC/USDT",), ("USD",), None),
        ("nonsense", (), ("USD",), None),
    ],
)
def test_choice(
    pair: str, listed: tuple[str, ...], currencies: tuple[str, ...], symbol: str | None
) -> None:
    assert listing(pair, markets(*listed), currencies) == symbol


@pytest.mark.parametrize("closed", [{"active": False}, {"spot": False}, {"spot": None}])
def test_markets_that_are_closed_or_not_spot_are_passed_over(closed: dict[str, Any]) -> None:
    found = {"BTC/USD": market("BTC/USD", **closed), "BTC/USDT": market("BTC/USDT")}
    assert listing("BTC/USDT", found, ("USD",)) == "BTC/USDT"


def test_a_market_may_leave_open_whether_it_is_active() -> None:
    assert listing("BTC/USD", {"BTC/USD": market("BTC/USD", active=None)}, ()) == "BTC/USD"


@given(
    st.sampled_from(["BTC", "ETH", "USDT", "USDC"]),
    st.sampled_from([*DOLLARS, "EUR", "BTC"]),
    st.sets(st.sampled_from([*DOLLARS, "EUR", "BTC"])),
    st.lists(st.sampled_from([*DOLLARS, "EUR", "BTC"])),
)
def test_only_dollars_stand_for_dollars(
    base: str, quote: str, listed: set[str], currencies: list[str]
) -> None:
    found = markets(*(f"{base}/{currency}" for currency in listed))
    symbol = listing(f"{base}/{quote}", found, currencies)
    may_differ = quote in DOLLARS and base not in DOLLARS
    usable = listed & set(DOLLARS) if may_differ else listed & {quote}
    assert (symbol is None) == (not usable)
    assert symbol is None or symbol.partition("/")[2] in usable
