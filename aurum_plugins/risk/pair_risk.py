"""What a pair's latest candles say about its risk: volatility, traded value, gaps, company.

Every figure is measured on a window of whole candles that ends with the newest one. A candle that
is missing, or has no volume or no price, is absent: freqtrade fills gaps with candles without
volume. Only returns between two candles that follow each other and are both there count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aurum_plugins.clock import DAY_MS
from aurum_plugins.signals.volatility import YEAR_MS

# A figure from fewer of the window's returns is not known.
LEAST_SHARE = 0.5
# Exchanges may still correct the candle that has just closed, and freqtrade then leaves it out.
CANDLES_LATE = 1
# Of the mean square of returns: what floats leave of a variance that is none.
ROUNDING = 1e-12

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairRisk:
    """Figures of one pair.

    Attributes
    ----------
    volatility : float
        Annualised standard deviation of the log returns, 1.0 is 100 % a year; NaN if not known.
    daily_volume : float
        Median traded value of a day, quote currency.
    absent : float
        Share of the window's candles that are absent, in [0, 1].
    newest : int
        Number of the window's last candle, counted from 1970.
    returns : numpy.ndarray of shape (candles,)
        Log returns, NaN where either candle is absent.
    """

    volatility: float
    daily_volume: float
    absent: float
    newest: int
    returns: Floats


def pair_risk(candles: pd.DataFrame, candle_ms: int, days: int, now_ms: int) -> PairRisk:
    """Measure the last `days` days.

    Parameters
    ----------
    candles : pandas.DataFrame
        With `date` (UTC open), `close` (quote currency) and `volume` (base currency), in any order.
    candle_ms : int
        Length of a candle in milliseconds; a whole number of them makes a day.
    days : int
    now_ms : int
        UTC milliseconds. Candles that have not closed by then do not count; where the newest are
        missing, they are absent.
    """
    a_day = DAY_MS // candle_ms
    wanted = days * a_day
    dates = pd.to_datetime(candles["date"], utc=True).dt.as_unit("ms").astype("int64")
    numbers = dates.to_numpy() // candle_ms
    newest_closed = now_ms // candle_ms - 1
    closed = numbers <= newest_closed
    numbers = numbers[closed]
    newest = newest_closed - CANDLES_LATE
    if numbers.size:
        newest = max(newest, int(numbers.max()))
    # One close more than there are returns.
    close, volume = np.full((2, wanted + 1), math.nan)
    places = numbers - (newest - wanted)
    inside = places >= 0
    close[places[inside]] = candles["close"].to_numpy(float)[closed][inside]
    volume[places[inside]] = candles["volume"].to_numpy(float)[closed][inside]
    there = np.isfinite(close) & (close > 0) & np.isfinite(volume) & (volume > 0)
    close[~there] = math.nan
    returns = np.diff(np.log(close))
    value = np.where(there, close * volume, 0.0)[1:]
    return PairRisk(
        volatility=_annualised(returns, candle_ms),
        daily_volume=float(np.median(value.reshape(days, a_day).sum(axis=1))),
        absent=float(1 - there[1:].mean()),
        newest=newest,
        returns=returns,
    )


def return_correlation(first: PairRisk, second: PairRisk) -> float:
    """Pearson's correlation of the returns that both have.

    Returns
    -------
    float
        In [-1, 1]; NaN where fewer than half of the window's returns are common, or either side
        does not move.
    """
    newest = min(first.newest, second.newest)
    a, b = (r.returns[: max(0, r.returns.size - (r.newest - newest))] for r in (first, second))
    # The older window begins earlier as well.
    common = min(a.size, b.size)
    a, b = a[a.size - common :], b[b.size - common :]
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < max(2, LEAST_SHARE * min(first.returns.size, second.returns.size)):
        return math.nan
    a, b = a[both], b[both]
    da, db = a - a.mean(), b - b.mean()
    if any(np.mean(d**2) <= ROUNDING * np.mean(x**2) for d, x in ((da, a), (db, b))):
        return math.nan
    r = float(np.mean(da * db)) / math.sqrt(float(np.mean(da**2)) * float(np.mean(db**2)))
    return min(1.0, max(-1.0, r))


def _annualised(returns: Floats, candle_ms: int) -> float:
    known = returns[np.isfinite(returns)]
    if known.size < max(2, LEAST_SHARE * returns.size):
        return math.nan
    return float(known.std(ddof=1)) * math.sqrt(YEAR_MS / candle_ms)
