"""A number that wanders slowly: the distance between two venues' prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.faults.draws import unit_draws
from aurum_plugins.sandbox.market.tape import FloatArray, IntArray


@dataclass(frozen=True)
class SlowNoise:
    """A pure function of (key, minute) with values in [-1, 1].

    Independent, uniform values at regular knots, joined by cubic steps, so that it neither jumps
    nor overshoots: between two knots it only rises or only falls.

    Attributes
    ----------
    key : int
        Names the sequence; 0 <= key < 2**64.
    knot_ms : int
        Milliseconds between knots; a multiple of a minute.
    """

    key: int
    knot_ms: int

    def at(self, time_ms: IntArray) -> FloatArray:
        """Value in the minute of each instant.

        Parameters
        ----------
        time_ms : ndarray of int64, shape (n,)
            UTC milliseconds, n >= 1, in any order.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        minute = time_ms // MINUTE_MS * MINUTE_MS
        knot = minute // self.knot_ms
        first = int(knot.min())
        heights = 2.0 * unit_draws(self.key, np.arange(first, int(knot.max()) + 2)) - 1.0
        phase = (minute - knot * self.knot_ms) / self.knot_ms
        left, right = heights[knot - first], heights[knot - first + 1]
        return left + (right - left) * phase * phase * (3.0 - 2.0 * phase)
