from __future__ import annotations

import math

import pytest

from aurum_plugins.execution.checks import MarketLimitsCheck
from aurum_plugins.execution.entry_order import MarketLimits
from aurum_plugins.reasons import Reason


@pytest.fixture
def check():
    return MarketLimitsCheck


def test_no_limits_at_all(judge) -> None:
    assert judge(limits=MarketLimits()) is None


# The golden order: 10 base at 100, notional 1000.
@pytest.mark.parametrize(
    ("name", "limit", "figures"),
    [
        ("smallest_notional", 1_000.0, None),
        ("smallest_notional", 1_000.5, {"order_notional": 1_000.0, "smallest_notional": 1_000.5}),
        ("largest_notional", 1_000.0, None),
        ("largest_notional", 999.5, {"order_notional": 1_000.0, "largest_notional": 999.5}),
        ("smallest_amount", 10.0, None),
        ("smallest_amount", 10.5, {"order_amount": 10.0, "smallest_amount": 10.5}),
        ("largest_amount", 10.0, None),
        ("largest_amount", 9.5, {"order_amount": 10.0, "largest_amount": 9.5}),
    ],
)
def test_limits_themselves_are_allowed(judge, name, limit, figures) -> None:
    refusal = judge(limits=MarketLimits(**{name: limit}))
    if figures is None:
        assert refusal is None
    else:
        assert refusal.reason is Reason.NOTIONAL
        assert refusal.figures == figures


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 10**400, True])
@pytest.mark.parametrize(
    "name", ["smallest_notional", "largest_notional", "smallest_amount", "largest_amount"]
)
def test_a_limit_that_is_no_number_is_not_no_limit(judge, name, bad) -> None:
    assert judge(limits=MarketLimits(**{name: bad})).reason is Reason.NOTIONAL


@pytest.mark.parametrize("changes", [{"amount": math.nan}, {"price": math.nan}])
@pytest.mark.parametrize("name", ["smallest_notional", "largest_notional"])
def test_an_order_without_a_size_is_within_no_limit(judge, name, changes) -> None:
    refusal = judge(limits=MarketLimits(**{name: 10.0}), **changes)
    assert refusal.figures["order_notional"] == "nan"
