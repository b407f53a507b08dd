"""Faults of the data: answers that arrive in good order and are not true."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.candles import (
    CandleFault,
    Gapped,
    NotANumber,
    Rows,
    WrongTimestamps,
    ZeroVolume,
)
from aurum_plugins.sandbox.faults.rule import FaultRule

_CANDLE_ROUTES = ("*[kK]line*", "*ohlc*", "*candle*")


class DataRule(FaultRule, ABC):
    """A rule that distorts what a handler says."""

    @abstractmethod
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        """Add this fault to those of a request; `key` names the rule's random choices."""


class StaleCandles(DataRule):
    """Market data is shown as it was `lag_s` seconds ago."""

    kind: Literal["stale_candles"]
    lag_s: float = Field(gt=0.0)

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        lag_ms = round(self.lag_s * SECOND_MS)
        return replace(active, now_shift_ms=active.now_shift_ms - lag_ms)


class _CandleRule(DataRule):
    routes_of_kind: ClassVar[tuple[str, ...]] = _CANDLE_ROUTES

    @abstractmethod
    def fault(self, key: int) -> CandleFault: ...

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        return replace(active, candle_faults=(*active.candle_faults, self.fault(key)))


class _SomeCandles(_CandleRule):
    fraction: float = Field(default=0.0, ge=0.0, le=1.0)
    newest: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _hits_something(self) -> Self:
        if self.fraction == 0.0 and self.newest == 0:
            raise ValueError("fraction, newest or both must be greater than 0, got neither")
        return self

    def rows(self, key: int) -> Rows:
        return Rows(fraction=self.fraction, newest=self.newest, key=key)


class GappedCandles(_SomeCandles):
    """A `fraction` of all candles, the `newest` few of each answer, or both, are missing."""

    kind: Literal["gapped_candles"]

    @override
    def fault(self, key: int) -> CandleFault:
        return Gapped(self.rows(key))


class NanCandles(_SomeCandles):
    """Prices and volumes of some candles are NaN."""

    kind: Literal["nan_candles"]

    @override
    def fault(self, key: int) -> CandleFault:
        return NotANumber(self.rows(key))


class ZeroVolumeCandles(_SomeCandles):
    """Volumes of some candles are 0, their prices stay."""

    kind: Literal["zero_volume_candles"]

    @override
    def fault(self, key: int) -> CandleFault:
        return ZeroVolume(self.rows(key))


class WrongCandleTimes(_CandleRule):
    """Candles carry times that are `shift_ms` milliseconds off."""

    kind: Literal["wrong_timestamps"]
    shift_ms: int

    @model_validator(mode="after")
    def _shifts(self) -> Self:
        if self.shift_ms == 0:
            raise ValueError("shift_ms must not be 0, got 0")
        return self

    @override
    def fault(self, key: int) -> CandleFault:
        return WrongTimestamps(self.shift_ms)


class ClockSkew(DataRule):
    """The venue's own clock is `skew_ms` milliseconds ahead (negative: behind)."""

    kind: Literal["clock_skew"]
    skew_ms: int

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        return replace(active, clock_skew_ms=active.clock_skew_ms + self.skew_ms)


class LyingPrice(DataRule):
    """Every price in market data is multiplied by `factor`."""

    kind: Literal["lying_price"]
    factor: float = Field(gt=0.0, le=1_000.0)

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        return replace(active, price_factor=active.price_factor * self.factor)


class PartialFill(DataRule):
    """Only the share `liquidity` (above 0, at most 1) of what would be there can be taken."""

    kind: Literal["partial_fill"]
    liquidity: float = Field(gt=0.0, le=1.0)

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        return replace(active, liquidity=active.liquidity * self.liquidity)


class RejectOrder(DataRule):
    """A valid new order is refused (-2010 at Binance)."""

    routes_of_kind: ClassVar[tuple[str, ...]] = ("*.order.new",)
    kind: Literal["reject_order"]

    @override
    def distort(self, active: ActiveFaults, key: int) -> ActiveFaults:
        return replace(active, reject=True)
