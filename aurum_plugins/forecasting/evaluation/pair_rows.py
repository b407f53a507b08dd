"""Everything that a walk-forward needs to know of one pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.features import (
    Candles,
    FeatureSet,
    FeatureSettings,
    TargetSettings,
    forward_targets,
    persistence,
    target_history,
)
from aurum_plugins.forecasting.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class PairRows:
    """n candles of one pair, oldest first.

    Attributes
    ----------
    pair : str
    candles : ndarray of int, shape (n,)
        Opening time over the candle's length.
    open_ms : ndarray of int, shape (n,)
    close : ndarray of shape (n,)
        Quote currency; NaN where not observed.
    features : pandas.DataFrame of shape (n, d)
    labels, persistence : pandas.DataFrame of shape (n, number of targets)
        Columns by the target's name; NaN where not known.
    """

    pair: str
    candles: IntArray
    open_ms: IntArray
    close: FloatArray
    features: pd.DataFrame
    labels: pd.DataFrame
    persistence: pd.DataFrame

    @classmethod
    def of(
        cls,
        pair: str,
        candles: Candles,
        market: Mapping[str, Candles],
        features: FeatureSettings,
        periods: Sequence[int],
        targets: TargetSettings,
    ) -> Self:
        """Compute features and labels of repaired candles."""
        table = FeatureSet(features).compute(candles, periods, market)
        columns = {column.name: column.numbers for column in table.columns}
        columns |= target_history(candles, targets)
        return cls(
            pair=pair,
            candles=candles.open_ms // candles.interval_ms,
            open_ms=candles.open_ms,
            close=np.where(candles.observed, candles.close, np.nan),
            features=pd.DataFrame(columns).astype(np.float32),
            labels=pd.DataFrame(forward_targets(candles, targets)),
            persistence=pd.DataFrame(persistence(candles, targets)),
        )

    def between(self, first: int, stop: int) -> PairRows:
        """The rows of candles from `first` on, `stop` excluded."""
        begin, end = np.searchsorted(self.candles, [first, stop])
        rows = slice(int(begin), int(end))
        return PairRows(
            self.pair,
            self.candles[rows],
            self.open_ms[rows],
            self.close[rows],
            self.features.iloc[rows].reset_index(drop=True),
            self.labels.iloc[rows].reset_index(drop=True),
            self.persistence.iloc[rows].reset_index(drop=True),
        )

    def known_before(self, stop: int, horizon: int) -> pd.DataFrame:
        """Labels that are known when candle `stop` opens; NaN for the others."""
        return self.labels.where(pd.Series(self.candles + horizon < stop), axis=0)
