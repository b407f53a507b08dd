"""Which signs a forecast leaves open."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.conformal.rolling_record import RecordedRows


def p_values(surprise: FloatArray, recorded: RecordedRows, improbability: FloatArray) -> FloatArray:
    """Give the share of the record that surprised at least as much as a sign would.

    Parameters
    ----------
    surprise : ndarray of shape (k,)
        How improbable each outcome's sign was to its forecast.
    recorded : RecordedRows
        r rows.
    improbability : ndarray of shape (r,)
        How improbable each row's forecast calls the sign: 1 - P(sign).

    Returns
    -------
    ndarray of shape (r,)
        In (0, 1]: ``(as surprising + peers) / (outcomes + peers)``, the row counting as its own
        peer. 1 without any outcome.

    References
    ----------
    V. Vovk, A. Gammerman and G. Shafer, "Algorithmic learning in a random world" (2005), chapter 2.
    """
    if not len(surprise):
        return np.ones(len(recorded.places))
    surprising = surprise[recorded.places] >= improbability[:, np.newaxis]
    reached = (surprising & recorded.counted).sum(axis=1)
    return np.asarray((reached + recorded.peers) / (recorded.counted.sum(axis=1) + recorded.peers))
