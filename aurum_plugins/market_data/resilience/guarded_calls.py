"""One way to ask a venue: not too often, not for too long, again where that may help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any, TypeVar

from tenacity import RetryCallState, retry_if_exception, wait_exponential
from tenacity.asyncio import AsyncRetrying

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.call_limits import CallLimits
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitBreaker, CircuitState
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock
from aurum_plugins.market_data.resilience.rate_budget import RateBudget
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueError,
    VenueLimiting,
    VenueUnreachable,
)
from aurum_plugins.market_data.resilience.venue_health import HealthRecord

T = TypeVar("T")

FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 5.0


class GuardedCalls:
    """Sends requests to one venue behind its breaker and its budget, and notes how they end.

    A request that the venue failed to answer is sent again after a random wait between 0 and a
    bound that doubles from 0.25 s to 5 s ("full jitter"), but not before a pause that the venue
    asked for is over. No attempt begins later than `longest_retry_seconds` after the first one, nor
    once the circuit is open: a call lasts no longer than that, the budget's longest wait and
    `timeout_seconds` together.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange.
    limits : CallLimits
    clock : Clock
    breaker : CircuitBreaker
    budget : RateBudget
    health : HealthRecord
        Must be told of the breaker's changes by whoever made the two.
    translate : callable
        From the request, in our words, and what `send` raised to the VenueError that it means.
        Time-outs and errors that are VenueErrors already are not passed to it.
    random : random.Random, optional
        Draws the waits.
    timeout : callable, optional
        Makes an asynchronous context manager that raises TimeoutError when its body takes longer
        than so many seconds; `asyncio.timeout` by default.

    References
    ----------
    M. Brooker, "Exponential backoff and jitter", AWS Architecture Blog (2015).
    """

    def __init__(
        self,
        venue: str,
        limits: CallLimits,
        clock: Clock,
        breaker: CircuitBreaker,
        budget: RateBudget,
        health: HealthRecord,
        translate: Callable[[str, Exception], VenueError],
        *,
        random: Random | None = None,
        timeout: Callable[[float], AbstractAsyncContextManager[Any]] = asyncio.timeout,
    ) -> None:
        self._venue = venue
        self._limits = limits
        self._clock = ForwardClock(clock)
        self._breaker = breaker
        self._budget = budget
        self._health = health
        self._translate = translate
        self._random = random or Random()
        self._timeout = timeout
        self._backoff = wait_exponential(multiplier=FIRST_BACKOFF_S, max=LONGEST_BACKOFF_S)

    async def call(self, request: str, send: Callable[[], Awaitable[T]]) -> T:
        """Send a request until it is answered or there is no use in it.

        Parameters
        ----------
        request : str
            In our words, for errors: "tickers".
        send : callable
            Sends it once and returns the answer; called once per attempt.

        Returns
        -------
        object
            The answer.

        Raises
        ------
        VenueError
            How the last attempt failed; its cause is what `send` raised.
        """
        first_ms = self._clock.now_ms()

        def is_over(state: RetryCallState) -> bool:
            passed_s = (self._clock.now_ms() - first_ms) / SECOND_MS
            return passed_s + state.upcoming_sleep > self._limits.longest_retry_seconds

        retrying = AsyncRetrying(
            retry=retry_if_exception(self._may_help),
            wait=self._wait_s,
            stop=is_over,
            before_sleep=lambda _: self._health.retried(),
            sleep=self._clock.sleep,
            reraise=True,
        )
        answer: T = await retrying(self._attempt, request, send)
        return answer

    async def _attempt(self, request: str, send: Callable[[], Awaitable[T]]) -> T:
        try:
            # Twice, because the circuit may open while the budget lets us wait.
            self._breaker.check(request)
            await self._budget.acquire(request)
            with self._breaker.call(request):
                return await self._send(request, send)
        except VenueError as error:
            if not error.was_asked:
                self._health.failed(error)
            raise

    async def _send(self, request: str, send: Callable[[], Awaitable[T]]) -> T:
        began_ms = self._clock.now_ms()
        try:
            async with self._timeout(self._limits.timeout_seconds):
                answer = await send()
        except Exception as raised:
            error = self._understood(request, raised)
            self._health.failed(error)
            if isinstance(error, VenueLimiting):
                self._budget.pause(error.retry_after_s)
            if error is raised:
                raise
            raise error from raised
        self._health.succeeded(self._clock.now_ms() - began_ms)
        return answer

    def _understood(self, request: str, raised: Exception) -> VenueError:
        if isinstance(raised, VenueError):
            return raised
        if isinstance(raised, TimeoutError):
            reason = f"no answer within {self._limits.timeout_seconds:g} s"
            return VenueUnreachable(self._venue, request, reason)
        return self._translate(request, raised)

    def _may_help(self, error: BaseException) -> bool:
        return (
            isinstance(error, VenueError)
            and error.is_failure
            and self._breaker.state is CircuitState.CLOSED
        )

    def _wait_s(self, state: RetryCallState) -> float:
        jitter_s = self._random.uniform(0, self._backoff(state))
        return max(jitter_s, self._budget.paused_for_s)
