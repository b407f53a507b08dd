"""The `aurum.candles` section of the configuration."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.settings import Section


class CandleSettings(Section):
    """When a candle is not believed.

    Parameters
    ----------
    largest_move : float in (1, 1000]
        A factor: a candle whose high is more than so many times its low, or that lies further than
        that from the close before it, is implausible.
    longest_grid : int in [1, 100000000]
        Intervals of time between the first and the last candle, above which a wrong date is blamed.

    Examples
    --------
    >>> CandleSettings.from_config({"aurum": {"candles": {"largest_move": 3}}}).largest_move
    3.0
    """

    section = "aurum.candles"

    largest_move: float = Field(default=10.0, gt=1, le=1_000)
    longest_grid: int = Field(default=5_000_000, ge=1, le=100_000_000)
