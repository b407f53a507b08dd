"""Mentions of one coin, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mentions:
    """m items about one subject, in order of the time at which they were seen.

    Attributes
    ----------
    seen_ms : ndarray of int64, shape (m,)
        UTC milliseconds.
    score : ndarray of float64, shape (m,)
        In [-1, 1].
    weight : ndarray of float64, shape (m,)
        Above 0.
    """

    seen_ms: IntArray
    score: FloatArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Coverage:
    """When at least one source was listened to: k spans, sorted, apart from each other.

    A span that still grows ends with the last poll that was answered.

    Attributes
    ----------
    from_ms, until_ms : ndarray of int64, shape (k,)
        UTC milliseconds; both included.
    """

    from_ms: IntArray
    until_ms: IntArray
