"""One pair's decided candles, kept as columns and asked for by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Figure

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
_ACTIONS = {int(action): action for action in Action}
_REASONS = {int(reason): reason for reason in Reason}


@dataclass(frozen=True)
class DecidedRow:
    """What was decided on one closed candle, and what size and stop are taken from.

    Attributes
    ----------
    candle_ms : int
        UTC milliseconds of the candle's open.
    action : Action
    reason : Reason
    figures : mapping of str to number
        What the signal compared; finite numbers only. With `close` and `average_range` (quote
        currency), `annual_volatility_share` (1.0 is 100 %) and what else the signal looked at.
    """

    candle_ms: int
    action: Action
    reason: Reason
    figures: Mapping[str, Figure]

    def figure(self, name: str) -> float:
        """One of the figures; NaN where it is not known."""
        return float(self.figures.get(name, np.nan))


class DecidedRows:
    """All decided candles of one pair.

    Parameters
    ----------
    candle_ms : ndarray of int, shape (n,)
        UTC milliseconds of each candle's open, ascending.
    actions, reasons : ndarray of int, shape (n,)
        Numbers of `Action` and `Reason`.
    figures : mapping of str to ndarray of float, shape (n,)
        Columns to be remembered with each decision.
    """

    def __init__(
        self,
        candle_ms: IntArray,
        actions: IntArray,
        reasons: IntArray,
        figures: Mapping[str, FloatArray],
    ) -> None:
        self._candle_ms = candle_ms
        self._actions = actions
        self._reasons = reasons
        self._figures = figures

    def __len__(self) -> int:
        return len(self._candle_ms)

    @property
    def newest_ms(self) -> int | None:
        """When the newest candle opened, UTC milliseconds; None without candles."""
        return int(self._candle_ms[-1]) if len(self) else None

    def closed_by(self, at_ms: int, interval_ms: int) -> DecidedRow | None:
        """The newest candle that had closed at a time; None if there was none."""
        last = int(np.searchsorted(self._candle_ms, at_ms - interval_ms, side="right")) - 1
        return self._row(last) if last >= 0 else None

    def at(self, candle_ms: int) -> DecidedRow | None:
        """The candle that opened at a time; None if there is none."""
        index = int(np.searchsorted(self._candle_ms, candle_ms))
        if index == len(self) or self._candle_ms[index] != candle_ms:
            return None
        return self._row(index)

    def _row(self, index: int) -> DecidedRow:
        values = ((name, column[index]) for name, column in self._figures.items())
        return DecidedRow(
            candle_ms=int(self._candle_ms[index]),
            action=_ACTIONS[int(self._actions[index])],
            reason=_REASONS[int(self._reasons[index])],
            figures={name: float(value) for name, value in values if np.isfinite(value)},
        )
