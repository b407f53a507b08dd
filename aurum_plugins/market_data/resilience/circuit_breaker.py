"""A circuit breaker: a venue that fails again and again is left alone for a while.

Closed, requests go out; after some failures in a row it opens, and none do; after a while one at a
time may try (half-open), and its outcome closes the circuit or opens it again.

pybreaker 1.4, aiobreaker 1.2 (of 2021) and purgatory 3.0 read the machine's own clock, and let an
answer to a request of before they opened close or open them: hence one of our own.

References
----------
M. Nygard, "Release It!" (2007), stability patterns.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock
from aurum_plugins.market_data.resilience.venue_errors import CircuitOpen, VenueError

logger = logging.getLogger(__name__)


class CircuitState(StrEnum):
    """Whether requests go out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class CircuitChange:
    """A breaker went from one state to another.

    Attributes
    ----------
    venue : str
    before, after : CircuitState
    at_ms : int
        UTC milliseconds.
    reason : str
        In words.
    """

    venue: str
    before: CircuitState
    after: CircuitState
    at_ms: int
    reason: str


class CircuitBreaker:
    """Lets requests to one venue pass, or not.

    Used from one thread; `state` may be read from any.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange.
    clock : Clock
        When it is set back, the circuit stays open a little longer, not for ever.
    failures_to_open : int
        Failures in a row, at least 1.
    open_ms : int
        For so long nothing goes out, at least 0.
    on_change : callable, optional
        Told of each change after it was made. What it raises is logged.

    Examples
    --------
    >>> from aurum_plugins.clock import VirtualClock
    >>> breaker = CircuitBreaker("kraken", VirtualClock(0), failures_to_open=5, open_ms=10_000)
    >>> with breaker.call("tickers"):
    ...     breaker.state.value
    'closed'
    """

    def __init__(
        self,
        venue: str,
        clock: Clock,
        *,
        failures_to_open: int,
        open_ms: int,
        on_change: Callable[[CircuitChange], object] | None = None,
    ) -> None:
        if failures_to_open < 1:
            raise ValueError(f"failures_to_open must be 1 or more, got {failures_to_open}")
        if open_ms < 0:
            raise ValueError(f"open_ms must be 0 or more, got {open_ms}")
        self._venue = venue
        self._clock = clock
        self._spans = ForwardClock(clock)
        self._failures_to_open = failures_to_open
        self._open_ms = open_ms
        self._on_change = on_change
        self._state = CircuitState.CLOSED
        self._failures = 0
        self._opened_ms = 0
        self._trying = False
        # Counts the changes, so that a late answer is known to belong to an earlier state.
        self._generation = 0

    @property
    def state(self) -> CircuitState:
        """As of the last request: an open circuit stays so until a request may try again."""
        return self._state

    def check(self, request: str) -> None:
        """Raise where `call` would, without asking for the right to try.

        Raises
        ------
        CircuitOpen
        """
        left_ms = self._left_ms()
        if left_ms > 0:
            raise CircuitOpen(
                self._venue,
                request,
                f"not asked, the circuit is {self._state}",
                retry_after_s=left_ms / SECOND_MS,
            )

    @contextmanager
    def call(self, request: str) -> Iterator[None]:
        """Ask to send a request in the body of a `with`, and watch how that ends.

        A VenueError with `is_failure` counts against the venue; another one is an answer, and
        counts for it, as no error does. A request that was cancelled, was not sent after all, or
        failed for a reason of our own counts neither way.

        Parameters
        ----------
        request : str
            In our words, for the error.

        Raises
        ------
        CircuitOpen
            The request must not be sent. `retry_after_s` is what is left of the time in which
            nothing goes out, or all of it while another request is trying.
        """
        self.check(request)
        if self._state is CircuitState.OPEN:
            self._become(CircuitState.HALF_OPEN, f"{self._open_ms / SECOND_MS:g} s are over")
        self._trying = self._state is CircuitState.HALF_OPEN
        generation = self._generation
        error: BaseException | None = None
        try:
            yield
        except BaseException as raised:
            error = raised
            raise
        finally:
            if generation == self._generation:
                self._trying = False
                self._count(error)

    def _left_ms(self) -> int:
        if self._state is CircuitState.OPEN:
            return self._open_ms - (self._spans.now_ms() - self._opened_ms)
        # A try that fails opens the circuit for the whole time again.
        return max(1, self._open_ms) if self._trying else 0

    def _count(self, error: BaseException | None) -> None:
        if error is None or (
            isinstance(error, VenueError) and error.was_asked and not error.is_failure
        ):
            self._failures = 0
            if self._state is CircuitState.HALF_OPEN:
                self._become(CircuitState.CLOSED, "a request was answered")
        elif isinstance(error, VenueError) and error.is_failure:
            self._failures += 1
            if self._state is CircuitState.HALF_OPEN:
                self._open(f"it still fails: {error}")
            elif self._failures >= self._failures_to_open:
                self._open(f"{self._failures} failures in a row, the last: {error}")

    def _open(self, reason: str) -> None:
        self._opened_ms = self._spans.now_ms()
        self._become(CircuitState.OPEN, reason)

    def _become(self, state: CircuitState, reason: str) -> None:
        before, self._state = self._state, state
        self._generation += 1
        if self._on_change is not None:
            change = CircuitChange(self._venue, before, state, self._clock.now_ms(), reason)
            try:
                self._on_change(change)
            except Exception:
                logger.exception("A change of %s's circuit was not noted: %s", self._venue, change)
