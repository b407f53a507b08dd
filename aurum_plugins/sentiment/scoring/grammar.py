"""Rules of financial English: what a verb makes of its noun.

One pass gives every verb its noun and every noun that is left its own value; a second one turns
what is negated; a third one lets clauses count by what introduces them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aurum_plugins.sentiment.scoring.clauses import weigh_clauses
from aurum_plugins.sentiment.scoring.lexicon import Role
from aurum_plugins.sentiment.scoring.negation import turn
from aurum_plugins.sentiment.scoring.reading import Unit

# A noun moves less than the price itself.
_NOUN_SHARE: Final = 0.85
# What a verb counts when it stops, ends or brings back its noun.
_STOPPED_GOOD, _STOPPED_BAD = -2.2, 1.7
_RELIEVED: Final = 1.9
_SECURED: Final = 1.2
_RESUMED_GOOD, _RESUMED_BAD = 1.7, -1.5

# Which way a noun counts.
_DIRECTION: Final[Mapping[Role, int]] = {
    Role.BOON: 1,
    Role.THING: 1,
    Role.BURDEN: -1,
    Role.EVENT: -1,
}
_BAD_NOUNS: Final = frozenset({Role.BURDEN, Role.EVENT})
_WALLS: Final = frozenset({Role.BREAK, Role.SCOPE, Role.CONTRAST, Role.HYPO})
_VERBS: Final = frozenset(
    {Role.UP, Role.DOWN, Role.STOP, Role.RELIEF, Role.RESUME, Role.CARRY, Role.FAIL, Role.DENY}
)
_REACH_RIGHT: Final = 5
_REACH_LEFT: Final = 5
_SHIPPED: Final = 10


def apply(units: Sequence[Unit]) -> None:
    """Give every unit its value and the name of the rule."""
    for index, unit in enumerate(units):
        rule = _RULES.get(unit.entry.role)
        if rule is not None and not unit.taken:
            rule(units, index)
    for unit in units:
        if not unit.rule and not unit.taken and unit.entry.role in _STANDING:
            unit.value, unit.rule = unit.entry.value, _STANDING[unit.entry.role]
    turn(units)
    weigh_clauses(units)


def _object(units: Sequence[Unit], index: int, reach: int = _REACH_RIGHT) -> Unit | None:
    """The noun after a verb: "cuts its borrowing *fees*"."""
    verb = units[index]
    for other in units[index + 1 :]:
        if other.start - verb.end >= reach or other.entry.role in _WALLS:
            return None
        if other.taken:
            return None
        if other.entry.role in _DIRECTION:
            return other
        if other.entry.noun and other.start - verb.end <= 1:
            return other
        if other.entry.role in _VERBS:
            return None
    return None


def _victim(units: Sequence[Unit], index: int) -> Unit | None:
    """What a verb of stopping or relieving acts on: nouns, and bad words too."""
    verb = units[index]
    for other in units[index + 1 :]:
        role = other.entry.role
        if other.start - verb.end >= _REACH_RIGHT or role in _WALLS:
            return None
        if role in _DIRECTION or role in {Role.UP, Role.DOWN, Role.STOP}:
            return other
        if role is Role.WORD and other.entry.value < 0:
            return other
        if role in _VERBS and role is not Role.CARRY:
            return None
    return None


def _subject(units: Sequence[Unit], index: int, reach: int = _REACH_LEFT) -> Unit | None:
    """The noun before a verb: "*outflows* from funds slow"."""
    verb = units[index]
    for at in range(index - 1, -1, -1):
        other = units[at]
        distance = verb.start - other.end
        if distance >= reach or other.entry.role in _WALLS:
            return None
        if other.entry.role is Role.EVENT:
            # A hack does not fall: what falls is the price. "Hacks fall" is the exception.
            return other if distance == 0 and not other.taken else None
        if other.entry.role in _DIRECTION and not other.taken:
            return other
        if other.entry.noun and distance <= 1 and not other.taken:
            return other
        if other.entry.role in _VERBS:
            return None
    return None


def _sign(noun: Unit) -> int:
    role = noun.entry.role
    if role in _DIRECTION:
        return _DIRECTION[role]
    if role is Role.UP:
        return 1
    if role in {Role.DOWN, Role.STOP}:
        return -1
    return 1 if noun.entry.value > 0 else -1


def _take(unit: Unit, noun: Unit, value: float, rule: str) -> None:
    noun.taken, noun.value, noun.rule = True, 0.0, ""
    unit.value, unit.rule = value, rule


def _move(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    way = 1 if unit.entry.role is Role.UP else -1
    noun = _object(units, index, 4) or _subject(units, index)
    if noun is None:
        unit.value, unit.rule = way * unit.entry.value, "price moves"
        return
    size = _NOUN_SHARE * unit.entry.value + 0.3 * abs(noun.entry.value)
    sign, at = _sign(noun), units.index(noun)
    before = units[at - 1]
    if at and before.end == noun.start and before.entry.role in _BAD_NOUNS:
        sign, before.taken, before.value = -1, True, 0.0  # "ransomware payments drop"
    _take(unit, noun, way * sign * size, "noun moves")


def _degree(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    noun = _object(units, index, 3)
    if noun is None or noun.entry.role is Role.EVENT or noun.entry.noun is False:
        return
    if noun.entry.role in {Role.UP, Role.DOWN}:
        return
    way = 1 if unit.entry.role is Role.MORE else -1
    size = 0.7 * unit.entry.value + 0.5 * abs(noun.entry.value)
    if noun.entry.role is Role.THING:
        size *= 0.7
    # The noun stays free for a verb: "record outflows slow".
    noun.value, noun.rule = way * _sign(noun) * size, "how much of a noun"


def _stop(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    noun = _victim(units, index) or _subject(units, index, 4)
    if noun is not None and noun.entry.role is Role.EVENT and noun.start < unit.start:
        noun = None  # "Bug freezes funds"
    if noun is None:
        unit.value = -unit.entry.value if unit.entry.value > 1 else 0.0
        unit.rule = "stopped"
        return
    value = _STOPPED_GOOD if _sign(noun) > 0 else _STOPPED_BAD
    _take(unit, noun, value, "noun stopped")


def _relieve(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    noun = _victim(units, index) or _subject(units, index, 4)
    if noun is not None and _sign(noun) < 0:
        _take(unit, noun, _RELIEVED, "relief")
        return
    if noun is not None and noun.entry.role in _DIRECTION:
        _take(unit, noun, _SECURED, "noun secured")
        return
    unit.value, unit.rule = unit.entry.value, "relief"


def _resume(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    noun = _victim(units, index) or _subject(units, index, 4)
    if noun is None:
        unit.value, unit.rule = unit.entry.value, "resumed"
        return
    _take(unit, noun, _RESUMED_GOOD if _sign(noun) > 0 else _RESUMED_BAD, "noun resumed")


def _carry(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    noun = _victim(units, index)
    if noun is None or _sign(noun) > 0:
        unit.value, unit.rule = unit.entry.value, "word"


def _ship(units: Sequence[Unit], index: int) -> None:
    unit = units[index]
    counted = any(
        other.entry.role is Role.NUMBER and unit.start - other.end < _REACH_LEFT
        for other in units[max(index - 2, 0) : index]
    )
    for other in units[index + 1 :]:
        role = other.entry.role
        if other.start - unit.end > _SHIPPED or (other.mark and other.mark != ","):
            return
        counted = counted or role is Role.NUMBER
        if role is Role.VENUE:
            if counted:
                unit.value, unit.rule = other.entry.value, "coins move"
            return


_Rule = Callable[[Sequence[Unit], int], None]
_RULES: Final[Mapping[Role, _Rule]] = {
    Role.UP: _move,
    Role.DOWN: _move,
    Role.MORE: _degree,
    Role.LESS: _degree,
    Role.STOP: _stop,
    Role.RELIEF: _relieve,
    Role.RESUME: _resume,
    Role.CARRY: _carry,
    Role.SHIP: _ship,
}
_STANDING: Final[Mapping[Role, str]] = {
    Role.WORD: "word",
    Role.PRAISE: "word",
    Role.BOON: "good noun",
    Role.BURDEN: "bad noun",
    Role.EVENT: "bad event",
}
