"""Where each received candle belongs on the regular grid of its interval.

The grid counts from 1970-01-01T00:00 UTC for intervals of up to a day. Longer ones, such as weeks,
begin on the day that their exchange likes: they follow the first received candle that opens at
midnight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aurum_plugins.features.candles import BoolArray, IntArray

NO_DATE = np.iinfo(np.int64).min  # numpy's NaT


@dataclass(frozen=True, eq=False)
class Placement:
    """Which input row goes where.

    Attributes
    ----------
    first : int
        Tick at which the grid begins.
    intervals : int
        From the first to the last candle, both included; 0 without candles.
    kept : ndarray of int64, shape (n_kept,), or None
        Input rows in the order of the grid. None when the input is the grid, row for row.
    rows : ndarray of int64, shape (n_input,)
        Place of each input row in the grid; -1 for a row that was dropped.
    repairs : dict of str to int
        Input rows by kind of repair; every kind is named.
    """

    first: int
    intervals: int
    kept: IntArray | None
    rows: IntArray
    repairs: dict[str, int]


def place_on_grid(ticks: IntArray, step: int, day: int) -> Placement:
    """Sort candles by their open; drop those without a place and those that were corrected.

    Parameters
    ----------
    ticks : ndarray of int64, shape (n_input,)
        Opens as counted from 1970 UTC, in any unit; `NO_DATE` where there is none.
    step, day : int
        Length of a candle and of a day in ticks.

    Returns
    -------
    Placement
    """
    repairs = dict.fromkeys((*DROPPING_RULES, "unsorted", "duplicate"), 0)
    if len(ticks) and _is_grid(ticks, step, day):
        return Placement(int(ticks[0]), len(ticks), None, np.arange(len(ticks)), repairs)
    dropped = np.zeros(len(ticks), dtype=bool)
    for kind, rule in DROPPING_RULES.items():
        hit = rule(ticks, step, day) & ~dropped
        repairs[kind] = int(hit.sum())
        dropped |= hit
    rows = np.full(len(ticks), -1, dtype=np.int64)
    dated = np.flatnonzero(~dropped)
    if not len(dated):
        return Placement(0, 0, dated, rows, repairs)

    opens = ticks[dated]
    repairs["unsorted"] = int((opens < np.maximum.accumulate(opens)).sum())
    order = dated[np.argsort(opens, kind="stable")]
    corrected = np.zeros(len(order), dtype=bool)
    corrected[:-1] = ticks[order[1:]] == ticks[order[:-1]]
    repairs["duplicate"] = int(corrected.sum())
    kept = order[~corrected]
    first = int(ticks[kept[0]])
    rows[kept] = (ticks[kept] - first) // step
    return Placement(first, (int(ticks[kept[-1]]) - first) // step + 1, kept, rows, repairs)


def _is_grid(ticks: IntArray, step: int, day: int) -> bool:
    """Whether nothing is to be done, as is nearly always so: then the first row tells for all."""
    if not (ticks[1:] - ticks[:-1] == step).all():
        return False
    return not any(rule(ticks[:1], step, day).any() for rule in DROPPING_RULES.values())


def _undated(ticks: IntArray, _step: int, _day: int) -> BoolArray:
    return np.asarray(ticks == NO_DATE)


def _off_grid(ticks: IntArray, step: int, day: int) -> BoolArray:
    phase = 0
    if step > day:
        midnights = ticks[(ticks != NO_DATE) & (ticks % day == 0)]
        phase = int(midnights[0]) % step if len(midnights) else 0
    return np.asarray(ticks % step != phase)


DROPPING_RULES: dict[str, Callable[[IntArray, int, int], BoolArray]] = {
    "undated": _undated,
    "off_grid": _off_grid,
}
