"""Whether a model's losses have become higher than they were on held-out rows."""

from __future__ import annotations

from typing import Self

import numpy as np

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.drift.drift_reading import DriftReading
from aurum_plugins.forecasting.drift.long_run import long_run_deviation
from aurum_plugins.forecasting.drift.stretches import Stretches
from aurum_plugins.forecasting.errors import BadRows, NotFitted

# Fewer stretches say nothing of the reference's noise.
LEAST_REFERENCE = 20
# Fewer of the latest stretches or candles are an episode, not drift.
LEAST_LATEST = 4
LEAST_CANDLES = 24
# Losses above this share of the reference's are counted as being equal to it: the mean of a loss
# with a fat tail is ruled by its few largest.
CAP = 0.95


class LossDrift:
    """A scan of the latest outcomes against those of held-out rows.

    With `m` means over stretches of the reference, their mean `a` and long-run deviation `s` (see
    `Stretches` and `long_run_deviation`), and `b_k` the mean of the `k` latest stretches whose
    outcomes are known, a row's statistic is

        max over k of (b_k - a) / (s sqrt(1/m + 1/k))

    over all `k` that fit into the window: a sudden fault shows in the latest few, a slow one in
    all of them. The maximum of many is not a normal score, so that the threshold was found by
    simulation (see `DriftSettings`).

    It remembers a window rather than everything since the start, as a CUSUM (`PageHinkley` of
    river) or `ADWIN` would: so a row's reading depends on the outcomes of that window alone, and a
    bot that was restarted agrees with a backtest. Both of those also learn what is usual from the
    stream that they watch, where here it is known beforehand, and take its values to be
    independent.

    Parameters
    ----------
    horizon : int
        Candles until an outcome is known.
    window : int
        Candles of outcomes that are looked at.
    threshold : float
        Statistic above which losses have drifted.

    Attributes
    ----------
    mean_, deviation_ : float
        `a` and `s`.
    cap_ : float
        Largest loss that counts.
    stretches_ : int
        `m`.

    References
    ----------
    T. L. Lai, "Sequential changepoint detection in quality control and dynamical systems", Journal
    of the Royal Statistical Society B 57 (1995): window-limited scans. C.-S. Chu, M. Stinchcombe
    and H. White, "Monitoring structural change", Econometrica 64 (1996): against a training sample.
    """

    mean_: float
    deviation_: float
    cap_: float
    stretches_: int

    def __init__(self, horizon: int, window: int, threshold: float) -> None:
        self.horizon = horizon
        self.window = window
        self.threshold = threshold

    def fit(self, losses: FloatArray, candles: IntArray) -> Self:
        """Learn what is usual.

        Parameters
        ----------
        losses : ndarray of shape (n,)
            Of rows that members were not fitted on; NaN where unknown. With fewer than 20 stretches
            of a horizon's length, or losses that are all alike, nothing is ever known to drift.
        candles : ndarray of int, shape (n,)
            Rising.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the window holds too few stretches.
        aurum_plugins.forecasting.errors.BadRows
        """
        if self._most < self._least:
            # At most horizon - 1 candles are lost on either side of the grid's stretches.
            needed = (self._least + 1) * self.horizon - 1
            rule = f"must be at least {needed} for a horizon of {self.horizon} candles"
            raise ConfigurationError("aurum.drift.loss_candles", rule, self.window)
        known = losses[losses > -np.inf]
        self.cap_ = float(np.quantile(known, CAP, method="lower")) if len(known) else np.nan
        means = self._stretches(losses, candles).means
        self.stretches_ = len(means)
        self.mean_ = self.deviation_ = np.nan
        if self.stretches_ >= LEAST_REFERENCE and np.isfinite(self.cap_):
            self.mean_ = float(means.mean())
            deviation = long_run_deviation(means)
            # What rounding leaves of equal losses is not noise.
            if deviation > 1e-9 * abs(self.mean_):
                self.deviation_ = deviation
        return self

    def read(self, losses: FloatArray, candles: IntArray, rows: IntArray) -> DriftReading:
        """Read the monitor at some rows.

        Parameters
        ----------
        losses : ndarray of shape (k,)
            Of past forecasts; NaN where unknown. At each row only those are looked at that are
            known at its close: of candles up to ``row - horizon``, and above
            ``row - horizon - window``.
        candles : ndarray of int, shape (k,)
            Of the losses, rising.
        rows : ndarray of int, shape (n,)
            Candles to read at.

        Returns
        -------
        DriftReading
            n rows. Not known where fewer than 4 stretches, or 24 candles, have outcomes.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows, NotFitted
        """
        if not hasattr(self, "mean_"):
            raise NotFitted("the monitor of losses")
        if rows.ndim != 1:
            raise BadRows(f"rows must be candles in one dimension, got shape {rows.shape}")
        latest = self._stretches(losses, candles)
        statistic = np.full(len(rows), np.nan)
        if len(latest.numbers) and np.isfinite(self.deviation_):
            # The last stretch that is complete, and whose outcomes are known.
            complete = (rows - self.horizon + 1) // self.horizon - 1
            ends, position = np.unique(complete, return_inverse=True)
            statistic = self._scan(latest, ends)[position]
        return DriftReading(statistic, statistic > self.threshold)

    @property
    def _least(self) -> int:
        """Fewest stretches that are compared."""
        return max(LEAST_LATEST, -(-LEAST_CANDLES // self.horizon))

    @property
    def _most(self) -> int:
        """Stretches that lie in the window wherever the grid falls."""
        return (self.window + 1) // self.horizon - 1

    def _stretches(self, losses: FloatArray, candles: IntArray) -> Stretches:
        return Stretches.of(np.minimum(losses, self.cap_), candles, self.horizon)

    def _scan(self, latest: Stretches, ends: IntArray) -> FloatArray:
        wanted = ends[:, None] - np.arange(self._most)
        found = np.searchsorted(latest.numbers, wanted).clip(max=len(latest.numbers) - 1)
        there = latest.numbers[found] == wanted
        above = np.cumsum(np.where(there, latest.means[found] - self.mean_, 0.0), axis=1)
        count = np.cumsum(there, axis=1)
        noise = self.deviation_ * np.sqrt(1 / self.stretches_ + 1 / np.maximum(count, 1))
        scores = np.where(count >= self._least, above / np.maximum(count, 1) / noise, -np.inf)
        highest: FloatArray = scores.max(axis=1)
        highest[np.isneginf(highest)] = np.nan
        return highest
