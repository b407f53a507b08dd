"""Candle numbers that also tell whose candle it is.

Rows of several pairs stand one pair after the other, so that a sequence never runs from one pair
into the next. Their candles are numbered

    2**40 * number of the pair + candle

which rises from row to row, and leaves the numbers of a single pair, the first, as they are.
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, IntArray

# Candles of a millisecond would take until the year 2004 to fill it, those of a second 34,000.
SPAN = 2**40
# SplitMix64: see `turns`.
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def tagged(candles: IntArray, pair: int) -> IntArray:
    """Numbers of a pair's candles among those of several, shape (n,)."""
    return candles + SPAN * pair


def moments(candles: IntArray) -> IntArray:
    """The candles, whosever they are, shape (n,)."""
    return candles % SPAN


def pair_numbers(candles: IntArray) -> IntArray:
    """Number of each row's pair, shape (n,)."""
    return candles // SPAN


def in_order_of_time(candles: IntArray) -> IntArray:
    """Positions of rows by their moment, then by their pair, shape (n,)."""
    return np.argsort(moments(candles), kind="stable")


def turns(candles: IntArray, pairs: int) -> BoolArray:
    """Which rows belong to the pair whose turn it is: one pair a candle, drawn by lot.

    The lot of a candle depends on nothing but its number, and pairs have no hour of the day or day
    of the week of their own, as they would if they took turns.

    Parameters
    ----------
    candles : ndarray of int, shape (n,)
    pairs : int
        How many there are, at least 1.

    Returns
    -------
    ndarray of bool, shape (n,)

    References
    ----------
    G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA (2014):
    the mixing function of SplitMix64.
    """
    mixed = moments(candles).astype(np.uint64) * np.uint64(_STEP)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(_FIRST)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(_SECOND)
    mixed ^= mixed >> np.uint64(31)
    drawn: BoolArray = mixed % np.uint64(pairs) == pair_numbers(candles).astype(np.uint64)
    return drawn
