"""Which rows may be acted on, by what is forecast of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, IntArray
from aurum_plugins.forecasting.forecasts import Readiness, TargetForecast


def row_readiness(
    candles: IntArray,
    targets: Mapping[str, TargetForecast],
    trained_until: int,
    novelty_share: float,
) -> IntArray:
    """Give each row the first reason that holds for any target, in the order of what is worst.

    Parameters
    ----------
    candles : ndarray of int, shape (n,)
    targets : mapping of str to TargetForecast
        Forecasts of these candles by target.
    trained_until : int
        The last candle that was offered for training.
    novelty_share : float in [0, 0.5]
        See `EnsembleSettings`.

    Returns
    -------
    ndarray of int, shape (n,)
        `Readiness`.
    """
    reasons: list[tuple[BoolArray, Readiness]] = []
    for forecast in targets.values():
        known = np.isfinite(forecast.lower) & np.isfinite(forecast.upper)
        unknown = np.asarray(~known.all(axis=1))
        reasons += [
            (unknown, Readiness.NOT_CALIBRATED),
            (forecast.novelty >= 1.0 - novelty_share, Readiness.NOVEL),
            (~forecast.usable, Readiness.MISSING_FEATURES),
        ]
    reasons.sort(key=lambda reason: -reason[1])
    reasons.append((candles <= trained_until, Readiness.IN_SAMPLE))
    readiness = np.full(len(candles), int(Readiness.READY), dtype=np.int64)
    for holds, reason in reasons:
        readiness[holds] = reason
    return readiness
