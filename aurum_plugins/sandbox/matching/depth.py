"""What is left to take from the book of one second."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.orders import Side


class Level(NamedTuple):
    """A price and what is taken there, as whole ticks and whole lots."""

    ticks: int
    lots: int


class Depth:
    """The modelled book, less what was taken in the same second by anybody.

    Parameters
    ----------
    market : Market
        Lays a fresh book each second.

    Notes
    -----
    Seconds are visited in the order of time: what was taken in an earlier one is forgotten.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._second_ms = 0
        self._taken: dict[tuple[str, Side], Counter[int]] = {}

    def walk(
        self,
        symbol: str,
        side: Side,
        now_ms: int,
        *,
        lots: int | None = None,
        budget: int | None = None,
        limit_ticks: int | None = None,
    ) -> list[Level]:
        """What an order could take, best price first. Nothing is taken yet.

        Parameters
        ----------
        side : Side
            Of the taker: a purchase walks the asks.
        lots : int, optional
            No more than this.
        budget : int, optional
            Ticks times lots: spend (or receive) no more than this.
        limit_ticks : int, optional
            At this price or better.
        """
        self._turn_to(now_ms)
        book = self._market.book(symbol, now_ms)
        ladder, sign = (book.asks, 1) if side is Side.BUY else (book.bids, -1)
        taken = self._taken.get((symbol, side), Counter())
        levels: list[Level] = []
        for ticks, resting in zip(ladder.ticks.tolist(), ladder.lots.tolist()):
            if limit_ticks is not None and sign * ticks > sign * limit_ticks:
                break
            left = resting - taken[ticks]
            if left <= 0:
                continue
            size = left
            if lots is not None:
                size = min(size, lots)
                lots -= size
            if budget is not None:
                size = min(size, budget // ticks)
                budget -= size * ticks
            if size > 0:
                levels.append(Level(ticks, size))
            if size < left:
                break
        return levels

    def best(self, symbol: str, side: Side, now_ms: int) -> int | None:
        """Ticks of the best price that a taker of `side` finds, or None."""
        levels = self.walk(symbol, side, now_ms, lots=1)
        return levels[0].ticks if levels else None

    def take(self, symbol: str, side: Side, now_ms: int, levels: list[Level]) -> None:
        """Remove `levels` from what is left in the second of `now_ms`."""
        self._turn_to(now_ms)
        self._taken.setdefault((symbol, side), Counter()).update(dict(levels))

    def _turn_to(self, now_ms: int) -> None:
        second_ms = now_ms // SECOND_MS * SECOND_MS
        if second_ms != self._second_ms:
            self._second_ms = second_ms
            self._taken.clear()


def total_lots(levels: list[Level]) -> int:
    """Whole lots of all levels together."""
    return sum(level.lots for level in levels)


def total_cost(levels: list[Level]) -> int:
    """Ticks times lots of all levels together."""
    return sum(level.ticks * level.lots for level in levels)


def shallow(levels: list[Level], liquidity: float) -> list[Level]:
    """The best part of `levels`: a share of their lots, at least one, or none at all for 0."""
    left = max(1, int(total_lots(levels) * liquidity)) if liquidity > 0 else 0
    kept: list[Level] = []
    for level in levels:
        size = min(left, level.lots)
        if size == 0:
            break
        kept.append(Level(level.ticks, size))
        left -= size
    return kept
