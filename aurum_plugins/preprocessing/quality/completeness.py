"""How complete candles are, week by week or month by month."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.clock import DAY_MS
from aurum_plugins.features.candles import Candles
from aurum_plugins.preprocessing.quality.report import Period, Stretch

# Up to here weeks are shown, beyond it months: either way a few dozen.
LONGEST_IN_WEEKS_MS = 366 * DAY_MS
# The epoch was a Thursday, and weeks begin on Monday.
_MONDAY_MS = 4 * DAY_MS
_WEEK_MS = 7 * DAY_MS


def completeness_over_time(candles: Candles) -> tuple[Stretch, ...]:
    """Share of the candles observed in each calendar week or month, UTC.

    Parameters
    ----------
    candles : Candles
        n candles.

    Returns
    -------
    tuple of Stretch
        Oldest first, without holes; the first and the last are cut where the candles begin and
        end. Weeks, from Monday on, for up to 366 days, else months. A candle counts where it
        opens. Empty if there is no candle.
    """
    if not len(candles):
        return ()
    opens = candles.open_ms
    end = int(opens[-1]) + candles.interval_ms
    weekly = end - int(opens[0]) <= LONGEST_IN_WEEKS_MS
    numbers = _numbered(opens, "weeks" if weekly else "months")
    first = np.append(0, np.flatnonzero(np.diff(numbers)) + 1)
    starts = [int(opens[row]) for row in first]
    observed = np.add.reduceat(candles.observed.astype(np.int64), first)
    counts = np.diff(first, append=len(candles))
    return tuple(
        Stretch(period=Period.of_ms(start, stop), candles=int(n), observed=k / n)
        for start, stop, n, k in zip(starts, [*starts[1:], end], counts, observed.tolist())
    )


def _numbered(open_ms: NDArray[np.int64], unit: Literal["weeks", "months"]) -> NDArray[np.int64]:
    if unit == "weeks":
        return np.asarray((open_ms - _MONDAY_MS) // _WEEK_MS)
    months = open_ms.astype("datetime64[ms]").astype("datetime64[M]")
    return np.asarray(months.astype(np.int64))
