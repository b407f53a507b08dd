"""How well other venues agreed with each other, and with the one that is traded on.

    consensus_quality    quality of the consensus in the mark, 0 where venues dissented
    consensus_gap        ln(close of the mark's candle / consensus price)

A running bot writes one mark for each candle, a moment after it was decided, so a candle's own mark
is never known to its forecast. A row looks at the mark of the candle before it, or else of the one
before that, whichever was seen by the time at which the row's candle closed.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aurum_plugins.features.candle_series import FloatArray, lagged
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.consensus_marks import ConsensusMarks

QUALITY: Final = "consensus_quality"
GAP: Final = "consensus_gap"
VENUE_FEATURES: Final = (QUALITY, GAP)
# Candles between a row and the mark that it looks at, at most.
OLDEST_MARK: Final = 2
# Candles that a row depends on, itself included.
LOOKBACK: Final = OLDEST_MARK + 1


def venue_agreement(candles: Candles, marks: ConsensusMarks) -> dict[str, FloatArray]:
    """Features of every row, made from nothing that was not known when its candle closed.

    Parameters
    ----------
    candles : Candles
        n candles.
    marks : ConsensusMarks
        Of the same pair and timeframe.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        `consensus_quality` and `consensus_gap`. NaN where the candle was not observed and where no
        mark was known that is at most `OLDEST_MARK` candles old; the gap also where venues
        dissented, and where the mark's candle was not observed.
    """
    quality, gap = np.full((2, len(candles)), np.nan)
    closes_ms = candles.open_ms + candles.interval_ms
    log_close = candles.scatter(candles.series.log_close)
    # The newest comes last, and counts.
    for age in range(OLDEST_MARK, 0, -1):
        places, known = marks.at(candles.open_ms - age * candles.interval_ms, closes_ms)
        found = places[known]
        quality[known] = marks.quality[found]
        gap[known] = lagged(log_close, age)[known] - np.log(marks.price[found])
    unseen = ~candles.observed
    quality[unseen] = gap[unseen] = np.nan
    return {QUALITY: quality, GAP: gap}
