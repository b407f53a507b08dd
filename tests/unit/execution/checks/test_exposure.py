from __future__ import annotations

import math

import pytest

from aurum_plugins.execution.checks import Exposure
from aurum_plugins.reasons import Reason


@pytest.fixture
def check():
    return Exposure


@pytest.mark.parametrize(
    ("amount", "tolerance", "passes"),
    [
        (9.0, 0.0, True),
        (10.0, 0.0, True),
        (10.001, 0.0, False),
        (10.09, 0.01, True),
        (10.11, 0.01, False),
        (13.0, 0.1, False),
    ],
)
def test_no_more_than_risk_allowed(judge, amount, tolerance, passes) -> None:
    refusal = judge({"stake_tolerance": tolerance}, amount=amount, price=100.0, stake=1_000.0)
    assert (refusal is None) == passes


def test_it_tells_what_was_compared(judge) -> None:
    refusal = judge({"stake_tolerance": 0}, amount=2.0, price=100.0, stake=150.0)
    assert refusal.reason is Reason.EXPOSURE
    assert refusal.figures == {"order_notional": 200.0, "allowed_notional": 150.0}


@pytest.mark.parametrize("field", ["amount", "price", "stake"])
@pytest.mark.parametrize("bad", [math.nan, math.inf, 10**400, True])
def test_what_is_unknown_was_not_allowed(judge, field, bad) -> None:
    assert judge(**{field: bad}).reason is Reason.EXPOSURE
