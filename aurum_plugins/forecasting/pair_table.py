"""What a training of several pairs is told of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.errors import BadRows


@dataclass(frozen=True, eq=False)
class PairTable:
    """n candles of one pair, oldest first.

    Attributes
    ----------
    features : pandas.DataFrame of shape (n, d)
        Candidate features; NaN and infinite values are missing.
    labels : pandas.DataFrame of shape (n, number of targets)
        NaN where not known.
    candles : ndarray of int, shape (n,)
        Number of each row's candle, rising.
    own_names : mapping of str to str
        What the pair's forecaster is to call a feature, where another name than that of the column.
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: IntArray
    own_names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        features: pd.DataFrame,
        labels: pd.DataFrame,
        candles: IntArray,
        targets: Sequence[str],
        own_names: Mapping[str, str] | None = None,
    ) -> Self:
        """Check rows and hold them.

        Parameters
        ----------
        features, labels, candles, own_names
        targets : sequence of str
            The labels that are wanted, in their order.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If lengths differ, a label is missing, or candles do not rise.
        """
        if not len(features) == len(labels) == len(candles):
            counts = f"{len(features)}, {len(labels)} and {len(candles)}"
            raise BadRows(f"features, labels and candles must be as many, got {counts}")
        missing = [name for name in targets if name not in labels.columns]
        if missing:
            raise BadRows(f"no column of labels is called {', '.join(missing)}")
        if not (np.diff(candles) > 0).all():
            raise BadRows("candles must rise from row to row")
        return cls(features, labels[list(targets)], candles, own_names or {})

    def labelled(self) -> Self:
        """The rows of which every label is known."""
        known = np.isfinite(self.labels.to_numpy(np.float64)).all(axis=1)
        rows = np.flatnonzero(known)
        return replace(
            self,
            features=self.features.iloc[rows],
            labels=self.labels.iloc[rows],
            candles=self.candles[rows],
        )
