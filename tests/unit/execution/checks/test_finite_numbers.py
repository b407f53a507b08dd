from __future__ import annotations

import math

import pytest

from aurum_plugins.execution.checks import FiniteNumbers
from aurum_plugins.reasons import Reason

FIELDS = ("amount", "price", "close", "stake", "now_ms", "candle_ms", "interval_ms")


@pytest.fixture
def check():
    return FiniteNumbers


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (0, 0),
        (-1.5, -1.5),
        (True, "bool"),
        (10**400, "int"),
        (None, "NoneType"),
        ("100", "100"),
    ],
)
def test_each_figure_is_named_with_what_it_is(judge, field, value, shown) -> None:
    refusal = judge(**{field: value})
    assert refusal.reason is Reason.NOT_FINITE
    assert refusal.figures == {field: shown}


def test_all_that_are_wrong_are_told_at_once(judge) -> None:
    assert judge(amount=math.nan, stake=-2.0).figures == {"amount": "nan", "stake": -2.0}


@pytest.mark.parametrize(
    ("amount", "price", "shown"), [(1e200, 1e200, "inf"), (1e-200, 1e-200, 0.0)]
)
def test_the_notional_has_to_be_a_number_as_well(judge, amount, price, shown) -> None:
    assert judge(amount=amount, price=price).figures == {"notional": shown}


@pytest.mark.parametrize("price", [1e-9, 1, 1e9])
def test_any_positive_price_will_do(judge, price) -> None:
    assert judge(price=price) is None


def test_the_range_is_left_to_the_collar(judge) -> None:
    assert judge(average_range=math.nan) is None
