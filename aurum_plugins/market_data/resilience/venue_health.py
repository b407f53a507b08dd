"""How a venue is doing: what was asked of it, how it answered, and how long it was out."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock
from aurum_plugins.market_data.resilience.venue_errors import VenueError

ERROR_RATE_SECONDS = 300
LATENCIES_KEPT = 200
OUTAGES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Outage:
    """A venue did not answer, for so long that its circuit opened.

    Attributes
    ----------
    began_ms : int
        UTC milliseconds of the first failure.
    ended_ms : int or None
        UTC milliseconds of the next answer; None while there is none.
    recovery_s : float
        Seconds between the two, however the clock was set; NaN while there is no answer.
    """

    began_ms: int
    ended_ms: int | None = None
    recovery_s: float = math.nan


@dataclass(frozen=True, slots=True)
class VenueHealth:
    """How a venue is doing at one moment.

    Attributes
    ----------
    venue : str
    state : CircuitState
    requests : int
        That were sent and ended, well or not.
    errors : mapping of str to int
        By the errors' `kind`; refusals, and requests that were not sent, included.
    retries : int
        Requests that were sent again.
    trips : int
        How often the closed circuit opened.
    error_rate : float
        Share of the requests of the last 300 s in which the venue failed; NaN without any.
    latency_p50_ms, latency_p95_ms : float
        Of the last 200 successes, by nearest rank; NaN without any.
    last_success_ms : int or None
        UTC milliseconds; None = none yet.
    clock_offset_ms : float or None
        How far the venue's clock is ahead of ours; None = not measured.
    outages : tuple of Outage
        The last 20, oldest first.
    """

    venue: str
    state: CircuitState
    requests: int
    errors: Mapping[str, int]
    retries: int
    trips: int
    error_rate: float
    latency_p50_ms: float
    latency_p95_ms: float
    last_success_ms: int | None
    clock_offset_ms: float | None
    outages: tuple[Outage, ...]


class HealthRecord:
    """Takes notes of one venue's requests.

    Any method may be called from any thread; each holds the others up for microseconds at most.
    Its memory is bounded.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange.
    clock : Clock
    """

    def __init__(self, venue: str, clock: Clock) -> None:
        self._venue = venue
        self._clock = clock
        self._spans = ForwardClock(clock)
        self._lock = threading.Lock()
        self._state = CircuitState.CLOSED
        self._requests = 0
        self._retries = 0
        self._trips = 0
        self._errors: Counter[str] = Counter()
        # Second, requests, failures.
        self._seconds: deque[tuple[int, int, int]] = deque()
        self._latencies_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._last_success_ms: int | None = None
        self._clock_offset_ms: float | None = None
        self._outages: deque[Outage] = deque(maxlen=OUTAGES_KEPT)
        # UTC milliseconds, and milliseconds that never go back, of the first failure in a row.
        self._failing_since: tuple[int, int] | None = None

    @property
    def circuit(self) -> CircuitState:
        """What the venue's breaker told last; closed before it told anything."""
        return self._state

    @property
    def clock_offset_ms(self) -> float | None:
        """How far the venue's clock is ahead of ours; None = not measured."""
        return self._clock_offset_ms

    @clock_offset_ms.setter
    def clock_offset_ms(self, offset_ms: float | None) -> None:
        self._clock_offset_ms = offset_ms

    def succeeded(self, latency_ms: float) -> None:
        """Note a request that was answered as it was meant to be."""
        with self._lock:
            self._ended(failed=False)
            self._latencies_ms.append(latency_ms)
            self._last_success_ms = self._clock.now_ms()

    def failed(self, error: VenueError) -> None:
        """Note a request that ended with an error, or was not sent at all."""
        with self._lock:
            self._errors[error.kind] += 1
            if error.was_asked:
                self._ended(failed=error.is_failure)

    def retried(self) -> None:
        """Note that a request will be sent again."""
        with self._lock:
            self._retries += 1

    def circuit_changed(self, change: CircuitChange) -> None:
        """Note what the venue's breaker tells."""
        with self._lock:
            self._state = change.after
            if change.after is not CircuitState.OPEN:
                return
            self._trips += change.before is CircuitState.CLOSED
            if not (self._outages and self._outages[-1].ended_ms is None):
                self._failing_since = self._failing_since or self._now()
                self._outages.append(Outage(began_ms=self._failing_since[0]))

    def snapshot(self) -> VenueHealth:
        """How the venue is doing now; never changes afterwards."""
        with self._lock:
            self._forget()
            requests = sum(requests for _, requests, _ in self._seconds)
            failures = sum(failures for _, _, failures in self._seconds)
            latencies_ms = list(self._latencies_ms)
            health = VenueHealth(
                venue=self._venue,
                state=self._state,
                requests=self._requests,
                errors=MappingProxyType(dict(self._errors)),
                retries=self._retries,
                trips=self._trips,
                error_rate=failures / requests if requests else math.nan,
                latency_p50_ms=math.nan,
                latency_p95_ms=math.nan,
                last_success_ms=self._last_success_ms,
                clock_offset_ms=self._clock_offset_ms,
                outages=tuple(self._outages),
            )
        latencies_ms.sort()
        return replace(
            health,
            latency_p50_ms=_nearest_rank(latencies_ms, 50),
            latency_p95_ms=_nearest_rank(latencies_ms, 95),
        )

    def _now(self) -> tuple[int, int]:
        return self._clock.now_ms(), self._spans.now_ms()

    def _ended(self, *, failed: bool) -> None:
        self._requests += 1
        self._forget()
        second = self._spans.now_ms() // SECOND_MS
        requests, failures = 0, 0
        if self._seconds and self._seconds[-1][0] == second:
            _, requests, failures = self._seconds.pop()
        self._seconds.append((second, requests + 1, failures + failed))
        if failed:
            self._failing_since = self._failing_since or self._now()
        else:
            self._answered()

    def _answered(self) -> None:
        if self._failing_since and self._outages and self._outages[-1].ended_ms is None:
            now_ms, forward_ms = self._now()
            recovery_s = (forward_ms - self._failing_since[1]) / SECOND_MS
            self._outages[-1] = replace(self._outages[-1], ended_ms=now_ms, recovery_s=recovery_s)
        self._failing_since = None

    def _forget(self) -> None:
        oldest = self._spans.now_ms() // SECOND_MS - ERROR_RATE_SECONDS
        while self._seconds and self._seconds[0][0] <= oldest:
            self._seconds.popleft()


def _nearest_rank(values: Sequence[float], percent: int) -> float:
    """Smallest of the sorted values that at least `percent` % of them do not exceed."""
    return values[math.ceil(len(values) * percent / 100) - 1] if values else math.nan
