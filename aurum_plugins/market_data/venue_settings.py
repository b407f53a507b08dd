"""The `aurum.venues` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aurum_plugins.settings import Section

# Currencies that stand for a dollar, and may be converted into one another.
DOLLARS = ("USD", "USDT", "USDC")
MINUTE_SECONDS = 60


class SourceSettings(BaseModel):
    """One venue.

    Parameters
    ----------
    currencies : tuple of str
        Quote currencies in which the venue's price is taken where it lists several, best first: the
        one that is traded most there. The pair's own comes after them.
    requests_per_minute : int in [6, 6000]
        Most requests of ours, retries included; at least one for each round of quotes, and better
        some more for candles. The bot's own requests come on top of it: an address that asks too
        often is banned as a whole.
    ccxt_config : dict
        As freqtrade's `exchange.ccxt_config`, for example other addresses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    currencies: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, Field(ge=6, le=6_000)] = 60
    ccxt_config: Mapping[str, Any] = Field(default_factory=dict)


class VenueSettings(Section):
    """Which venues are asked what a pair is worth, and when they are believed.

    Parameters
    ----------
    enabled : bool
        Whether any venue is asked.
    sources : mapping of str to SourceSettings
        By ccxt's id, in the order in which they are believed where there is no consensus. Empty:
        prices are not cross-checked.
    quorum : int in [2, 10]
        Fewest venues whose quotes must agree, the traded one included.
    refresh_seconds : float in [1, 60]
        Between two rounds of quotes.
    longest_quote_age_seconds : float in [2, 300]
        Age of a quote that still counts; at least twice `refresh_seconds`, so that one lost answer
        does no harm.
    timeout_seconds : float in [0.5, 30]
        For one request.
    longest_retry_seconds : float in [0.5, 60]
        For one request and its repetitions together.
    failures_to_open : int in [2, 100]
        So many failures in a row, and the venue is left alone for a while.
    open_seconds : float in [1, 30]
        How long that is before one request tries again.
    largest_deviation_bps : float in [1, 1000]
        A quote further from the others' median is an outlier.
    largest_spread_bps : float in [1, 1000]
        A quote whose bid and ask are further apart does not count.
    largest_depeg_bps : float in [1, 1000]
        A stablecoin further from a dollar is not converted.
    distrust_rounds : int in [1, 1000]
        Rounds without an outlier before a venue that lied counts again.
    candles : bool
        Whether other venues' candles must confirm the candle behind a signal.
    candle_deviation_bps : float in [1, 1000]
        Furthest that the close may be from the others' median.

    Examples
    --------
    >>> sources = {"kraken": {"currencies": ["USD"]}, "binance": {}}
    >>> VenueSettings.from_config({"aurum": {"venues": {"sources": sources}}}).quorum
    2
    """

    section = "aurum.venues"

    enabled: bool = True
    sources: Mapping[str, SourceSettings] = Field(default_factory=dict)
    quorum: int = Field(default=2, ge=2, le=10)
    refresh_seconds: float = Field(default=5.0, ge=1, le=60)
    longest_quote_age_seconds: float = Field(default=20.0, ge=2, le=300)
    timeout_seconds: float = Field(default=8.0, ge=0.5, le=30)
    longest_retry_seconds: float = Field(default=10.0, ge=0.5, le=60)
    failures_to_open: int = Field(default=5, ge=2, le=100)
    open_seconds: float = Field(default=10.0, ge=1, le=30)
    largest_deviation_bps: float = Field(default=100.0, ge=1, le=1_000)
    largest_spread_bps: float = Field(default=100.0, ge=1, le=1_000)
    largest_depeg_bps: float = Field(default=200.0, ge=1, le=1_000)
    distrust_rounds: int = Field(default=12, ge=1, le=1_000)
    candles: bool = True
    candle_deviation_bps: float = Field(default=50.0, ge=1, le=1_000)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.sources and len(self.sources) < self.quorum:
            raise ValueError(
                f"sources ({', '.join(self.sources)}) must be at least quorum ({self.quorum})"
            )
        if self.longest_quote_age_seconds < 2 * self.refresh_seconds:
            raise ValueError(
                f"longest_quote_age_seconds ({self.longest_quote_age_seconds:g}) must be at least "
                f"twice refresh_seconds ({self.refresh_seconds:g})"
            )
        for name, source in self.sources.items():
            if source.requests_per_minute * self.refresh_seconds < MINUTE_SECONDS:
                raise ValueError(
                    f"requests_per_minute of {name} ({source.requests_per_minute}) must be enough "
                    f"for a round every refresh_seconds ({self.refresh_seconds:g})"
                )
        return self
