"""Arithmetic of amounts: exact, whatever the thread's own decimal context says.

Figures have at most 20 digits before and 18 after the point, so the sum of 10**20 of them still
has no more digits than are reckoned with.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

# Of a fee, as exchanges count most currencies.
_FEE: Final = Decimal("1e-8")
# Of what it is taken of: floats that should be equal differ behind it.
_FIGURE: Final = Decimal("1e-18")
_EXACT: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)


def fee_of(rate: Decimal, basis: Decimal) -> Decimal:
    """`rate` of `basis`, rounded once, half to even, to 8 decimal places."""
    return _EXACT.quantize(_EXACT.multiply(rate, basis), _FEE)


def figure(value: Decimal) -> Decimal:
    """A notional or profit, rounded half to even to 18 decimal places."""
    return _EXACT.quantize(value, _FIGURE)


def is_whole_fee(value: Decimal) -> bool:
    """Whether an amount is finite and needs no more decimal places than a fee has."""
    return value.is_finite() and abs(value) < 10**30 and value == _EXACT.quantize(value, _FEE)


def total(values: Iterable[Decimal]) -> Decimal:
    """Their sum, exactly."""
    added = Decimal(0)
    for value in values:
        added = _EXACT.add(added, value)
    return added


def written(value: Decimal) -> str:
    """The one way in which a number is written: no exponent, no trailing or negative zeros."""
    plain = _EXACT.normalize(value)
    return format(plain, "f") if plain else "0"


def read(text: str) -> Decimal:
    """The number that was written.

    Raises
    ------
    ValueError
        If it was not written by `written`.
    """
    try:
        value = _EXACT.create_decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or written(value) != text:
        raise ValueError(f"{text[:80]!r} is not a number as the ledger writes it")
    return value
