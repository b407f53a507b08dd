"""Candles that are broken on purpose: what exchanges send on their worst days, all at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

PRICES: Final = ("open", "high", "low", "close")
# Values that a price or a volume may have when a parser, a counter or a venue failed.
_NONSENSE: Final = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e308)
# Of all candles; several kinds may meet in one.
_SHARE: Final = 0.004
_GAP: Final = 30


def broken(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, int]:
    """Damage candles.

    Four in a thousand get each of these: nonsense for one of the prices, nonsense for the
    volume, no volume, a price a hundred times as high, a wrong date, a double, or is not there; and
    there is a gap of 30.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, 6)
        Not changed.
    seed : int

    Returns
    -------
    frame : pandas.DataFrame
        Out of order, too.
    damaged : int
        Candles that were touched.
    """
    rng = np.random.default_rng(seed)
    frame = frame.copy()
    rows = len(frame)
    few = max(1, round(_SHARE * rows))
    touched: set[int] = set()

    def some() -> np.ndarray:
        chosen = rng.choice(rows, few, replace=False)
        touched.update(chosen.tolist())
        return chosen

    for row in some().tolist():
        frame.loc[row, rng.choice(PRICES)] = rng.choice(_NONSENSE)
    frame.loc[some(), "volume"] = rng.choice(_NONSENSE, few)
    frame.loc[some(), "volume"] = 0.0
    frame.loc[some(), list(PRICES)] *= 100.0
    frame.loc[some(), "date"] += pd.Timedelta(seconds=17)
    doubles = frame.loc[some()]
    begin = int(rng.integers(rows // 2, rows - _GAP))
    gone = {*some().tolist(), *range(begin, begin + _GAP)}
    touched |= gone
    whole = pd.concat([frame.drop(index=sorted(gone)), doubles])
    return whole.sample(frac=1.0, random_state=seed).reset_index(drop=True), len(touched)
