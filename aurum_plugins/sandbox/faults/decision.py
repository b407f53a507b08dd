"""What is to happen to one request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.faults.data import DataRule
from aurum_plugins.sandbox.faults.draws import key_of
from aurum_plugins.sandbox.faults.rule import FaultRule, Stage
from aurum_plugins.sandbox.faults.wire import Latency


@dataclass(frozen=True)
class Firing:
    """One rule firing on one request.

    Attributes
    ----------
    index : int
        The rule's place in the plan, from 0.
    nth : int
        How many requests had met the rule, this one included.
    rule : FaultRule
    """

    index: int
    nth: int
    rule: FaultRule


@dataclass(frozen=True)
class Decision:
    """The faults of one request, in the order in which they strike.

    Attributes
    ----------
    delay_before_ms : int
        Milliseconds to wait before anything is done.
    instead : FaultRule or None
        Answers in place of the handler.
    active : ActiveFaults
        Distortions that the handler applies.
    delay_after_ms : int
        Milliseconds to wait between the handler and the answer.
    spoilt : FaultRule or None
        Takes or mangles the handler's answer.
    effective : tuple of Firing
        Those that had an effect. A rule that strikes later than `instead` has none, nor has a
        second rule that would answer or spoil.
    """

    delay_before_ms: int = 0
    instead: FaultRule | None = None
    active: ActiveFaults = field(default_factory=ActiveFaults)
    delay_after_ms: int = 0
    spoilt: FaultRule | None = None
    effective: tuple[Firing, ...] = ()

    @classmethod
    def of(cls, seed: int, firings: Iterable[Firing]) -> Decision:
        """Combine firings, which are in the order of the plan."""
        delays = {Stage.BEFORE: 0, Stage.AFTER: 0}
        answers: dict[Stage, FaultRule] = {}
        active = ActiveFaults()
        effective: list[Firing] = []
        taken = list(firings)
        if any(f.rule.stage is Stage.BEFORE and not isinstance(f.rule, Latency) for f in taken):
            taken = [f for f in taken if f.rule.stage is Stage.BEFORE]
        for firing in taken:
            rule = firing.rule
            if isinstance(rule, Latency):
                delays[rule.stage] += rule.delay(seed, firing.index, firing.nth)
            elif isinstance(rule, DataRule):
                active = rule.distort(active, key_of(seed, firing.index, "rows"))
            elif answers.setdefault(rule.stage, rule) is not rule:
                continue
            effective.append(firing)
        return cls(
            delay_before_ms=delays[Stage.BEFORE],
            instead=answers.get(Stage.BEFORE),
            active=active,
            delay_after_ms=delays[Stage.AFTER],
            spoilt=answers.get(Stage.AFTER),
            effective=tuple(effective),
        )


UNTOUCHED = Decision()
