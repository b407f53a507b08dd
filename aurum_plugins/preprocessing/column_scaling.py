"""Robust scaling of columns, learnt from training rows, that no finite number can upset.

With `m` the median and `s` the spread of a column's finite training values, a value becomes
``clip((x - m) / s, -w, w)``, and a missing one 0: the median. `s` is the interquartile range over
1.349, which is the standard deviation if values are normal. Where the middle half of the values is
the same, that range is 0 and says nothing of the rest: then `s` is the median distance from `m` of
the values that differ from it. (A standard deviation would do for flags, but one 1e308 sets it.) A
column without spread by either measure is unusable: it becomes 0 everywhere.

Columns are first multiplied by a power of two, which is exact, so that their quartiles are near 1:
nothing overflows or loses digits on the way, whether values are 1e308 or subnormal.

References
----------
P. Huber and E. Ronchetti, "Robust statistics" (2009), chapters 1 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.preprocessing.input_table import FloatArray, IntArray

# Interquartile range of a normal distribution, in standard deviations.
NORMAL_RANGE = 1.3489795003921634
# Under this share of a column's magnitude, a spread is what rounding leaves behind.
ROUNDING = 1e-12
_LARGEST = float(np.finfo(np.float64).max)


class Unusable(StrEnum):
    """Why a column holds no information."""

    MISSING = "all missing"
    CONSTANT = "constant"


@dataclass(frozen=True, eq=False)
class ColumnScaling:
    """How each of d columns is scaled.

    Attributes
    ----------
    exponent : ndarray of int32, shape (d,)
        Values are multiplied by two to this power.
    centre : ndarray of float64, shape (d,)
        Median, after that.
    spread : ndarray of float64, shape (d,)
        After that; infinite for an unusable column.
    width : float
        Beyond so many spreads from the centre, a value is clipped.
    unusable : tuple of (Unusable or None), length d
    """

    exponent: NDArray[np.int32]
    centre: FloatArray
    spread: FloatArray
    width: float
    unusable: tuple[Unusable | None, ...]

    @classmethod
    def of(cls, values: FloatArray, width: float) -> ColumnScaling:
        """Learn from training rows.

        Parameters
        ----------
        values : ndarray of float64, shape (n, d)
            NaN and infinity are missing values.
        width : float
            At least 1, so that a column with a spread is not clipped to a constant.
        """
        learnt = [_scale(column) for column in np.ascontiguousarray(values.T)]
        return cls(
            exponent=np.array([exponent for exponent, _, _, _ in learnt], dtype=np.int32),
            centre=np.array([centre for _, centre, _, _ in learnt], dtype=np.float64),
            spread=np.array([spread for _, _, spread, _ in learnt], dtype=np.float64),
            width=width,
            unusable=tuple(reason for _, _, _, reason in learnt),
        )

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Whether each column holds information, shape (d,)."""
        return np.isfinite(self.spread)

    def of_columns(self, columns: IntArray) -> ColumnScaling:
        """The scaling of some of the columns."""
        return ColumnScaling(
            self.exponent[columns],
            self.centre[columns],
            self.spread[columns],
            self.width,
            tuple(self.unusable[column] for column in columns),
        )

    def distances(self, values: FloatArray) -> FloatArray:
        """Signed distances from the centre in spreads, not clipped.

        Parameters
        ----------
        values : ndarray of float64, shape (n, d)

        Returns
        -------
        ndarray of float64, shape (n, d)
            NaN where the value is not finite; infinite where the distance is too large for a
            float64.
        """
        with np.errstate(over="ignore"):
            out = np.ldexp(np.where(np.isfinite(values), values, np.nan), self.exponent)
            out -= self.centre
            out /= self.spread
        return out

    def apply(self, values: FloatArray) -> FloatArray:
        """Scale, clip and impute.

        Parameters
        ----------
        values : ndarray of float64, shape (n, d)
            NaN and infinity are missing values.

        Returns
        -------
        ndarray of float64, shape (n, d)
            In [-width, width], always.
        """
        out = np.clip(self.distances(values), -self.width, self.width)
        out[np.isnan(out)] = 0.0
        return out


def _scale(column: FloatArray) -> tuple[int, float, float, Unusable | None]:
    """Exponent, centre, spread and what is wrong, for one column."""
    values = np.sort(column[np.isfinite(column)])
    if not len(values):
        return 0, 0.0, np.inf, Unusable.MISSING
    exponent, (low, median, high) = _scaled_quantiles(values, (0.25, 0.5, 0.75))
    if high - low > ROUNDING:
        return exponent, median, (high - low) / NORMAL_RANGE, None
    usual = values[len(values) // 2]
    with np.errstate(over="ignore"):
        distances = np.minimum(np.abs(values - usual), _LARGEST)
    distances = np.sort(distances[distances > ROUNDING * abs(usual)])
    if not len(distances):
        return 0, 0.0, np.inf, Unusable.CONSTANT
    exponent, (spread,) = _scaled_quantiles(distances, (0.5,), abs(usual))
    return exponent, float(np.ldexp(usual, exponent)), spread, None


def _scaled_quantiles(
    ordered: FloatArray, shares: tuple[float, ...], magnitude: float = 0.0
) -> tuple[int, list[float]]:
    """Quantiles, interpolated linearly, times two to the power that makes the largest about 1.

    Parameters
    ----------
    ordered : ndarray of float64, shape (n,)
    shares : tuple of float in [0, 1]
    magnitude : float
        Becomes no larger than 1 either.
    """
    positions = np.array(shares) * (len(ordered) - 1)
    below = np.floor(positions)
    ends = ordered[np.stack([below, np.ceil(positions)]).astype(np.intp)]
    exponent = -int(np.frexp(max(np.abs(ends).max(), magnitude))[1])
    first, second = np.ldexp(ends, exponent)
    return exponent, (first + (second - first) * (positions - below)).tolist()
