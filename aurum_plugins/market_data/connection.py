"""What a feed wants of one venue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_candle import VenueCandle


class Connection(Protocol):
    """One venue: see `aurum_plugins.market_data.venues`.

    Its methods are awaited in one event loop, some side by side. After `close` any of them opens it
    anew, perhaps in another event loop.
    """

    name: str

    async def load(self) -> None:
        """Learn what the venue lists, if that is not known or old."""
        ...

    async def quotes(self, pairs: Iterable[str]) -> Sequence[Quote]:
        """What those of the pairs that it lists are worth there."""
        ...

    def listed(self, pairs: Iterable[str]) -> frozenset[str]:
        """Those of the pairs that it lists; none before `load`."""
        ...

    async def candles(self, pair: str, timeframe: str, count: int) -> Sequence[VenueCandle]:
        """A pair's newest closed candles."""
        ...

    async def clock_offset_ms(self) -> float | None:
        """How far the venue's clock is ahead of ours; None if it does not tell."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...
