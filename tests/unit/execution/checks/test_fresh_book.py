"""Whether there is an order book, a sound one, and of now; and that book checks agree on it."""

from __future__ import annotations

import math

import pytest
from entry_situations import NOW_MS, book, golden

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.checks import Depth, FreshBook, PriceCollar, Slippage, Spread
from aurum_plugins.execution.checks.book_fault import book_fault
from aurum_plugins.reasons import Reason

NOT_FINITE = "a price or an amount is not a finite positive number"
GOOD = ((99.0, 1.0), (98.0, 1.0))
FAULTS = {
    "missing": (None, "missing"),
    "no bids": (book(bids=()), "no bids"),
    "no asks": (book(asks=()), "no asks"),
    "neither": (book(bids=(), asks=()), "no bids"),
    "crossed": (book(bid=100.02, ask=100.01), "crossed"),
    "locked": (book(bid=100.0, ask=100.0), "crossed"),
    "bids rise": (book(bids=((98.0, 1.0), (99.0, 1.0))), "not sorted"),
    "asks fall": (book(asks=((102.0, 1.0), (101.0, 1.0))), "not sorted"),
    **{
        f"{place} {bad}": (changed, NOT_FINITE)
        for bad in (math.nan, math.inf, 0.0, -1.0)
        for place, changed in {
            "best bid": book(bids=((bad, 1.0), *GOOD)),
            "deep bid": book(bids=(*GOOD, (bad, 1.0))),
            "bid amount": book(bids=((99.5, bad), *GOOD)),
            "best ask": book(asks=((bad, 1.0), (101.0, 1.0))),
            "deep ask": book(asks=((101.0, 1.0), (bad, 1.0))),
            "ask amount": book(asks=((101.0, bad),)),
        }.items()
    },
    "beyond floats": (book(asks=((10**400, 1.0),)), NOT_FINITE),
}


@pytest.fixture
def check():
    return FreshBook


@pytest.mark.parametrize(("seen", "fault"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("kind", [FreshBook, PriceCollar, Spread, Depth, Slippage])
def test_every_check_of_the_book_refuses_one_that_cannot_be_used(kind, seen, fault) -> None:
    refusal = kind(CheckSettings())(golden(book=seen))
    assert refusal.reason is Reason.NO_QUOTE
    assert refusal.figures == {"order_book": fault}


@pytest.mark.parametrize("levels", [1, 2, 100])
def test_a_sound_book_has_no_fault(levels) -> None:
    assert book_fault(book(levels=levels)) is None
    assert book_fault(book(asks=((101.0, 1.0), (101.0, 2.0)))) is None


@pytest.mark.parametrize("seen", [None, book(), book(asks=())])
@pytest.mark.parametrize("kind", [FreshBook, PriceCollar, Spread, Depth, Slippage])
def test_a_backtest_has_no_book_and_needs_none(kind, seen) -> None:
    assert kind(CheckSettings())(golden(book=seen, backtest=True)) is None


@pytest.mark.parametrize(
    ("age_ms", "passes"),
    [(0, True), (5_000, True), (5_001, False), (-2_000, True), (-2_001, False)],
)
def test_it_was_asked_for_a_moment_ago(judge, age_ms, passes) -> None:
    assert (judge(book=book(at_ms=NOW_MS - age_ms)) is None) == passes


def test_it_tells_age_and_limit_in_seconds(judge) -> None:
    refusal = judge({"longest_book_age_seconds": 3}, book=book(at_ms=NOW_MS - 4_500))
    assert refusal.reason is Reason.NO_QUOTE
    assert refusal.figures == {"book_age_seconds": 4.5, "longest_age_seconds": 3.0}
    refusal = judge({"clock_skew_seconds": 1}, book=book(at_ms=NOW_MS + 1_500))
    assert refusal.figures == {"book_age_seconds": -1.5, "clock_skew_seconds": 1.0}


@pytest.mark.parametrize("at_ms", [math.nan, math.inf, 10**400, True])
def test_a_book_of_an_unknown_time_is_no_fresh_one(judge, at_ms) -> None:
    assert judge(book=book(at_ms=at_ms)).reason is Reason.NO_QUOTE
