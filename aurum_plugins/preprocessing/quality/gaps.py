"""The outages in a pair's candles."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candles import Candles, CandleStatus
from aurum_plugins.preprocessing.quality.report import Gap, Period


def find_gaps(candles: Candles) -> tuple[Gap, ...]:
    """Runs of candles that were not observed, whatever the reason.

    Parameters
    ----------
    candles : Candles
        n candles.

    Returns
    -------
    tuple of Gap
        Oldest first; no two touch.
    """
    edges = np.diff(np.concatenate(([True], candles.observed, [True])).astype(np.int8))
    starts, stops = np.flatnonzero(edges < 0), np.flatnonzero(edges > 0)
    return tuple(_gap(candles[start:stop]) for start, stop in zip(starts.tolist(), stops.tolist()))


def count_statuses(candles: Candles) -> dict[str, int]:
    """Candles by status.

    Parameters
    ----------
    candles : Candles
        n candles.

    Returns
    -------
    dict of str to int
        Every name of `CandleStatus`, in lower case; the counts add up to n.
    """
    counts = np.bincount(candles.status, minlength=len(CandleStatus)).tolist()
    return {status.name.lower(): counts[status] for status in CandleStatus}


def _gap(candles: Candles) -> Gap:
    opens = candles.open_ms
    return Gap(
        period=Period.of_ms(int(opens[0]), int(opens[-1]) + candles.interval_ms),
        candles=len(candles),
        statuses={name: count for name, count in count_statuses(candles).items() if count},
    )
