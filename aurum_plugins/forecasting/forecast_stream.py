"""Forecasts of one pair's candles as they close, each scored once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.forecasts import Forecasts
from aurum_plugins.forecasting.scored_rows import ScoredRows


class ForecastStream:
    """Remembers scored rows, because a forecast looks back on hundreds of them.

    What it says of a candle is what `Ensemble.forecast` says of it among all the candles since the
    training, bit for bit, as long as `remembered` covers what the ensemble looks back on.

    Parameters
    ----------
    ensemble : Ensemble
        Fitted.
    remembered : int
        Rows after the training that are kept.

    Attributes
    ----------
    last : int
        The latest candle that was scored; that of the training before there is one.
    not_finite : int
        Scaled features so far that were not finite; see `models_door`.
    """

    def __init__(self, ensemble: Ensemble, remembered: int) -> None:
        self.ensemble = ensemble
        self.remembered = remembered
        self.last = ensemble.trained_until_
        self.not_finite = 0
        self._scored: dict[str, ScoredRows] = {}

    def forecast(
        self,
        features: pd.DataFrame,
        candles: IntArray,
        labels: Callable[[IntArray], pd.DataFrame],
    ) -> Forecasts:
        """Forecast the candles after the `last` one.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
        candles : ndarray of int, shape (n,)
            Rising, all above `last`.
        labels : callable of ndarray of int, shape (r,), to DataFrame of shape (r, targets)
            Labels of candles, NaN where not known; asked for the remembered ones and the new.

        Returns
        -------
        Forecasts
            n rows.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            As of `Ensemble.forecast`; then nothing is remembered of these rows.
        """
        earlier = self._scored or None
        scored = self.ensemble.score(features, candles, earlier=earlier)
        self.not_finite += int(sum(rows.not_finite.sum() for rows in scored.values()))
        if earlier:
            scored = {name: earlier[name].followed_by(rows) for name, rows in scored.items()}
        known = next(iter(scored.values())).candles
        forecasts = self.ensemble.assess(scored, labels(known), len(known) - len(candles))
        self._scored = {name: rows[-self.remembered :] for name, rows in scored.items()}
        self.last = int(np.max(candles))
        return forecasts
