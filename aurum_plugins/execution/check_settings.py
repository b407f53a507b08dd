"""The `aurum.checks` section of the configuration."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from aurum_plugins.settings import Section


class CheckSettings(Section):
    """What is asked of an entry right before it is sent.

    The defaults are for liquid spot pairs on candles of 1m to 1d. They are wide enough that an
    ordinary entry passes, and narrow enough that a mistake does not.

    Parameters
    ----------
    longest_signal_age : float in (0, 1]
        How long after its candle closed an entry may be sent, as a share of a candle. A backtest
        buys at the close; half a candle leaves time for forecasts and busy exchanges.
    clock_skew_seconds : float in [0, 60]
        How far in the future a candle's close or an order book may lie. Clocks that are kept by
        NTP differ by far less than the default, 2; Binance itself refuses orders from 1 on.
    orders_per_minute : int in [1, 1000]
        Most entries of the bot within 60 seconds. A breakout of the whole market enters several
        pairs at once: the default, 10, is above the usual `max_open_trades`.
    orders_per_hour : int in [1, 10000]
        Most entries within 3600 seconds, not below `orders_per_minute`. Nine pairs of 1m candles
        that each enter every third candle need 180; the default, 200, stops what runs away.
    stake_tolerance : float in [0, 0.1]
        How far the order may be above what risk allowed, as a share of it: for rounding. freqtrade
        raises a small stake to the exchange's minimum by up to 0.3, which the default, 0.01,
        refuses.
    longest_book_age_seconds : float in (0, 60]
        Age of an order book that is still believed. An answer takes some tenths of a second.
    collar_ranges : float in (0, 100]
        Most average true ranges between the candle's close and the order's price, or the middle of
        the order book. The limit of short candles: on 5m, 55 to 120 bps.
    collar_bps : float in (0, 5000]
        The same in basis points of the close; the narrower one counts, from 1h candles on mostly
        this one. Of 510,000 candles of 5m to 1d of Binance's larger pairs not one opened outside
        both defaults; half an hour after an hourly close 0.5 to 3 in 100 prices were.
    consensus_bps : float in (0, 1000]
        Most basis points between the order's price and what the venues of `aurum.venues` agree on.
        Liquid pairs differ by 1 to 10 from venue to venue; where none are named, nothing is asked.
    highest_spread_bps : float in (0, 1000]
        Of the middle price. Liquid pairs have 0.2 to 10; at 20 the spread costs as much as the
        usual fee of both sides.
    highest_slippage_bps : float in (0, 1000]
        What buying the order's amount at once would cost on average above the best ask.
    depth_bps : float in (0, 1000]
        Asks up to so far above the best one count as depth.
    depth_multiple : float in [1, 1000]
        How often the order must fit into that depth: a position that is large for its market cannot
        be left at a price near it either.

    Examples
    --------
    >>> CheckSettings.from_config({"aurum": {"checks": {"collar_bps": 50}}}).collar_bps
    50.0
    """

    section = "aurum.checks"

    longest_signal_age: float = Field(default=0.5, gt=0, le=1)
    clock_skew_seconds: float = Field(default=2.0, ge=0, le=60)
    orders_per_minute: int = Field(default=10, ge=1, le=1_000)
    orders_per_hour: int = Field(default=200, ge=1, le=10_000)
    stake_tolerance: float = Field(default=0.01, ge=0, le=0.1)
    longest_book_age_seconds: float = Field(default=5.0, gt=0, le=60)
    collar_ranges: float = Field(default=3.0, gt=0, le=100)
    collar_bps: float = Field(default=200.0, gt=0, le=5_000)
    consensus_bps: float = Field(default=100.0, gt=0, le=1_000)
    highest_spread_bps: float = Field(default=20.0, gt=0, le=1_000)
    highest_slippage_bps: float = Field(default=10.0, gt=0, le=1_000)
    depth_bps: float = Field(default=50.0, gt=0, le=1_000)
    depth_multiple: float = Field(default=3.0, ge=1, le=1_000)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.orders_per_hour < self.orders_per_minute:
            raise ValueError(
                f"orders_per_hour ({self.orders_per_hour}) must not be below "
                f"orders_per_minute ({self.orders_per_minute})"
            )
        return self
