"""What a monitor read at each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class DriftReading:
    """One figure a row, and whether it is beyond its threshold.

    Attributes
    ----------
    statistic : ndarray of shape (n,)
        Larger is worse. NaN where too little is known to say anything.
    drifted : ndarray of bool, shape (n,)
        Never true where nothing is known: a model that was trained an hour ago has no outcomes yet,
        and was judged on held-out rows before it served.
    """

    statistic: FloatArray
    drifted: BoolArray

    @property
    def known(self) -> BoolArray:
        """Rows of which something can be said, shape (n,)."""
        return np.isfinite(self.statistic)


@dataclass(frozen=True, eq=False)
class InputReading(DriftReading):
    """The same of a model's features, with the features at fault.

    Attributes
    ----------
    shifted : ndarray of bool, shape (n, d)
        Features that are distributed otherwise than in any stretch of training rows. `statistic` is
        their share.
    dead : ndarray of bool, shape (n, d)
        Features that stand still as they never did in training. One is enough for `drifted`.
    """

    shifted: BoolArray
    dead: BoolArray
