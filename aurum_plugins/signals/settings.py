"""The `aurum.breakout` section of the configuration."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.settings import Section

# Hyperopt looks up to twice as far as configured, and freqtrade fetches at most 4,999 candles
# before the first one that it trades on.
LONGEST = 2_000


class BreakoutSettings(Section):
    """Lengths of the breakout strategy, in candles of its timeframe.

    The defaults are meant for 1h candles: channels of 20 and 10 days, ranges and volatility over
    20 days.

    Parameters
    ----------
    entry_candles : int in [2, 2000]
        A close above the highest high of so many candles enters.
    exit_candles : int in [2, 2000]
        A close below the lowest low of so many candles leaves.
    atr_candles : int in [2, 2000]
        Window of the average true range.
    volatility_candles : int in [2, 2000]
        Returns in the volatility estimate.

    Examples
    --------
    >>> BreakoutSettings.from_config({"aurum": {"breakout": {"entry_candles": 60}}}).entry_candles
    60
    """

    section = "aurum.breakout"

    entry_candles: int = Field(default=480, ge=2, le=LONGEST)
    exit_candles: int = Field(default=240, ge=2, le=LONGEST)
    atr_candles: int = Field(default=480, ge=2, le=LONGEST)
    volatility_candles: int = Field(default=480, ge=2, le=LONGEST)
