"""The `aurum.breakout` section of the configuration."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.settings import Section

# Hyperopt looks up to twice as far as configured, and freqtrade fetches at most 4,999 candles
# before the first one that it trades on.
LONGEST = 2_000


class BreakoutSettings(Section):
    """Lengths and sizes of the breakout strategy; lengths are in candles of its timeframe.

    The defaults are meant for 1h candles: channels of 20 and 10 days, ranges and volatility over
    20 days. A stop of 10 hourly ranges is about the two *daily* ranges of the Turtle rules, because
    a range grows with the square root of time and sqrt(24) is 4.9.

    Parameters
    ----------
    entry_candles : int in [2, 2000]
        A close above the highest high of so many candles enters.
    exit_candles : int in [2, 2000]
        A close below the lowest low of so many candles leaves.
    atr_candles : int in [2, 2000]
        Window of the average true range.
    atr_multiple : float in (0, 100]
        Average true ranges between entry and stop.
    volatility_candles : int in [2, 2000]
        Returns in the volatility estimate.
    volatility_target : float in (0, 5]
        Annual volatility wanted of each position, 0.4 is 40 %.
    longest_hold_candles : int in [1, 100000] or None
        A position is left after so many candles at the latest; None = never for its age.

    Examples
    --------
    >>> BreakoutSettings.from_config({"aurum": {"breakout": {"entry_candles": 60}}}).entry_candles
    60
    """

    section = "aurum.breakout"

    entry_candles: int = Field(default=480, ge=2, le=LONGEST)
    exit_candles: int = Field(default=240, ge=2, le=LONGEST)
    atr_candles: int = Field(default=480, ge=2, le=LONGEST)
    atr_multiple: float = Field(default=10.0, gt=0, le=100)
    volatility_candles: int = Field(default=480, ge=2, le=LONGEST)
    volatility_target: float = Field(default=0.4, gt=0, le=5)
    longest_hold_candles: int | None = Field(default=None, ge=1, le=100_000)
