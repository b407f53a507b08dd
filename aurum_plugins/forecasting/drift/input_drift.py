"""Whether the features of the latest rows are distributed as in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.drift.drift_reading import InputReading
from aurum_plugins.forecasting.errors import BadRows, NotFitted
from aurum_plugins.preprocessing.quality.drift import BINS, SMALLEST_SHARE

# Windows side by side without which the training rows do not tell what a window may look like.
LEAST_WINDOWS = 5
WINDOW_PARTS = 10
# A feature is not dead before so many candles, nor before so many times its longest standstill.
LEAST_STANDSTILL = 24
STANDSTILLS = 2


class InputDrift:
    """Each feature's population stability index over a trailing window, against its own past.

    The index of the rows of a window, with the training rows' deciles as bins, is that of
    `aurum_plugins.preprocessing.quality.drift`. Its customary threshold of 0.25 is of no use here:
    200 hours of a slow feature never spread over the deciles of a year. So a feature has shifted
    when its index is above the largest of any window within the training rows. The share of the
    features that have is the row's statistic.

    A feature that has stood still for longer than twice its longest standstill in training, and for
    24 candles at least, is dead: a feed has stopped, or a column is filled in. One that rests at or
    beyond the edge of what training rows had is not: preprocessing clips there.

    Parameters
    ----------
    window : int
        Candles up to and including the row's own.
    share : float
        Share of shifted features above which the inputs have drifted.

    Attributes
    ----------
    edges_ : ndarray of shape (e, d)
        Upper edges of the bins, padded with infinity.
    shares_ : ndarray of shape (e + 1, d)
        Of the training rows in each bin.
    largest_ : ndarray of shape (d,)
        Largest index within the training rows; NaN if they span fewer than five windows, and then
        no shift is ever known.
    dead_after_ : ndarray of shape (d,)
        Candles; infinity for a feature that may stand still for all of a window.
    lowest_, highest_ : ndarray of shape (d,)
        Of the training rows.
    """

    edges_: FloatArray
    shares_: FloatArray
    largest_: FloatArray
    dead_after_: FloatArray
    lowest_: FloatArray
    highest_: FloatArray

    def __init__(self, window: int, share: float) -> None:
        self.window = window
        self.share = share

    def fit(
        self,
        features: FloatArray,
        candles: IntArray,
        stretches: Sequence[tuple[FloatArray, IntArray]] = (),
    ) -> Self:
        """Learn what is usual.

        Parameters
        ----------
        features : ndarray of shape (n, d)
            Finite. All rows of the training stretch, not thinned: standstills and windows are
            counted on them.
        candles : ndarray of int, shape (n,)
            Rising.
        stretches : sequence of (ndarray of shape (m, d), ndarray of int of shape (m,))
            Rows, of one pair each, whose windows and standstills are counted in place of those of
            `features`, which then may be thinned.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
        """
        _check(features, candles)
        columns = [_upper_edges(column) for column in features.T]
        height = max(map(len, columns))
        self.edges_ = np.column_stack(
            [
                np.pad(column, (0, height - len(column)), constant_values=np.inf)
                for column in columns
            ]
        )
        below = np.array([(features <= edge).mean(axis=0) for edge in self.edges_])
        self.shares_ = np.maximum(_between(below), SMALLEST_SHARE)
        windows = stretches or [(features, candles)]
        for part in windows:
            _check(*part)
        # Windows of several pairs that overlap almost wholly would only cost time.
        step = max(1, self.window // WINDOW_PARTS) if stretches else 1
        largest = [self._largest(*part, step) for part in windows]
        self.largest_ = np.asarray(np.fmax.reduce(largest, axis=0))
        longest = np.max([_longest_standstill(*part) for part in windows], axis=0)
        every = [features, *(part for part, _ in stretches)]
        self.lowest_ = np.min([part.min(axis=0) for part in every], axis=0)
        self.highest_ = np.max([part.max(axis=0) for part in every], axis=0)
        limit = np.maximum(LEAST_STANDSTILL, STANDSTILLS * longest + 1.0)
        self.dead_after_ = np.where(limit < self.window, limit, np.inf)
        return self

    def read(self, features: FloatArray, candles: IntArray) -> InputReading:
        """Read the monitor at every row.

        Parameters
        ----------
        features : ndarray of shape (n, d)
            Finite; the columns of the fit.
        candles : ndarray of int, shape (n,)
            Rising. To read one row, give the `window` candles that end with it.

        Returns
        -------
        InputReading
            n rows. Not known where fewer than half of a window's candles are there.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows, NotFitted
        """
        if not hasattr(self, "edges_"):
            raise NotFitted("the monitor of features")
        _check(features, candles)
        if features.shape[1] != self.edges_.shape[1]:
            raise BadRows(
                f"fitted on {self.edges_.shape[1]} features, but {features.shape[1]} were given"
            )
        index = self._index(features, candles)
        shifted = index > self.largest_
        statistic = shifted.mean(axis=1)
        statistic[np.isnan(index[:, 0]) | np.isnan(self.largest_[0])] = np.nan
        dead = _standstill(features, candles, self.window - 1) >= self.dead_after_
        dead &= (features > self.lowest_) & (features < self.highest_)
        drifted = (statistic > self.share) | dead.any(axis=1)
        return InputReading(statistic, drifted, shifted=shifted, dead=dead)

    def _largest(self, features: FloatArray, candles: IntArray, step: int) -> FloatArray:
        """The largest index of the windows that end at every `step`-th row; NaN if too few."""
        if candles[-1] - candles[0] + 1 < LEAST_WINDOWS * self.window:
            return np.full(features.shape[1], np.nan)
        ends = np.arange(step - 1, len(candles), step)
        return np.asarray(np.fmax.reduce(self._index(features, candles, ends), axis=0))

    def _index(
        self, features: FloatArray, candles: IntArray, ends: IntArray | None = None
    ) -> FloatArray:
        """Population stability index of the windows that end at some rows, or at every row.

        NaN where too few rows are in a window.
        """
        if ends is None:
            ends = np.arange(len(candles))
        first = np.searchsorted(candles, candles[ends] - self.window, side="right")
        count = ends + 1 - first
        points = np.unique(np.concatenate(([0], first, ends + 1)))
        begin, end = np.searchsorted(points, first), np.searchsorted(points, ends + 1)
        before = np.zeros((len(points), features.shape[1]), dtype=np.int64)
        total = np.zeros((len(ends), features.shape[1]))
        lower: FloatArray = np.zeros(total.shape)
        for edge, expected in zip((*self.edges_, np.inf), self.shares_):
            counts: IntArray | BoolArray = features[: points[-1]] <= edge
            if len(points) <= len(counts):
                counts = np.add.reduceat(counts, points[:-1], axis=0, dtype=np.int64)
            np.cumsum(counts, axis=0, out=before[1:])
            upper = (before[end] - before[begin]) / count[:, None]
            found = np.maximum(upper - lower, SMALLEST_SHARE)
            total += (found - expected) * np.log(found / expected)
            lower = upper
        total[2 * count < self.window] = np.nan
        return total


def _check(features: FloatArray, candles: IntArray) -> None:
    if features.ndim != 2 or candles.shape != features.shape[:1] or not features.size:  # noqa: PLR2004
        raise BadRows(
            "features must be of shape (rows, columns), neither of them 0, with one candle a row, "
            f"got {features.shape} and {candles.shape}"
        )
    if (np.diff(candles) <= 0).any():
        raise BadRows("candles of features must rise")
    if not np.isfinite(features).all():
        raise BadRows("features must be finite")


def _upper_edges(column: FloatArray) -> FloatArray:
    """Deciles, and the next smaller number beside one that fills a bin, as the quality page has."""
    ordered = np.sort(column)
    deciles = ordered[-(-len(ordered) * np.arange(1, BINS) // BINS) - 1]
    repeated = deciles[1:][deciles[1:] == deciles[:-1]]
    edges: FloatArray = np.unique(np.concatenate((deciles, np.nextafter(repeated, -np.inf))))
    return edges


def _between(below: FloatArray) -> FloatArray:
    edge = np.zeros((1, below.shape[1]))
    shares: FloatArray = np.diff(np.concatenate((edge, below, edge + 1.0)), axis=0)
    return shares


def _longest_standstill(features: FloatArray, candles: IntArray) -> IntArray:
    longest: IntArray = _standstill(features, candles, int(candles[-1] - candles[0])).max(axis=0)
    return longest


def _standstill(features: FloatArray, candles: IntArray, most: int) -> IntArray:
    """Candles since each feature last changed, or since it was first seen, at most `most`."""
    changed: BoolArray = np.ones(features.shape, dtype=np.bool_)
    changed[1:] = features[1:] != features[:-1]
    since = np.maximum.accumulate(np.where(changed, candles[:, None], candles[0]), axis=0)
    standstill: IntArray = np.minimum(candles[:, None] - since, most)
    return standstill
