"""Numbers that look random and depend on nothing but their names."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.sandbox.market.tape import FloatArray, IntArray

_MANTISSA_BITS = 53
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def key_of(*parts: int | str) -> int:
    """Give the 64-bit key named by `parts`: the same on every machine and in every process."""
    text = ":".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def unit_draw(*parts: int | str) -> float:
    """Draw the number in [0, 1) named by `parts`."""
    return float((key_of(*parts) >> (64 - _MANTISSA_BITS)) / (1 << _MANTISSA_BITS))


def unit_draws(key: int, positions: IntArray) -> FloatArray:
    """Draw one number in [0, 1) for each position, whatever the others are.

    Parameters
    ----------
    key : int
        Names the sequence; 0 <= key < 2**64.
    positions : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)

    References
    ----------
    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014
    (SplitMix64: the state advances by a constant and its output is mixed).
    """
    bits: NDArray[np.uint64] = positions.astype(np.uint64) * _GOLDEN + np.uint64(key)
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    bits ^= bits >> np.uint64(31)
    return (bits >> np.uint64(64 - _MANTISSA_BITS)).astype(np.float64) / (1 << _MANTISSA_BITS)
