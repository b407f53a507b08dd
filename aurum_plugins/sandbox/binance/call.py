"""What a handler gets to answer one request."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.sandbox.binance.klines import KlineRows
from aurum_plugins.sandbox.binance.parameters import Parameters
from aurum_plugins.sandbox.binance.rate_limits import RateLimits
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching import Account, MatchingEngine

NEUTRAL = ActiveFaults()


@dataclass
class Venue:
    """What all requests share.

    Attributes
    ----------
    answers : dict
        Encoded answers of the current second only: books and tickers change once a second.
    """

    market: Market
    engine: MatchingEngine
    clock: Clock
    limits: RateLimits
    klines: KlineRows = field(init=False)
    answers: dict[Hashable, bytes] = field(default_factory=dict)
    answered_second: int = -1

    def __post_init__(self) -> None:
        self.klines = KlineRows(self.market)


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes
    ----------
    faults : ActiveFaults
        Distortions to apply.
    now_ms : int
        UTC milliseconds of the request, the same for all that is done for it.
    """

    venue: Venue
    parameters: Parameters
    faults: ActiveFaults
    now_ms: int

    @property
    def market(self) -> Market:
        """The market, undistorted."""
        return self.venue.market

    @property
    def seen_ms(self) -> int:
        """The moment as of which market data is shown."""
        return self.now_ms + self.faults.now_shift_ms

    @property
    def venue_ms(self) -> int:
        """What the venue's own clock says."""
        return self.now_ms + self.faults.clock_skew_ms

    @property
    def is_plain(self) -> bool:
        """Whether market data is shown as it is, so that answers can be shared."""
        return not (self.faults.now_shift_ms or self.faults.touches_candles) and (
            self.faults.price_factor == 1.0
        )

    def instrument(self) -> Instrument:
        """The instrument that the mandatory `symbol` names."""
        return self.market.instrument(self.parameters.symbol())

    def once_a_second(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The answer kept under `key`, made anew in each second and for each distorted call."""
        if not self.is_plain:
            return make()
        venue, second = self.venue, self.now_ms // SECOND_MS
        if venue.answered_second != second:
            venue.answered_second = second
            venue.answers.clear()
        answer = venue.answers.get(key)
        if answer is None:
            answer = venue.answers[key] = make()
        return answer

    def price(self, instrument: Instrument, value: float) -> str:
        """A price as shown: distorted if need be, on the tick grid, eight decimals."""
        if self.faults.price_factor != 1.0:
            ticks = round(value * self.faults.price_factor / instrument.tick)
            value = float(instrument.price(ticks))
        return f"{value:.8f}"


@dataclass(frozen=True)
class SignedCall(Call):
    """One request of a known account."""

    account: Account


Answer = bytes | dict[str, Any] | list[Any]
