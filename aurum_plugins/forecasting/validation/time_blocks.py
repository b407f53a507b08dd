"""Consecutive blocks of a time series, none of which knows a label of the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.validation.label_spans import LabelSpans

# Shares such as 0.7, 0.2 and 0.1 add up to 1 but for their last bit.
ROUNDING = 1e-9


def time_blocks(
    begins: Any, ends: Any, shares: Sequence[float], embargo: int = 0
) -> tuple[IntArray, ...]:
    """Cut rows into blocks in order of time, and part each from the one after it.

    The `n` distinct candles are cut as follows: all blocks but the first take their share of `n`,
    rounded where they start, and the first takes all before them; so it also gets what the shares
    leave of 1. Then those rows are dropped from each block whose label ends at or after the first
    candle of the next block, as it was cut, less the embargo.

    Parameters
    ----------
    begins, ends : array-like of int, shape (n,)
        First and last candle that each row's label covers, in order of `begins`. Rows that begin
        together are never parted.
    shares : sequence of float
        One a block, above 0, with a sum of at most 1.
    embargo : int, 0 or more
        Candles between the last label of a block and the first row of the next, beyond the one
        that parts them in any case.

    Returns
    -------
    tuple of ndarray of int
        Positions of rows, rising; one array a block.

    Raises
    ------
    ValueError
        For shares or an embargo that are out of range.
    aurum_plugins.forecasting.errors.BadRows
        As of `LabelSpans.of`.
    aurum_plugins.forecasting.errors.TooLittleData
        If a block is left without rows.

    Examples
    --------
    >>> import numpy as np
    >>> candles = np.arange(10)
    >>> time_blocks(candles, candles + 1, shares=(0.5, 0.3, 0.2))
    (array([0, 1, 2, 3]), array([5, 6]), array([8, 9]))
    """
    _check(shares, embargo)
    spans = LabelSpans.of(begins, ends)
    candles = spans.candles()
    later = np.cumsum(shares[:0:-1])[::-1]
    cuts = len(candles) - np.rint(len(candles) * later).astype(np.int64)
    edges = [0, *cuts.tolist(), len(candles)]
    blocks: list[IntArray] = []
    for number, (start, stop) in enumerate(pairwise(edges), 1):
        rows = np.flatnonzero(np.isin(spans.begins, candles[start:stop]))
        if stop < len(candles):
            rows = rows[spans.ends[rows] < candles[stop] - embargo]
        if len(rows) == 0:
            raise TooLittleData(f"block {number} of {len(shares)}", 0, 1)
        blocks.append(rows)
    return tuple(blocks)


def _check(shares: Sequence[float], embargo: int) -> None:
    if not shares or not all(share > 0 for share in shares) or sum(shares) > 1 + ROUNDING:
        raise ValueError(
            f"shares must be above 0, with a sum of at most 1, got {', '.join(map(str, shares))}"
        )
    if embargo < 0:
        raise ValueError(f"embargo must be 0 or more candles, got {embargo}")
