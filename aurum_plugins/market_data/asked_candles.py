"""Candles that venues are asked about, and what they said."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from aurum_plugins.clock import MINUTE_MS, Clock
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock
from aurum_plugins.market_data.venue_candle import VenueCandle

# The newest that were asked for are remembered, and no more.
MOST_KEPT = 500
# So long after nobody asked for it any more, a candle is not asked of venues either.
ASKED_FOR_MS = 2 * MINUTE_MS
# A venue that did not have a candle is asked again once it is older by this share.
LATER = 0.5


@dataclass(frozen=True, slots=True)
class CandleKey:
    """One closed candle.

    Attributes
    ----------
    pair, timeframe : str
    open_ms : int
        UTC milliseconds at which it opened.
    """

    pair: str
    timeframe: str
    open_ms: int


@dataclass(slots=True)
class _Asked:
    """Times never go back, whatever the clock does."""

    first_ms: int
    last_ms: int
    tried_ms: dict[str, int] = field(default_factory=dict)
    told: dict[str, VenueCandle] = field(default_factory=dict)

    def is_wanted(self, now_ms: int) -> bool:
        return now_ms - self.last_ms <= ASKED_FOR_MS

    def is_due(self, venue: str, now_ms: int) -> bool:
        tried_ms = self.tried_ms.get(venue)
        if venue in self.told or not self.is_wanted(now_ms):
            return False
        return tried_ms is None or now_ms - tried_ms >= LATER * (tried_ms - self.first_ms)


class AskedCandles:
    """A list of questions and answers that threads may share.

    Parameters
    ----------
    clock : Clock
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = ForwardClock(clock)
        self._turn = threading.Lock()
        self._asked: OrderedDict[CandleKey, _Asked] = OrderedDict()

    def ask(self, key: CandleKey) -> bool:
        """Put a candle on the list, or keep it there; False if it is being asked for already."""
        with self._turn:
            now_ms = self._clock.now_ms()
            asked = self._asked.get(key)
            if asked is not None:
                is_new = not asked.is_wanted(now_ms)
                asked.last_ms = now_ms
                return is_new
            self._asked[key] = _Asked(now_ms, now_ms)
            while len(self._asked) > MOST_KEPT:
                self._asked.popitem(last=False)
            return True

    def due(self, venue: str) -> tuple[CandleKey, ...]:
        """What a venue should be asked for now, the oldest question first.

        These are candles that it has not told yet. One that it was asked for in vain has its turn
        again when half of its time on the list has passed once more, so that a candle in which
        nothing was traded there, and which will never come, costs few requests. None is asked for
        any more two minutes after `ask` was called for it the last time.
        """
        with self._turn:
            now_ms = self._clock.now_ms()
            return tuple(key for key, asked in self._asked.items() if asked.is_due(venue, now_ms))

    def tried(self, venue: str, key: CandleKey) -> None:
        """Note that a venue is being asked for a candle."""
        with self._turn:
            if key in self._asked:
                self._asked[key].tried_ms[venue] = self._clock.now_ms()

    def note(self, key: CandleKey, candle: VenueCandle) -> None:
        """Write an answer down, if it is still asked for."""
        with self._turn:
            if key in self._asked:
                self._asked[key].told[candle.venue] = candle

    def told(self, key: CandleKey) -> tuple[VenueCandle, ...]:
        """What venues said so far."""
        with self._turn:
            asked = self._asked.get(key)
            return () if asked is None else tuple(asked.told.values())
