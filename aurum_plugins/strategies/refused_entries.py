"""Entries that were asked for and not made, as marks on FreqUI's chart."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.execution.decision import Decision
from aurum_plugins.reasons import Action, Reason

COLOUR = "rgba(178, 34, 34, 0.25)"
# A chart that is full of marks shows nothing: the newest count.
MOST_MARKS = 200
# With these, no entry was asked for in the first place.
_NOT_ASKED = (Reason.NO_BREAKOUT, Reason.BREAKDOWN, Reason.WEAK_OUTLOOK, Reason.WARMING_UP)
_REASONS = {int(reason): reason for reason in Reason}


def refused_entries(frame: pd.DataFrame, refused: Iterable[Decision]) -> list[dict[str, Any]]:
    """Mark each run of candles on which the same reason kept an entry from being made.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, m)
        freqtrade's candles with `date` (UTC), and `action` and `reason`, the numbers of `Action`
        and `Reason`.
    refused : iterable of Decision
        Entries of the same pair that the signal wanted and something after it refused.

    Returns
    -------
    list of dict
        freqtrade's area annotations, in order of time.
    """
    if frame.empty or "reason" not in frame:
        return []
    reasons = frame["reason"].to_numpy(dtype=np.int64, copy=True)
    reasons[frame["action"].to_numpy() != Action.HOLD] = 0
    reasons[np.isin(reasons, [int(reason) for reason in _NOT_ASKED])] = 0
    opens_ms = pd.DatetimeIndex(frame["date"]).as_unit("ms").asi8
    places = {int(open_ms): place for place, open_ms in enumerate(opens_ms)}
    for decision in refused:
        if decision.candle_ms in places:
            reasons[places[decision.candle_ms]] = int(decision.reason)
    interval = frame["date"].diff().median() if len(frame) > 1 else pd.Timedelta(0)
    marks = []
    for number, run in groupby(range(len(reasons)), key=lambda place: int(reasons[place])):
        rows = list(run)
        if number:
            start, end = frame["date"].iloc[rows[0]], frame["date"].iloc[rows[-1]]
            marks.append(_mark(_REASONS[number], start, end + interval))
    return marks[-MOST_MARKS:]


def _mark(reason: Reason, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, Any]:
    return {
        "type": "area",
        "start": start.to_pydatetime(),
        "end": end.to_pydatetime(),
        "color": COLOUR,
        "label": f"No entry: {reason.sentence}",
    }
