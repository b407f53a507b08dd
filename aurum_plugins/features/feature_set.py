"""The chosen features, computed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import Candles, Market
from aurum_plugins.features.catalogue import FEATURES, MARKET_FEATURES
from aurum_plugins.features.feature import Family, Feature
from aurum_plugins.features.feature_table import Column, FeatureTable
from aurum_plugins.features.market_feature import MarketFeature
from aurum_plugins.features.market_view import MarketView
from aurum_plugins.features.settings import FeatureSettings


class FeatureSet:
    """Computes the features that the settings choose.

    A value is NaN where the candle was not observed, where history is shorter than the feature's
    window, where too much of the window was not observed, and where the formula is undefined.

    Parameters
    ----------
    settings : FeatureSettings

    Examples
    --------
    >>> FeatureSet(FeatureSettings(include=("rsi", "macd"))).lookback([14])
    28
    """

    def __init__(self, settings: FeatureSettings) -> None:
        chosen = settings.chosen
        self.settings = settings
        of_one_pair = [feature for name, feature in FEATURES.items() if name in chosen]
        of_market = [feature for name, feature in MARKET_FEATURES.items() if name in chosen]
        self._periodic = tuple(f for f in of_one_pair if f.periodic)
        self._basic = tuple(f for f in of_one_pair if not f.periodic)
        self._market = tuple(f for f in of_market if f.family is Family.MARKET)
        self._calendar = tuple(f for f in of_market if f.family is Family.CALENDAR)

    def lookback(self, periods: Iterable[int]) -> int:
        """Candles that the last row of every feature depends on, itself included.

        Parameters
        ----------
        periods : iterable of int
            As passed to `compute`.
        """
        market_periods = self.settings.market_periods
        windows = [
            *(feature.window(period) for period in periods for feature in self._periodic),
            *(feature.window(1) for feature in self._basic),
            *(feature.window(period) for period in market_periods for feature in self._market),
            *(feature.window(1) for feature in self._calendar),
        ]
        return max(windows, default=1)

    def expanded(self, candles: Candles, period: int) -> list[Column]:
        """Features with a period, computed for one."""
        return [self._column(feature, candles, period) for feature in self._periodic]

    def basic(self, candles: Candles) -> list[Column]:
        """Features of the last candles, without a period."""
        return [self._column(feature, candles, None) for feature in self._basic]

    def market_wide(self, candles: Candles, market: Market) -> list[Column]:
        """Features of the market and of the calendar.

        Parameters
        ----------
        candles : Candles
            The pair.
        market : mapping of str to Candles
            The market pairs, the leader first; may be empty if no chosen feature looks at them.
        """
        columns = []
        if self._market:
            view = MarketView.of(candles, market)
            columns = [
                self._market_column(feature, candles, view, period)
                for period in self.settings.market_periods
                for feature in self._market
            ]
        alone = MarketView(candles.open_ms, np.empty(0), np.empty((0, 0)))
        return columns + [self._market_column(f, candles, alone, None) for f in self._calendar]

    def compute(
        self, candles: Candles, periods: Iterable[int], market: Market | None = None
    ) -> FeatureTable:
        """Every chosen feature of one pair.

        Parameters
        ----------
        candles : Candles
            n candles.
        periods : iterable of int
            Periods in candles; features with a period get a column for each.
        market : mapping of str to Candles, optional
            The market pairs, the leader first. Without it there are no market-wide columns.

        Returns
        -------
        FeatureTable
            n rows; columns in the order of the catalogue.
        """
        columns = [c for period in periods for c in self.expanded(candles, period)]
        columns += self.basic(candles)
        if market is not None:
            columns += self.market_wide(candles, market)
        return FeatureTable(candles, tuple(columns), self.settings.largest_absent_share)

    def _column(self, feature: Feature, candles: Candles, period: int | None) -> Column:
        window = feature.window(period or 1)
        values = candles.scatter(feature.compute(candles.series, period or 1))
        return self._finished(feature, candles, window, values, period)

    def _market_column(
        self, feature: MarketFeature, candles: Candles, view: MarketView, period: int | None
    ) -> Column:
        window = feature.window(period or 1)
        values = feature.compute(view, period or 1)
        return self._finished(feature, candles, window, values, period)

    def _finished(
        self,
        feature: Feature | MarketFeature,
        candles: Candles,
        window: int,
        values: FloatArray,
        period: int | None,
    ) -> Column:
        if not candles.is_whole:
            least = 1.0 - self.settings.largest_absent_share
            believed = candles.observed & (candles.coverage(window) >= least)
            values = np.where(believed, values, np.nan)
        return Column(feature.name, feature.family, period, window, values)
