"""The tape: what happened on the simulated market, at its base resolution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Candles:
    """Candles as columns, oldest first.

    Attributes
    ----------
    open_ms : ndarray of int64, shape (n,)
        UTC milliseconds of each candle's open; strictly rising, holes allowed.
    open, high, low, close : ndarray of float64, shape (n,)
        Quote currency, on the instrument's tick grid.
    volume : ndarray of float64, shape (n,)
        Base currency.
    """

    open_ms: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def __len__(self) -> int:
        return len(self.open_ms)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | IntArray) -> Candles:
        times, *prices = self.columns
        return Candles(times[rows], *_five(column[rows] for column in prices))

    @property
    def columns(
        self,
    ) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """The six columns in the order of the attributes."""
        return (self.open_ms, self.open, self.high, self.low, self.close, self.volume)

    @classmethod
    def empty(cls) -> Candles:
        """No candle at all."""
        return cls(np.empty(0, np.int64), *_five(np.empty(0) for _ in range(5)))

    @classmethod
    def concat(cls, *parts: Candles) -> Candles:
        """Join parts that follow each other in time."""
        times, *prices = zip(*(part.columns for part in parts))
        return cls(np.concatenate(times), *_five(np.concatenate(column) for column in prices))


def _five(
    columns: Iterable[FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Prices and volume as a tuple whose length a type checker knows."""
    first, second, third, fourth, fifth = columns
    return first, second, third, fourth, fifth


class Tape(Protocol):
    """A source of base-resolution candles.

    A tape knows the future as well as the past: `Market` alone decides what may be shown at a
    given moment.
    """

    @property
    def interval_ms(self) -> int:
        """Length of a base candle, milliseconds."""
        ...

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols on the tape, Binance's spelling."""
        ...

    @property
    def first_ms(self) -> int:
        """Open time of the earliest candle that can be asked for."""
        ...

    @property
    def last_ms(self) -> int | None:
        """End of the tape (first instant without data), or None if it never ends."""
        ...

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        """Candles whose open time lies in [start_ms, end_ms).

        A missing candle (a real outage) is simply absent.
        """
        ...
