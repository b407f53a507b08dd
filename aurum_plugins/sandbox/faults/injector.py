"""Keeps count of requests and says which faults strike them."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from threading import Lock

from aurum_plugins.clock import Clock
from aurum_plugins.sandbox.faults.decision import UNTOUCHED, Decision, Firing
from aurum_plugins.sandbox.faults.draws import unit_draw
from aurum_plugins.sandbox.faults.plan import FaultPlan
from aurum_plugins.sandbox.faults.rule import FaultRule


@dataclass(frozen=True)
class FiredFault:
    """A fault that had an effect.

    Attributes
    ----------
    time_ms : int
        UTC milliseconds on the injector's clock.
    route : str
        Name of the route.
    symbol : str or None
        Symbol of the request, if it named one.
    kind : str
        Kind of fault.
    rule : int
        The rule's place in the plan, from 0.
    """

    time_ms: int
    route: str
    symbol: str | None
    kind: str
    rule: int


@dataclass
class _Armed:
    """A plan at work."""

    plan: FaultPlan
    since_ms: int
    met: Counter[int] = field(default_factory=Counter)
    fired: Counter[int] = field(default_factory=Counter)

    def firing(self, index: int, rule: FaultRule) -> Firing | None:
        """Count one request that meets the rule; say whether the rule fires on it."""
        self.met[index] += 1
        nth = self.met[index]
        silent = (
            nth % rule.every != 0
            or (rule.count is not None and self.fired[index] >= rule.count)
            or unit_draw(self.plan.seed, index, nth) >= rule.probability
        )
        if silent:
            return None
        self.fired[index] += 1
        return Firing(index, nth, rule)


class FaultInjector:
    """Decides, request by request, which faults of a plan strike.

    Each rule counts the requests that meet it while it is awake, and draws for the n-th of them
    from the seed, its place in the plan and n. It knows nothing of the other rules: a rule that
    fires without effect, because an earlier one had answered already, has used up one of its
    `count` all the same.

    Safe to use from several threads.

    Parameters
    ----------
    clock : Clock
        Tells `after_s` and `until_s`; the middleware waits on it.
    plan : FaultPlan, optional
        Armed at once.
    log_size : int
        How many fired faults are remembered; 1 or more.
    """

    def __init__(self, clock: Clock, plan: FaultPlan | None = None, *, log_size: int = 1_000):
        if log_size < 1:
            raise ValueError(f"log_size must be 1 or more, got {log_size}")
        self.clock = clock
        self._lock = Lock()
        self._armed: _Armed | None = None
        self._log: deque[FiredFault] = deque(maxlen=log_size)
        self._counts: Counter[str] = Counter()
        if plan is not None:
            self.arm(plan)

    @property
    def plan(self) -> FaultPlan | None:
        """The plan at work, or None."""
        armed = self._armed
        return armed.plan if armed else None

    @property
    def log(self) -> tuple[FiredFault, ...]:
        """The latest faults that had an effect, oldest first; emptied by `arm`."""
        with self._lock:
            return tuple(self._log)

    @property
    def counts(self) -> dict[str, int]:
        """Faults that had an effect since the last `arm`, by kind."""
        with self._lock:
            return dict(self._counts)

    def arm(self, plan: FaultPlan) -> None:
        """Start `plan` from its beginning, in place of any other."""
        with self._lock:
            self._armed = _Armed(plan, since_ms=self.clock.now_ms())
            self._log.clear()
            self._counts.clear()

    def disarm(self) -> None:
        """Stop all faults; the log and the counts stay."""
        with self._lock:
            self._armed = None

    def decide(self, route: str, symbol: str | None) -> Decision:
        """Count one request and say what happens to it.

        Parameters
        ----------
        route : str
            Name of the route.
        symbol : str or None
            Spelt like `BTCUSDT`.
        """
        with self._lock:
            armed = self._armed
            if armed is None:
                return UNTOUCHED
            now_ms = self.clock.now_ms()
            elapsed_ms = now_ms - armed.since_ms
            firings = [
                firing
                for index, rule in enumerate(armed.plan.rules)
                if rule.concerns(route, symbol)
                and rule.is_awake(elapsed_ms)
                and (firing := armed.firing(index, rule))
            ]
            if not firings:
                return UNTOUCHED
            decision = Decision.of(armed.plan.seed, firings)
            for firing in decision.effective:
                kind = firing.rule.kind
                self._log.append(FiredFault(now_ms, route, symbol, kind, firing.index))
                self._counts[kind] += 1
            return decision
