"""What the conformal layer says of rows."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Conformal:
    """Intervals, sets of signs and confidence of n rows, at L levels.

    Attributes
    ----------
    levels : tuple of float, length L
        The share of labels that intervals and sets are to hold.
    lower, upper : ndarray of shape (n, L)
        Ends of the interval of the label, both included. NaN where the record is too short for the
        level.
    may_be_up, may_be_down : ndarray of bool, shape (n, L)
        Whether the set holds the sign: "up" is a label above 0, "down" any other. Both is "do not
        know". Neither is rare: the forecast is surer than any that the record bears out.
    confidence : ndarray of shape (n,)
        In [0, 1), see `ConformalLayer`. 0 where there is no interval at all.
    """

    levels: tuple[float, ...]
    lower: FloatArray
    upper: FloatArray
    may_be_up: BoolArray
    may_be_down: BoolArray
    confidence: FloatArray
