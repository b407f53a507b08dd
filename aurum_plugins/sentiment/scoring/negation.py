"""What is negated, denied, failed, or happens to those who want lower prices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aurum_plugins.sentiment.scoring.lexicon import Role
from aurum_plugins.sentiment.scoring.reading import SENTENCE_ENDS, Unit

_FAILED: Final = 0.4
# Terms that count less are not what is negated.
_NEGLIGIBLE: Final = 0.5


def turn(units: Sequence[Unit]) -> None:
    """Turn the values that other terms turn."""
    for index, unit in enumerate(units):
        rule = _TURNS.get(unit.entry.role)
        if rule is not None:
            rule(units, index)


def _peak(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    way = 1.0
    after = _next_term(units, index, 3)
    if after is not None:
        unit.value, unit.rule = math.copysign(abs(unit.entry.value), after.value), "more than ever"
        return
    for other in reversed(units[:index]):
        if other.mark in SENTENCE_ENDS and other.mark:
            break
        if other.value:
            way = 1.0 if other.value > 0 else -1.0
            break
    else:
        way = math.copysign(1.0, unit.entry.value)
    unit.value, unit.rule = way * abs(unit.entry.value), "more than ever"


def _next_term(units: Sequence[Unit], index: int, reach: int) -> Unit | None:
    unit = units[index]
    for other in units[index + 1 :]:
        role = other.entry.role
        if other.start - unit.end >= reach or other.mark or role is Role.CONTRAST:
            return None
        if role is Role.FAIL and unit.entry.role is Role.FOE:
            return None
        if abs(other.value) >= _NEGLIGIBLE:
            return other
    return None


def _term_before(units: Sequence[Unit], index: int, reach: int) -> Unit | None:
    unit = units[index]
    for other in reversed(units[:index]):
        if unit.start - other.end >= reach or other.mark:
            return None
        if abs(other.value) >= _NEGLIGIBLE:
            return other
    return None


def _negate(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    term = _next_term(units, index, 4)
    if term is not None:
        term.value *= unit.entry.value
        term.rule = f"{term.rule}, negated"


def _fail(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    term = _next_term(units, index, 6)
    if term is not None and term.value < 0 and term.start - unit.end <= 1:
        term.value *= -_FAILED
        term.rule = f"{term.rule}, failed"
        return
    before = _term_before(units, index, 6)
    if term is None and before is not None and before.value < 0:
        before.value *= -_FAILED  # "attempt to steal millions fails"
        before.rule = f"{before.rule}, failed"
        return
    unit.value, unit.rule = unit.entry.value, "failed"
    if term is not None and term.value > 0:
        term.value *= -_FAILED
        term.rule = f"{term.rule}, failed"


def _mute(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    term = _next_term(units, index, 6)
    if term is not None:
        term.value *= unit.entry.value
        term.rule = f"{term.rule}, denied"


_TURNS: Final[Mapping[Role, Callable[[Sequence[Unit], int], None]]] = {
    Role.FOE: _negate,
    Role.PEAK: _peak,
    Role.NOT: _negate,
    Role.NO: _negate,
    Role.FAIL: _fail,
    Role.DENY: _mute,
}
