"""The Donchian breakout: buy strength, leave on weakness.

Enter when a candle closes above the highest high of the `n` candles before it; leave when one
closes below the lowest low of the `m` candles before it. The candle being judged is never part of
its own channel, so row `t` depends on rows `0..t` alone, and its trade opens at row `t + 1`.

References
----------
R. Donchian, "High finance in copper", Financial Analysts Journal 16 (1960). C. Faith, "The original
Turtle trading rules" (2003), for the pair of a longer entry and a shorter exit channel.
"""

from __future__ import annotations

import math

import pandas as pd


def upper_channel(high: pd.Series[float], candles: int) -> pd.Series[float]:
    """Highest high of the `candles` candles before each one.

    Parameters
    ----------
    high : pandas.Series of shape (n,)
        Highs in quote currency, oldest first.
    candles : int
        Length of the channel.

    Returns
    -------
    pandas.Series of shape (n,)
        Quote currency. NaN where fewer than `candles` finite highs are known: an entry wants the
        whole evidence.
    """
    return high.rolling(candles).max().shift(1)


def lower_channel(low: pd.Series[float], candles: int) -> pd.Series[float]:
    """Lowest low of the `candles` candles before each one.

    Parameters
    ----------
    low : pandas.Series of shape (n,)
        Lows in quote currency, oldest first.
    candles : int
        Length of the channel.

    Returns
    -------
    pandas.Series of shape (n,)
        Quote currency. NaN where fewer than half of the `candles` lows are known. Half is enough
        here, because one bad candle must not keep a position from being left.
    """
    return low.rolling(candles, min_periods=(candles + 1) // 2).min().shift(1)


def breaks_out(candles: pd.DataFrame, upper: pd.Series[float]) -> pd.Series[bool]:
    """Whether each candle closes above its upper channel.

    Parameters
    ----------
    candles : pandas.DataFrame of shape (n, >= 2)
        With `close` (quote currency) and `volume` (base currency).
    upper : pandas.Series of shape (n,)
        As `upper_channel` gives it.

    Returns
    -------
    pandas.Series of bool, shape (n,)
        Never true on a candle without volume, without a finite close or without a channel.
    """
    close, volume = candles["close"], candles["volume"]
    return (close > upper) & (close < math.inf) & (volume > 0)


def breaks_down(candles: pd.DataFrame, lower: pd.Series[float]) -> pd.Series[bool]:
    """Whether each candle closes below its lower channel.

    Parameters
    ----------
    candles : pandas.DataFrame of shape (n, >= 1)
        With `close` in quote currency.
    lower : pandas.Series of shape (n,)
        As `lower_channel` gives it.

    Returns
    -------
    pandas.Series of bool, shape (n,)
        Never true without a finite close or without a channel. Volume is not asked for: leaving is
        always allowed.
    """
    close = candles["close"]
    return (close < lower) & (close > -math.inf)
