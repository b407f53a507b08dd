"""Tickers as quotes."""

from __future__ import annotations

import math
from typing import Any

import pytest

from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venues.ticker_quotes import ticker_quote

ASKED = 1_700_000_000_000
FULL = {"bid": 99.0, "ask": 101.0, "last": 100.5, "quoteVolume": 5e6, "timestamp": ASKED - 300}


def quoted(**changes: Any) -> Quote | None:
    return ticker_quote("kraken", "BTC/USDT", "BTC/USD", FULL | changes, ASKED)


def test_a_full_ticker() -> None:
    assert quoted() == Quote(
        venue="kraken",
        pair="BTC/USDT",
        currency="USD",
        price=100.0,
        bid=99.0,
        ask=101.0,
        turnover=5e6,
        at_ms=ASKED - 300,
    )


def test_a_venue_that_does_not_tell_its_book() -> None:
    quote = quoted(bid=None, ask=None)
    assert quote is not None
    assert quote.price == 100.5
    assert math.isnan(quote.bid)
    assert math.isnan(quote.ask)


@pytest.mark.parametrize("told", [None, math.nan, math.inf, -1.0])
def test_a_turnover_that_is_none(told: float | None) -> None:
    quote = quoted(quoteVolume=told)
    assert quote is not None
    assert math.isnan(quote.turnover)


def test_no_turnover_at_all_is_told_as_such() -> None:
    quote = quoted(quoteVolume=0.0)
    assert quote is not None
    assert quote.turnover == 0.0


@pytest.mark.parametrize(
    "changes",
    [
        {"bid": None},
        {"ask": None},
        {"bid": 0.0},
        {"bid": -1.0},
        {"ask": math.inf},
        {"bid": math.nan},
        {"bid": None, "ask": None, "last": None},
        {"bid": None, "ask": None, "last": 0.0},
        {"bid": None, "ask": None, "last": math.nan},
    ],
)
def test_no_price(changes: dict[str, Any]) -> None:
    assert quoted(**changes) is None


def test_a_crossed_book_is_for_others_to_judge() -> None:
    quote = quoted(bid=102.0)
    assert quote is not None
    assert (quote.bid, quote.ask) == (102.0, 101.0)


@pytest.mark.parametrize(
    ("told", "at_ms"),
    [
        (None, ASKED),
        (math.nan, ASKED),
        (ASKED + 2_000, ASKED),
        (ASKED - 90_000, ASKED - 90_000),
        (1_700_000_000, 1_700_000_000),
    ],
)
def test_the_older_time_counts(told: float | None, at_ms: int) -> None:
    quote = quoted(timestamp=told)
    assert quote is not None
    assert quote.at_ms == at_ms
