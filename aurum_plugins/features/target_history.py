"""What the volatility label has been so far: its own past says more of it than anything else.

With `m` the mean range and `u` what is usual, as `targets` defines them:

    range_regime_k    ln(mean range over the last k candles / u_t)
    range_season      ln(mean over the last seasons of their mean range over the same candles of the
                      season as the h to come / u_t)

Means over a cascade of horizons, as of traders who look back an hour, a day, a week: a linear
combination of these forecasts volatility about as well as anything that is known.

References
----------
F. Corsi, "A simple approximate long-memory model of realized volatility", Journal of Financial
Econometrics 7 (2009). T. Andersen and T. Bollerslev, "Intraday periodicity and volatility
persistence in financial markets", Journal of Empirical Finance 4 (1997).
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray, lagged
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.known_mean import known_mean
from aurum_plugins.features.rolling import divide
from aurum_plugins.features.targets import LOWEST_RATIO, TargetSettings, mean_range, usual_range

REGIME = "range_regime"
SEASON = "range_season"


def target_history(candles: Candles, settings: TargetSettings) -> dict[str, FloatArray]:
    """Features of every row, made from nothing later than the row.

    Parameters
    ----------
    candles : Candles
        n candles.
    settings : TargetSettings

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `range_regime_k` for each of `settings.history_candles`, and `range_season`. NaN where the
        candle was not observed, where too much of a window was not, and before a row has the
        `settings.lookback` candles that it depends on.
    """
    usual = usual_range(candles, settings)
    usual[~candles.observed] = np.nan
    usual[: settings.lookback - 1] = np.nan
    ranges = candles.scatter(candles.series.log_range)
    absent = settings.largest_absent_share
    columns = {
        f"{REGIME}_{window}": known_mean(ranges, window, absent)
        for window in settings.history_candles
    }
    columns[SEASON] = _season(mean_range(candles, settings), settings)
    return {name: _logarithm(divide(values, usual)) for name, values in columns.items()}


def _season(means: FloatArray, settings: TargetSettings) -> FloatArray:
    """Mean of what followed the same moment of earlier seasons, over `horizon_candles`."""
    shifts = [
        season * settings.season_candles - settings.horizon_candles
        for season in range(settings.first_season, settings.seasons + settings.first_season)
    ]
    total: FloatArray = np.sum([lagged(means, shift) for shift in shifts], axis=0)
    return total / len(shifts)


def _logarithm(ratio: FloatArray) -> FloatArray:
    # A candle without a range has no logarithm; under a hundredth of what is usual, none is wanted.
    return np.log(np.maximum(ratio, LOWEST_RATIO))
