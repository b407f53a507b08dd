"""What each forecast cost, once its outcome was known."""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.target import Learn

# A probability of 0 that was wrong would cost without bound.
LOWEST_PROBABILITY = 1e-6


def realised_losses(learn: Learn, forecast: FloatArray, target: FloatArray) -> FloatArray:
    """Loss of each row.

    Parameters
    ----------
    learn : "sign" or "value"
        How the target is learnt, and so what is judged.
    forecast : ndarray of shape (n,)
        Probability of ``target > 0`` for "sign", expected target for "value".
    target : ndarray of shape (n,)
        NaN where it is not known.

    Returns
    -------
    ndarray of shape (n,)
        0 or more: the log loss of the sign in nats, or the squared error in the target's own unit
        squared. NaN where either is not known.
    """
    if learn == "value":
        with np.errstate(over="ignore", invalid="ignore"):
            squared: FloatArray = (target - forecast) ** 2
        return squared
    of_what_came = np.where(target > 0, forecast, 1.0 - forecast)
    losses: FloatArray = -np.log(np.clip(of_what_came, LOWEST_PROBABILITY, 1.0))
    losses[np.isnan(target)] = np.nan
    return losses
