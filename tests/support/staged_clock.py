"""A clock whose sleepers sleep until a test moves it, and that can be set like a wall's."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math


class StagedClock:
    """Time passes by `advance` alone; `set_by` changes what is shown, and wakes nobody."""

    def __init__(self, start_ms: int = 0) -> None:
        self._shown_ahead_ms = start_ms
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self.passed_ms = 0

    def now_ms(self) -> int:
        return self.passed_ms + self._shown_ahead_ms

    def set_by(self, by_ms: int) -> None:
        self._shown_ahead_ms += by_ms

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        due_ms = self.passed_ms + math.ceil(seconds * 1_000)
        heapq.heappush(self._sleepers, (due_ms, next(self._order), woken))
        await woken

    async def advance(self, by_ms: int) -> None:
        """Let time pass, waking each sleeper at its moment, until all tasks wait again."""
        end_ms = self.passed_ms + by_ms
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end_ms:
            self.passed_ms, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self.passed_ms = end_ms


async def settle() -> None:
    """Let tasks run until they wait."""
    for _ in range(12):
        await asyncio.sleep(0)
