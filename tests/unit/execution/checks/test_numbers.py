"""Numbers that can be calculated with, and figures that can be written down."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from aurum_plugins.execution.checks.basis_points import basis_points
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.reasons import Reason


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1.5, 1.5),
        (0, 0.0),
        (-3, -3.0),
        (1e308, 1e308),
        (np.float64(2.5), 2.5),
        (np.float32(2.5), 2.5),
        (np.int64(7), 7.0),
        (Fraction(1, 4), 0.25),
    ],
)
def test_a_finite_number_is_kept(value, number) -> None:
    assert finite(value) == number
    assert type(finite(value)) is float


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, -math.inf, np.float32("nan"), 10**400, -(10**400), Fraction(10**400)),
        *(True, False, np.bool_(True), None, "1", 1j, Decimal(1), (1.0,)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_nan(value) -> None:
    assert math.isnan(finite(value))


def test_basis_points_of_known_prices() -> None:
    assert basis_points(0.1, 100.0) == pytest.approx(10.0)
    assert basis_points(-1.0, 50.0) == pytest.approx(-200.0)
    assert basis_points(0.0, 1e-300) == 0.0


@pytest.mark.parametrize(
    ("part", "whole"),
    [(1.0, 0.0), (1.0, -1.0), (1.0, math.nan), (math.nan, 1.0), (math.inf, 1.0), (1e308, 1e-5)],
)
def test_basis_points_that_mean_nothing_are_nan(part, whole) -> None:
    assert math.isnan(basis_points(part, whole))


def test_figures_can_be_written_down_whatever_they_are() -> None:
    given = {
        "number": 1.5,
        "count": 3,
        "many": np.int64(4),
        "nan": math.nan,
        "inf": -math.inf,
        "flag": True,
        "huge": 10**9_999,
        "none": None,
        "words": "no asks",
    }
    refusal = refuse(Reason.NOT_FINITE, **given)
    assert refusal.reason is Reason.NOT_FINITE
    assert json.loads(json.dumps(refusal.figures, allow_nan=False)) == {
        "number": 1.5,
        "count": 3,
        "many": 4.0,
        "nan": "nan",
        "inf": "-inf",
        "flag": "bool",
        "huge": "int",
        "none": "NoneType",
        "words": "no asks",
    }
    assert type(refusal.figures["count"]) is int
