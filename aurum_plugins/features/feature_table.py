"""Computed features of one pair, with what explains their holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.feature import Family
from aurum_plugins.features.missing import missing_causes


@dataclass(frozen=True, eq=False)
class Column:
    """One feature, computed.

    Attributes
    ----------
    feature : str
        Name in the catalogue.
    family : Family
    period : int or None
        Candles; None for a feature without a period.
    window : int
        Candles that each row depends on, itself included.
    numbers : ndarray of float64, shape (n,)
        Finite or NaN.
    """

    feature: str
    family: Family
    period: int | None
    window: int
    numbers: FloatArray

    @property
    def name(self) -> str:
        """The feature's name, with its period where it has one: `rsi_14`."""
        return self.feature if self.period is None else f"{self.feature}_{self.period}"


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Columns over the same candles.

    Attributes
    ----------
    candles : Candles
        n candles.
    columns : tuple of Column
    largest_absent_share : float
        Of a window, above which a value was withheld.
    """

    candles: Candles
    columns: tuple[Column, ...]
    largest_absent_share: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def to_frame(self) -> pd.DataFrame:
        """Features by candle.

        Returns
        -------
        pandas.DataFrame of shape (n, number of columns)
            float64; the index is the UTC time of each candle's open.
        """
        index = pd.DatetimeIndex(
            self.candles.open_ms.astype("datetime64[ms]"), tz="UTC", name="date"
        )
        return pd.DataFrame({column.name: column.numbers for column in self.columns}, index=index)

    def causes(self, column: Column) -> NDArray[np.uint8]:
        """Why each value of a column is missing, shape (n,): see `MissingCause`."""
        return missing_causes(
            self.candles,
            column.window,
            column.numbers,
            self.largest_absent_share,
            market_wide=column.family is Family.MARKET,
        )
