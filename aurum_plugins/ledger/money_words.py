"""Amounts of money, to be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_FEWEST: Final = 2


def money(amount: Decimal) -> str:
    """An amount to eight decimals, in which fees are counted; of these two at least are shown.

    Examples
    --------
    >>> money(Decimal("1234.50000000"))
    '1,234.50'
    >>> money(Decimal("-0.00012300"))
    '-0.000123'
    """
    whole, _, decimals = f"{amount:,.8f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(_FEWEST, '0')}"


def share(rate: Decimal) -> str:
    """A rate as a percentage.

    Examples
    --------
    >>> share(Decimal("0.025"))
    '2.5 %'
    """
    return f"{(rate * 100).normalize():f} %"
