"""Amounts, whatever a thread's own arithmetic is set to."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal, localcontext

import pytest

from aurum_plugins.ledger.exact import fee_of, figure, is_whole_fee, read, total, written


@pytest.mark.parametrize(
    ("rate", "basis", "fee"),
    [
        ("0.025", "100", "2.5"),
        # Halves go to the even neighbour.
        ("0.5", "0.00000001", "0"),
        ("0.5", "0.00000003", "0.00000002"),
        ("0.5", "0.00000005", "0.00000002"),
        # One more digit than half: up, and not rounded to the half first.
        ("0.1", "12345678901234567890.000000050000000001", "1234567890123456789.00000001"),
    ],
)
def test_fees_are_rounded_once_half_to_even(rate, basis, fee) -> None:
    assert fee_of(Decimal(rate), Decimal(basis)) == Decimal(fee)


def test_a_threads_own_arithmetic_changes_nothing() -> None:
    with localcontext() as careless:
        careless.prec = 3
        careless.rounding = ROUND_UP
        assert fee_of(Decimal("0.025"), Decimal("123456.789")) == Decimal("3086.419725")
        assert total([Decimal(10000), Decimal("0.0001")]).as_tuple().digits[-1] == 1
        assert written(Decimal("123456.7890")) == "123456.789"
        assert figure(Decimal("1.23456789")) == Decimal("1.23456789")


def test_dust_of_floats_is_dropped() -> None:
    assert figure(Decimal(str(0.1 + 0.2 - 0.3))) == Decimal("0.000000000000000056")
    assert figure(Decimal("1e-25")) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("-0.00", "0"), ("1E+3", "1000"), ("2.50", "2.5"), ("-1e-8", "-0.00000001")],
)
def test_a_number_is_written_in_one_way(value, text) -> None:
    assert written(Decimal(value)) == text
    assert read(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1.0", "+1", "1e3", " 1", "", "NaN", "Infinity", "-0", "one", "1_0"]
)
def test_no_other_way_is_read(text) -> None:
    with pytest.raises(ValueError, match="is not a number as the ledger writes it"):
        read(text)


def test_amounts_with_too_many_places_are_told() -> None:
    assert is_whole_fee(Decimal("1.00000001"))
    assert not is_whole_fee(Decimal("1.000000001"))
    assert not is_whole_fee(Decimal("NaN"))
    assert not is_whole_fee(Decimal("1e40"))
