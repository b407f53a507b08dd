"""A source, and the guard that its polls pass through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitChange
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueUnreachable,
)
from aurum_plugins.market_data.resilience.venue_health import HealthRecord, VenueHealth
from aurum_plugins.sentiment.daemon_thread import in_daemon_thread
from aurum_plugins.sentiment.forums import is_forum
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.source import Cursor, Polled, Source

REQUEST: Final = "posts"
# One in ten seconds, the shortest interval, and as many again for repetitions.
REQUESTS_PER_MINUTE: Final = 12
# So that a source may say itself that it was too slow.
GRACE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Limits:
    timeout_seconds: float
    longest_retry_seconds: float


class GuardedSource:
    """Polls one source behind retries, a circuit breaker and a rate budget.

    Parameters
    ----------
    source : Source
    settings : SentimentSettings
    clock : Clock
    budget : RateBudget
        Sources that one account is counted for share it.
    on_change : callable
        Told of each change of the circuit.
    random : random.Random
        Draws the waits.
    timeout : callable, optional
        As `GuardedCalls`.

    Attributes
    ----------
    name : str
    interval_s : float
    """

    def __init__(
        self,
        source: Source,
        settings: SentimentSettings,
        clock: Clock,
        budget: RateBudget,
        on_change: Callable[[CircuitChange], object],
        random: Random,
        timeout: Callable[[float], AbstractAsyncContextManager[Any]] = asyncio.timeout,
    ) -> None:
        self.name = source.name
        self.interval_s = source.interval_s
        self._source = source
        self._asking = False
        self._health = health = HealthRecord(source.name, clock)

        def circuit_changed(change: CircuitChange) -> None:
            health.circuit_changed(change)
            on_change(change)

        breaker = CircuitBreaker(
            source.name,
            clock,
            failures_to_open=settings.failures_to_open,
            open_ms=round(settings.open_seconds * SECOND_MS),
            on_change=circuit_changed,
        )
        self._calls = GuardedCalls(
            source.name,
            _Limits(source.timeout_s + GRACE_SECONDS, settings.longest_retry_seconds),
            clock,
            breaker,
            budget,
            health,
            self._translated,
            random=random,
            timeout=timeout,
        )

    def health(self) -> VenueHealth:
        """How the source is doing now."""
        return self._health.snapshot()

    async def poll(self, cursor: Cursor) -> Polled:
        """Ask until there is an answer, or no use in it.

        Raises
        ------
        VenueError
            And nothing else, whatever the source raises.
        """
        return await self._calls.call(REQUEST, lambda: self._ask(cursor))

    async def _ask(self, cursor: Cursor) -> Polled:
        # Clients bear no second thread, and threads that hang must not grow in number.
        if self._asking:
            raise VenueUnreachable(self.name, REQUEST, "the request before still hangs")

        def ask() -> Polled:
            try:
                return self._source.poll(cursor)
            finally:
                self._asking = False

        self._asking = True
        return await in_daemon_thread(ask, f"aurum-sentiment {self.name}")

    def _translated(self, request: str, error: Exception) -> VenueError:
        """What nobody thought of; its text may hold an address with credentials."""
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = "" if at is None else f" in {at.tb_frame.f_code.co_name}, line {at.tb_lineno}"
        return VenueAnswerRefused(self.name, request, f"{type(error).__name__}{where}")


def guarded_sources(
    sources: tuple[Source, ...],
    settings: SentimentSettings,
    clock: Clock,
    on_change: Callable[[CircuitChange], object],
    random: Random,
) -> tuple[GuardedSource, ...]:
    """Put guards before sources, with one budget for each account.

    Feeds have one each; all of Reddit is asked in one account's name, and so is all of X.
    """
    shared: dict[str, list[Source]] = {}
    for source in sources:
        shared.setdefault(_account(source.name), []).append(source)
    budgets = {
        account: RateBudget(
            account,
            clock,
            per_minute=REQUESTS_PER_MINUTE * len(having),
            longest_wait_s=settings.longest_retry_seconds,
        )
        for account, having in shared.items()
    }
    return tuple(
        GuardedSource(source, settings, clock, budgets[_account(source.name)], on_change, random)
        for source in sources
    )


def _account(source: str) -> str:
    kind = source.partition(":")[0]
    return kind if is_forum(source) else source
