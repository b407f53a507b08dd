"""What in a text may speak for good or bad: its words, and what they do in it, in sequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aurum_plugins.sentiment.scoring.reading import Unit

# Longest sequence of each view.
VIEWS: Final[Mapping[str, int]] = {
    "word": 2,  # words
    "role": 4,  # roles of the lexicon's terms, in place of all between them one gap
    "mixed": 3,  # words, and roles where the lexicon knows them
    "outcome": 2,  # terms that counted, and the rules by which they did, with their sign
    "start": 2,  # the first five letters of words
    "stem": 1,  # the first four of longer ones
}
_START: Final = 5
_STEM: Final = 4
_FIRST: Final = "<s>"
_GAP: Final = "_"
# On VADER's scale; a role whose value is nearer to 0 has no sign.
_SIGNED: Final = 0.3


def evidence(words: Sequence[str], units: Sequence[Unit]) -> dict[str, list[str]]:
    """Sequences of each view that are in a text, as often as they are.

    Parameters
    ----------
    words : sequence of str
        See `aurum_plugins.sentiment.scoring.tokens`.
    units : sequence of Unit
        Of the same text, after the grammar was applied.

    Returns
    -------
    dict of str to list of str
        By view.
    """
    views = {
        "word": [_FIRST, *words],
        "role": _roles(words, units),
        "mixed": _mixed(words, units),
        "outcome": _outcomes(words, units),
        "start": [_FIRST, *(word[:_START] for word in words)],
        "stem": [_FIRST, *(word[:_STEM] for word in words if len(word) >= _STEM)],
    }
    return {view: list(_sequences(parts, VIEWS[view])) for view, parts in views.items()}


def _sequences(parts: list[str], longest: int) -> Iterator[str]:
    yield from parts
    for length in range(2, longest + 1):
        for start in range(len(parts) - length + 1):
            yield " ".join(parts[start : start + length])


def _role(unit: Unit) -> str:
    value = unit.entry.value
    sign = "+" if value > _SIGNED else "-" if value < -_SIGNED else ""
    return f"{unit.entry.role.name}{sign}"


def _roles(words: Sequence[str], units: Sequence[Unit]) -> list[str]:
    found, at = [_FIRST], 0
    for unit in units:
        if unit.start > at:
            found.append(_GAP)
        found.append(f"M{unit.mark}" if unit.mark else _role(unit))
        at = unit.end
    if at < len(words):
        found.append(_GAP)
    return found


def _mixed(words: Sequence[str], units: Sequence[Unit]) -> list[str]:
    found, at = [_FIRST], 0
    for unit in units:
        found += words[at : unit.start]
        if not unit.mark:
            found.append(_role(unit))
        at = unit.end
    return [*found, *words[at:]]


def _outcomes(words: Sequence[str], units: Sequence[Unit]) -> list[str]:
    counted = [(unit, "+" if unit.value > 0 else "-") for unit in units if unit.value]
    rules = [f"{unit.rule}{sign}" for unit, sign in counted]
    return rules + [f"{' '.join(words[unit.start : unit.end])}{sign}" for unit, sign in counted]
