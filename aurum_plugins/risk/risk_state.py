"""What the loss limits remember from one moment to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aurum_plugins.risk.errors import DamagedRiskState


class RiskState(BaseModel):
    """Marks of the equity and the latest trades. A new one has seen nothing.

    Times are UTC milliseconds, money is quote currency; 0 stands for "not yet".

    Attributes
    ----------
    at_ms : int
        Of the latest mark.
    equity : float
        The latest mark.
    peak : float
        The highest mark since the limits were last started anew.
    day_equity, week_equity : float
        What the day's and the week's losses are measured from: the higher of the last mark before
        they began and the first one after.
    day_low, week_low : float
        The lowest mark since. A limit that was reached stays reached although prices recover.
    halted_ms : int or None
        When the drawdown reached its stop; None = it did not, or the stop was lifted.
    losing_streak : int
        Trades in a row that lost.
    paused_until_ms : int
        Nothing opens before, after too many of them.
    newest_ms : int
        When the latest of the trades counted was closed.
    counted : tuple of (int, int)
        `closed_ms` and `trade_id` of the trades counted last, ascending.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    at_ms: int = Field(default=0, ge=0)
    equity: float = Field(default=0.0, ge=0)
    peak: float = Field(default=0.0, ge=0)
    day_equity: float = Field(default=0.0, ge=0)
    day_low: float = Field(default=0.0, ge=0)
    week_equity: float = Field(default=0.0, ge=0)
    week_low: float = Field(default=0.0, ge=0)
    halted_ms: int | None = None
    losing_streak: int = Field(default=0, ge=0)
    paused_until_ms: int = Field(default=0, ge=0)
    newest_ms: int = Field(default=0, ge=0)
    counted: tuple[tuple[int, int], ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        marks = (self.peak, self.day_equity, self.day_low, self.week_equity, self.week_low)
        if self.equity > 0 and min(marks) <= 0:
            raise ValueError("with an equity go a peak and the marks of day and week, above 0")
        return self

    def to_json(self) -> dict[str, Any]:
        """Give it as an object of JSON."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave.

        Raises
        ------
        aurum_plugins.risk.errors.DamagedRiskState
            If anything is missing, unknown, or not what it should be.
        """
        missing = sorted(set(cls.model_fields) - set(written))
        if missing:
            raise DamagedRiskState(f"{missing[0]} is missing")
        try:
            return cls.model_validate_json(json.dumps(dict(written)))
        except (ValidationError, TypeError, ValueError) as error:
            if isinstance(error, ValidationError):
                first = error.errors()[0]
                key = ".".join(str(part) for part in first["loc"]) or "state"
                raise DamagedRiskState(f"{key}: {first['msg']} (got {first['input']!r})") from error
            raise DamagedRiskState(str(error)) from error
