"""A thin book: known answers, and a slow reckoning in exact numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from entry_situations import book, golden
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.checks import Depth, Slippage
from aurum_plugins.reasons import Reason

# Best ask 100; then 10, 40, 60 and 1000 bps above it.
ASKS = ((100.0, 2.0), (100.1, 3.0), (100.4, 10.0), (100.6, 50.0), (110.0, 1_000.0))
THIN = book(bids=((99.99, 1.0),), asks=ASKS)


def depth(amount, **changes):
    return Depth(CheckSettings(**changes))(golden(amount=amount, book=THIN))


def slippage(amount, **changes):
    return Slippage(CheckSettings(**changes))(golden(amount=amount, book=THIN))


class TestDepth:
    @pytest.mark.parametrize(
        ("amount", "depth_bps", "multiple", "passes"),
        [
            (5.0, 50.0, 3.0, True),  # 15 lie within 50 bps
            (5.01, 50.0, 3.0, False),
            (15.0, 50.0, 1.0, True),
            (5.0, 20.0, 1.0, True),  # 5 within 20
            (5.1, 20.0, 1.0, False),
            (2.0, 5.0, 1.0, True),  # 2 within 5
            (65.0, 61.0, 1.0, True),
            (65.1, 61.0, 1.0, False),
        ],
    )
    def test_known_books(self, amount, depth_bps, multiple, passes) -> None:
        refusal = depth(amount, depth_bps=depth_bps, depth_multiple=multiple)
        assert (refusal is None) == passes

    def test_it_tells_what_was_compared(self) -> None:
        refusal = depth(6.0)
        assert refusal.reason is Reason.THIN_BOOK
        assert refusal.figures == {
            "depth_amount": 15.0,
            "needed_amount": 18.0,
            "depth_bps": 50.0,
        }

    def test_a_level_at_the_very_limit_counts(self) -> None:
        # 625 bps above 64 is 68, in floats as well.
        seen = book(bids=((63.0, 1.0),), asks=((64.0, 1.0), (68.0, 9.0)))
        check = Depth(CheckSettings(depth_bps=625.0, depth_multiple=1.0))
        assert check(golden(amount=10.0, book=seen)) is None

    def test_beyond_the_last_level_nothing_is_known(self) -> None:
        short = golden(amount=10.0, book=book(asks=((100.0, 20.0),)))
        assert Depth(CheckSettings())(short).figures["depth_amount"] == 20.0


class TestSlippage:
    @pytest.mark.parametrize(
        ("amount", "bps"),
        [
            (1.0, 0.0),
            (2.0, 0.0),
            (5.0, 6.0),  # (2 x 0 + 3 x 10) / 5
            (15.0, 430.0 / 15),  # (30 + 10 x 40) / 15
            (65.0, 3430.0 / 65),
        ],
    )
    def test_known_books(self, amount, bps) -> None:
        assert slippage(amount, highest_slippage_bps=bps + 0.001) is None
        if bps > 0:
            refusal = slippage(amount, highest_slippage_bps=bps - 0.001)
            assert refusal.reason is Reason.THIN_BOOK
            assert refusal.figures == {
                "slippage_bps": pytest.approx(bps),
                "highest_slippage_bps": bps - 0.001,
            }

    def test_more_than_the_whole_book(self) -> None:
        refusal = slippage(1_065.1)
        assert refusal.reason is Reason.THIN_BOOK
        assert refusal.figures == {"asks_amount": 1_065.0, "order_amount": 1_065.1}

    @pytest.mark.parametrize("amount", [math.nan, math.inf, 0.0, -1.0, 10**400])
    def test_an_order_without_a_size_has_no_cheap_price(self, amount) -> None:
        assert slippage(amount).reason is Reason.THIN_BOOK


ticks = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 1_000)), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    steps=ticks,
    lots=st.integers(1, 5_000),
    limit=st.integers(1, 60),
    multiple=st.integers(1, 5),
)
def test_both_agree_with_exact_numbers(steps, lots, limit, multiple) -> None:
    best, prices, amounts = 10_000, [], []
    price = best
    for number, (step, quantity) in enumerate(steps):
        price += step if number else 0
        prices.append(price)
        amounts.append(quantity)
    # One tick is one bp of the best ask; amounts are hundredths.
    asks = tuple((p / 100, q / 100) for p, q in zip(prices, amounts))
    situation = golden(amount=lots / 100, book=book(bids=((99.0, 1.0),), asks=asks))
    chosen = CheckSettings(
        highest_slippage_bps=float(limit), depth_bps=float(limit), depth_multiple=float(multiple)
    )

    units = [p - best for p, q in zip(prices, amounts) for _ in range(q)]
    within = sum(q for p, q in zip(prices, amounts) if p - best <= limit)
    mean = Fraction(sum(units[:lots]), lots)
    # Rounding decides where a figure equals its limit.
    assume(mean != limit and within != multiple * lots)
    assume(all(p - best != limit for p in prices))

    assert (Depth(chosen)(situation) is None) == (within >= multiple * lots)
    cheap = len(units) >= lots and mean < limit
    assume(len(units) != lots)
    assert (Slippage(chosen)(situation) is None) == cheap
