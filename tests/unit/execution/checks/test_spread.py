from __future__ import annotations

import pytest
from entry_situations import book

from aurum_plugins.execution.checks import Spread
from aurum_plugins.reasons import Reason


@pytest.fixture
def check():
    return Spread


@pytest.mark.parametrize(
    ("bid", "ask", "passes"),
    [(99.999, 100.001, True), (99.91, 100.09, True), (99.89, 100.11, False), (50.0, 150.0, False)],
)
def test_twenty_bps_of_the_mid_by_default(judge, bid, ask, passes) -> None:
    assert (judge(book=book(bid=bid, ask=ask)) is None) == passes


def test_it_tells_what_was_compared(judge) -> None:
    refusal = judge({"highest_spread_bps": 5}, book=book(bid=99.9, ask=100.1))
    assert refusal.reason is Reason.WIDE_SPREAD
    assert refusal.figures == {"spread_bps": pytest.approx(20.0), "highest_spread_bps": 5.0}


def test_prices_whose_sum_no_float_holds(judge) -> None:
    narrow = book(bids=((1.7e308, 1.0),), asks=((1.7001e308, 1.0),))
    assert judge(book=narrow) is None
    wide = book(bids=((1e308, 1.0),), asks=((1.5e308, 1.0),))
    assert judge(book=wide).figures["spread_bps"] == pytest.approx(4_000.0)
