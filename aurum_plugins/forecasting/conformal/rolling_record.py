"""Which outcomes each row is measured by.

A row at candle `t` is measured by outcomes of candles in ``(t - horizon - record, t - horizon]``:
those whose labels were known at its close, and no older ones. So what is said of a row depends on a
stretch of fixed length before it, and is the same whether rows come one by one or all at once.

Of these outcomes the row's own regime counts, if it has enough; else all do. "Enough" is 60, and as
many as the highest level needs.

Labels overlap, so `n` outcomes say less than `n` independent ones. A row's own label is of one
stretch with those of its neighbours, and it is the whole stretch that is put among the outcomes of
the past: in place of the 1 of ``(n + 1)`` in the textbooks stands the `overlap` of the labels. The
outcomes of one regime lie scattered over the record, and overlap the less the fewer they are.

References
----------
V. Chernozhukov, K. Wuethrich and Y. Zhu, "Exact and robust conformal inference methods for
predictive machine learning with dependent data", COLT (2018): blocks instead of rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.overlapping_labels import overlap

LEAST_OF_REGIME = 60
# Cells of the tables that are worked on at once, so that they stay in the processor's cache.
CELLS_AT_ONCE = 2**18
# Ranks are whole numbers, but for what rounding makes of them.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class RecordedRows:
    """Some consecutive rows, and the outcomes that each is measured by.

    Attributes
    ----------
    rows : slice
        Which rows these are: r of them.
    places : ndarray of int, shape (r, w)
        Numbers of outcomes.
    counted : ndarray of bool, shape (r, w)
        Whether the row is measured by that outcome.
    peers : ndarray of shape (r,)
        What the row itself counts for beside them, at least 1.
    """

    rows: slice
    places: IntArray
    counted: BoolArray
    peers: FloatArray


@dataclass(frozen=True)
class RollingRecord:
    """How far back a row looks, and how much each outcome says.

    Parameters
    ----------
    record_candles : int
        Length of the record.
    horizon : int
        Candles until a label is known.
    highest_level : float in (0, 1)
        The regime's own outcomes are used only if they suffice for it.
    """

    record_candles: int
    horizon: int
    highest_level: float

    def of(self, outcomes: Outcomes, rows: Forecasted) -> Iterator[RecordedRows]:
        """Walk through rows, some at a time.

        Parameters
        ----------
        outcomes : Outcomes
            Complete ones, see `Outcomes.known`.
        rows : Forecasted
        """
        known_until = rows.candles - self.horizon
        first = np.searchsorted(outcomes.candles, known_until - self.record_candles, side="right")
        stop = np.searchsorted(outcomes.candles, known_until, side="right")
        width = max(1, int(np.max(stop - first, initial=0)))
        steps = np.arange(width)
        last = max(len(outcomes.candles) - 1, 0)
        at_once = max(1, CELLS_AT_ONCE // width)
        for start in range(0, len(rows.candles), at_once):
            part = slice(start, start + at_once)
            places = first[part, np.newaxis] + steps
            within = places < stop[part, np.newaxis]
            places = np.minimum(places, last)
            yield self._chosen(part, places, within, outcomes.regime, rows.regime[part])

    def _chosen(
        self, part: slice, places: IntArray, within: BoolArray, regimes: IntArray, own: IntArray
    ) -> RecordedRows:
        whole = overlap(self.horizon)
        if not len(regimes):
            return RecordedRows(part, places, within, np.full(len(places), whole))
        alike = within & (regimes[places] == own[:, np.newaxis])
        count, likes = within.sum(axis=1), alike.sum(axis=1)
        peers = np.maximum(1.0, whole * likes / np.maximum(count, 1))
        enough = (likes >= LEAST_OF_REGIME) & (rank(self.highest_level, likes, peers) <= likes)
        return RecordedRows(
            part,
            places,
            np.where(enough[:, np.newaxis], alike, within),
            np.where(enough, peers, whole),
        )


def rank(level: float, count: IntArray, peers: FloatArray) -> IntArray:
    """Give the place, among `count` rising scores, of the one that bounds a level's share.

    Above `count` where there are too few.
    """
    return np.ceil(level * (count + peers) - _ROUNDING).astype(np.int64)


def least_record(horizon: int, level: float) -> int:
    """Outcomes below which nothing can be said at a level.

    Parameters
    ----------
    horizon : int
        In candles; with an outcome at each.
    level : float in (0, 1)

    Returns
    -------
    int
        9 for 90 % where labels do not overlap, 145 where each spans 24 candles.
    """
    return math.ceil(level * overlap(horizon) / (1 - level) - _ROUNDING)
