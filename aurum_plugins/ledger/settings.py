"""The `aurum.ledger` section of the configuration."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from pydantic import Field, ValidationInfo, field_validator

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.settings import Section

# More would not fit the ledger's column.
_MOST_PLACES: Final = 12


class FeeBase(StrEnum):
    """What a fee is taken of."""

    # The entry's worth, quote currency, once a trade, win or lose.
    NOTIONAL = "notional"
    # Profit beyond the high-water mark, freqtrade's own costs taken off.
    PROFIT = "profit"


class LedgerSettings(Section):
    """What is charged for closed trades; off by default. No funds are moved, ever.

    Parameters
    ----------
    enabled : bool
    base : {"notional", "profit"} or None
        What the fee is taken of; to be named where the ledger is on.
    rate : decimal.Decimal in (0, 1] or None
        Its share of that: 0.025 is 2.5 %; to be named where the ledger is on. At most 12 decimal
        places.
    since : str
        A date, UTC, as 2026-11-23: trades that closed before are not charged. Empty: from the
        first trade that the ledger ever saw.
    label : str
        Who charges, as it stands on statements.

    Examples
    --------
    >>> config = {"aurum": {"ledger": {"enabled": True, "base": "profit", "rate": 0.025}}}
    >>> LedgerSettings.from_config(config).rate
    Decimal('0.025')
    """

    section = "aurum.ledger"

    enabled: bool = False
    base: FeeBase | None = Field(default=None, validate_default=True)
    rate: Decimal | None = Field(default=None, validate_default=True)
    since: str = ""
    label: str = "AurumBotX"

    @field_validator("base", mode="before")
    @classmethod
    def _named(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("enabled"):
            raise ValueError('must be "notional" or "profit" where the ledger is on')
        return FeeBase(value) if value in set(FeeBase) else value

    @field_validator("rate", mode="before")
    @classmethod
    def _exact(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            if info.data.get("enabled"):
                raise ValueError("must be named where the ledger is on, 0.025 for 2.5 %")
            return None
        try:
            # As it is written: 0.025 is not the nearest binary number.
            rate = Decimal(str(value))
        except InvalidOperation:
            rate = Decimal(0)
        if isinstance(value, bool) or not rate.is_finite() or not 0 < rate <= 1:
            raise ValueError("must be a number above 0 and at most 1, 0.025 for 2.5 %")
        if rate != round(rate, _MOST_PLACES):
            raise ValueError(f"must have at most {_MOST_PLACES} decimal places")
        return rate

    @field_validator("since")
    @classmethod
    def _a_date(cls, value: str) -> str:
        if value:
            try:
                date.fromisoformat(value)
            except ValueError:
                raise ValueError("must be a date such as 2026-11-23, or empty") from None
        return value

    @property
    def since_ms(self) -> int | None:
        """Beginning of the day `since`, UTC milliseconds; None: there is none."""
        if not self.since:
            return None
        begins = datetime.combine(date.fromisoformat(self.since), time(), UTC)
        return int(begins.timestamp()) * SECOND_MS
