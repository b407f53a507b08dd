"""What can be wrong with candles: each fault takes candles and returns spoilt ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from aurum_plugins.sandbox.faults.draws import unit_draws
from aurum_plugins.sandbox.market.tape import Candles


class CandleFault(Protocol):
    """Spoils candles; never changes the ones it is given."""

    def __call__(self, candles: Candles, interval_ms: int) -> Candles:
        """Spoilt copy of `candles`, whose interval is `interval_ms` milliseconds."""
        ...


@dataclass(frozen=True)
class Rows:
    """Which candles of an answer are hit.

    A candle hit through `fraction` is hit in every answer that shows it: the choice depends on
    `key` and on the candle's place in time alone.

    Attributes
    ----------
    fraction : float
        Share of all candles, 0 to 1.
    newest : int
        Besides, this many at the end of each answer.
    key : int
        Names the random choice; 0 <= key < 2**64.
    """

    fraction: float = 0.0
    newest: int = 0
    key: int = 0

    def mask(self, candles: Candles, interval_ms: int) -> NDArray[np.bool_]:
        """Mark the candles that are hit; shape (n,)."""
        hit = unit_draws(self.key, candles.open_ms // interval_ms) < self.fraction
        if self.newest:
            hit[-self.newest :] = True
        return hit


@dataclass(frozen=True)
class Gapped(CandleFault):
    """Candles are missing."""

    rows: Rows

    @override
    def __call__(self, candles: Candles, interval_ms: int) -> Candles:
        return candles[~self.rows.mask(candles, interval_ms)]


@dataclass(frozen=True)
class NotANumber(CandleFault):
    """Prices and volume are NaN."""

    rows: Rows

    @override
    def __call__(self, candles: Candles, interval_ms: int) -> Candles:
        hit = self.rows.mask(candles, interval_ms)
        return Candles(
            candles.open_ms,
            np.where(hit, np.nan, candles.open),
            np.where(hit, np.nan, candles.high),
            np.where(hit, np.nan, candles.low),
            np.where(hit, np.nan, candles.close),
            np.where(hit, np.nan, candles.volume),
        )


@dataclass(frozen=True)
class ZeroVolume(CandleFault):
    """Volume is 0 while prices are as they were."""

    rows: Rows

    @override
    def __call__(self, candles: Candles, interval_ms: int) -> Candles:
        hit = self.rows.mask(candles, interval_ms)
        return replace(candles, volume=np.where(hit, 0.0, candles.volume))


@dataclass(frozen=True)
class WrongTimestamps(CandleFault):
    """Every open time is off by `shift_ms` milliseconds."""

    shift_ms: int

    @override
    def __call__(self, candles: Candles, interval_ms: int) -> Candles:
        return replace(candles, open_ms=candles.open_ms + self.shift_ms)
