from __future__ import annotations

import math

import pytest
from entry_situations import book

from aurum_plugins.execution.checks import PriceCollar
from aurum_plugins.reasons import Reason


@pytest.fixture
def check():
    return PriceCollar


# The golden close is 100, so a price of 101 is 100 bps away.
@pytest.mark.parametrize(
    ("price", "average_range", "passes"),
    [
        (100.0, 0.8, True),
        (101.9, 0.8, True),  # 190 bps: within 3 ranges of 80 bps and within 200 bps
        (98.1, 0.8, True),
        (102.1, 0.8, False),  # the bps bind
        (97.9, 0.8, False),
        (100.8, 0.3, True),  # 80 bps, 3 ranges of 30 bps
        (101.0, 0.3, False),  # the ranges bind
        (99.0, 0.3, False),
        (100.0, 0.0, True),
        (100.01, 0.0, False),
    ],
)
def test_the_narrower_limit_binds_on_either_side(judge, price, average_range, passes) -> None:
    refusal = judge(price=price, average_range=average_range, backtest=True)
    assert (refusal is None) == passes


def test_it_tells_what_was_compared(judge) -> None:
    refusal = judge({"collar_ranges": 2}, price=103.0, average_range=0.5, backtest=True)
    assert refusal.reason is Reason.PRICE_COLLAR
    assert refusal.figures == {
        "order_price": 103.0,
        "close": 100.0,
        "distance_bps": pytest.approx(300.0),
        "ranges_bps": pytest.approx(100.0),
        "collar_bps": 200.0,
    }


@pytest.mark.parametrize(("bid", "ask"), [(103.0, 104.0), (95.0, 96.0)])
def test_the_market_may_have_left_although_the_order_has_not(judge, bid, ask) -> None:
    refusal = judge(price=100.0, book=book(bid=bid, ask=ask))
    assert refusal.reason is Reason.PRICE_COLLAR
    assert refusal.figures["mid_price"] == pytest.approx((bid + ask) / 2)
    assert "order_price" not in refusal.figures


def test_a_backtest_knows_no_market_but_its_candles(judge) -> None:
    assert judge(price=100.0, book=book(bid=103.0, ask=104.0), backtest=True) is None


@pytest.mark.parametrize("average_range", [math.nan, math.inf, -0.5, 10**400, None])
@pytest.mark.parametrize("backtest", [True, False])
def test_without_a_range_nothing_is_near(judge, average_range, backtest) -> None:
    refusal = judge(average_range=average_range, backtest=backtest)
    assert refusal.reason is Reason.PRICE_COLLAR


@pytest.mark.parametrize("close", [math.nan, 0.0, -100.0])
def test_without_a_close_nothing_is_near(judge, close) -> None:
    assert judge(close=close).figures["distance_bps"] == "nan"


def test_prices_whose_sum_no_float_holds(judge) -> None:
    huge = book(bids=((1.7e308, 1.0),), asks=((1.75e308, 1.0),))
    assert judge(book=huge).reason is Reason.PRICE_COLLAR
