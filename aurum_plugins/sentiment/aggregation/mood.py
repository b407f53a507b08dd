"""The mood about one subject at many times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Moods:
    """What was known of the mood at each of n times.

    Attributes
    ----------
    mean : ndarray of float64, shape (n,)
        Of the scores, weighted, older ones less, in [-1, 1]; 0 where there was none.
    count : ndarray of float64, shape (n,)
        Sum of the weights, older ones less.
    dispersion : ndarray of float64, shape (n,)
        Standard deviation of the scores around `mean`, in [0, 1]; 0 where there was none.
    available : ndarray of bool, shape (n,)
        Whether any source was listened to then. Where not, the other three are 0, and mean nothing.
    """

    mean: FloatArray
    count: FloatArray
    dispersion: FloatArray
    available: BoolArray
