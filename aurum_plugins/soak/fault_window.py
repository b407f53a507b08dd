"""From when to when the faults of a plan were there."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.faults import FaultPlan

# Kinds that take the venue's answer away.
WIRE: Final = frozenset(
    {
        "reset_before",
        "reset_after",
        "server_error",
        "rate_limited",
        "banned",
        "malformed_json",
        "truncated_body",
        "dark",
    }
)


@dataclass(frozen=True)
class FaultWindow:
    """One rule of a plan at work.

    Attributes
    ----------
    kind : str
    route : str
        Glob on route names.
    began_ms, ended_ms : int
        UTC milliseconds.
    is_whole : bool
        Whether it took every answer meanwhile, rather than some.
    """

    kind: str
    route: str
    began_ms: int
    ended_ms: int
    is_whole: bool

    def concerns(self, venue: str) -> bool:
        """Whether requests to a venue could be hit."""
        return fnmatchcase(venue, self.route.partition(".")[0])


def fault_windows(plan: FaultPlan, armed_ms: int, disarmed_ms: int) -> tuple[FaultWindow, ...]:
    """When each rule was awake; those that never were are left out.

    Parameters
    ----------
    plan : FaultPlan
    armed_ms, disarmed_ms : int
        Its beginning and end, UTC milliseconds.
    """
    windows = []
    for rule in plan.rules:
        began_ms = armed_ms + round(rule.after_s * SECOND_MS)
        until_ms = disarmed_ms
        if rule.until_s is not None:
            until_ms = min(until_ms, armed_ms + round(rule.until_s * SECOND_MS))
        every_one = rule.probability == 1 and rule.every == 1 and rule.count is None
        is_whole = every_one and rule.symbol == "*" and rule.kind in WIRE
        if began_ms < until_ms:
            windows.append(FaultWindow(rule.kind, rule.route, began_ms, until_ms, is_whole))
    return tuple(windows)
