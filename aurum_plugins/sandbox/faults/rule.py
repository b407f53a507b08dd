"""What all fault rules share: which requests they are about, and how often they fire."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aurum_plugins.clock import SECOND_MS


class Stage(Enum):
    """Where in the life of a request a fault strikes."""

    BEFORE = "before"
    """The handler does not run: the fault answers in its place."""
    DATA = "data"
    """The handler runs and answers with distorted data."""
    AFTER = "after"
    """The handler ran, so the order was taken; its answer is lost or spoilt."""


class FaultRule(BaseModel):
    """Base of every kind of fault.

    Parameters
    ----------
    route : str
        Glob on route names, such as `binance.order.*`.
    symbol : str
        Glob on symbols spelt like `BTCUSDT`, whatever the venue's own spelling is. Anything but
        `*` leaves alone the requests that name no symbol, or several.
    probability : float
        Chance that a matching request is hit, 0 to 1.
    after_s, until_s : float
        Seconds since the plan was armed between which the rule is awake; `until_s` may be absent.
    every : int
        Only each n-th matching request can be hit; 1 or more.
    count : int, optional
        The rule falls silent after firing this often; 1 or more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    stage_of_kind: ClassVar[Stage] = Stage.DATA
    routes_of_kind: ClassVar[tuple[str, ...]] = ("*",)

    kind: str
    route: str = Field(default="*", min_length=1)
    symbol: str = Field(default="*", min_length=1)
    probability: float = Field(default=1.0, ge=0.0, le=1.0)
    after_s: float = Field(default=0.0, ge=0.0)
    until_s: float | None = Field(default=None, gt=0.0)
    every: int = Field(default=1, ge=1)
    count: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _window_is_not_empty(self) -> Self:
        if self.until_s is not None and self.until_s <= self.after_s:
            raise ValueError(
                f"until_s must be greater than after_s={self.after_s:g}, got {self.until_s:g}"
            )
        return self

    @property
    def stage(self) -> Stage:
        """Where this rule strikes."""
        return self.stage_of_kind

    def concerns(self, route: str, symbol: str | None) -> bool:
        """Whether a request of this route and symbol is one that the rule is about."""
        return (
            fnmatchcase(route, self.route)
            and (self.symbol == "*" or (symbol is not None and fnmatchcase(symbol, self.symbol)))
            and any(fnmatchcase(route, pattern) for pattern in self.routes_of_kind)
        )

    def is_awake(self, elapsed_ms: int) -> bool:
        """Whether the rule is awake `elapsed_ms` milliseconds after the plan was armed."""
        return self.after_s * SECOND_MS <= elapsed_ms and (
            self.until_s is None or elapsed_ms < self.until_s * SECOND_MS
        )
