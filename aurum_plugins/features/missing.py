"""Why a feature has no value."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import Candles


class MissingCause(IntEnum):
    """The first of these that applies explains a NaN."""

    PRESENT = 0  # there is a value
    ABSENT = 1  # the candle itself was not observed
    WARM_UP = 2  # history is shorter than the window
    GAP = 3  # too many candles of the window were not observed
    MARKET = 4  # the market pairs do not say enough
    UNDEFINED = 5  # the formula has no value here, such as 0 / 0


def missing_causes(
    candles: Candles,
    window: int,
    values: FloatArray,
    largest_absent_share: float,
    *,
    market_wide: bool = False,
) -> NDArray[np.uint8]:
    """Explain each NaN of one feature.

    Parameters
    ----------
    candles : Candles
        What the feature was computed from, n rows.
    window : int
        Candles that each row depends on, itself included.
    values : ndarray of float64, shape (n,)
        The feature, after the gap policy.
    largest_absent_share : float
        Of a window, in [0, 1].
    market_wide : bool
        Whether other pairs had a say.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Values of `MissingCause`.
    """
    missing = np.isnan(values)
    known = np.cumsum(candles.observed)
    return np.select(
        [
            ~missing,
            ~candles.observed,
            known < window,
            candles.coverage(window) < 1.0 - largest_absent_share,
        ],
        [
            MissingCause.PRESENT,
            MissingCause.ABSENT,
            MissingCause.WARM_UP,
            MissingCause.GAP,
        ],
        default=MissingCause.MARKET if market_wide else MissingCause.UNDEFINED,
    ).astype(np.uint8)
