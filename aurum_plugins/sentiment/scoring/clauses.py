"""What a clause, a sentence and a text count: doubts, questions, hypotheses, contrasts, mockery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aurum_plugins.sentiment.scoring.lexicon import Role
from aurum_plugins.sentiment.scoring.reading import SENTENCE_ENDS, Unit

_QUESTION: Final = 0.4
_LATER_SENTENCES: Final = 0.8
_LATER_SENTENCES_OF_A_FRAME: Final = 0.4
_QUOTED: Final = -0.6
# What has to be said against it for praise to be none.
_COMPLAINT: Final = 1.2


def weigh_clauses(units: Sequence[Unit]) -> None:
    """Multiply every value by what its clause, its sentence and its text count."""
    _doubt_quotes(units)
    _mock(units)
    text = min((u.entry.value for u in units if u.entry.role is Role.VERDICT), default=1.0)
    sentence: list[Unit] = []
    later = 1.0
    for unit in units:
        sentence.append(unit)
        if unit.mark in SENTENCE_ENDS:
            text *= _weigh_sentence(sentence, text * later)
            later = _LATER_SENTENCES
            sentence = []
    if sentence:
        _weigh_sentence(sentence, text * later)


def _weigh_sentence(units: Sequence[Unit], text: float) -> float:
    """Returns what the sentences after it count, by its frame."""
    clause = hypothesis = framed = 1.0
    frame = _QUESTION if units[-1].mark == "?" else 1.0
    for index, unit in enumerate(units):
        role = unit.entry.role
        if unit.value:
            unit.value *= clause * hypothesis
        elif role is Role.SCOPE:
            clause = unit.entry.value
        elif role is Role.HYPO:
            hypothesis = unit.entry.value
        elif role is Role.CONTRAST:
            clause = hypothesis = 1.0
            for before in units[:index]:
                before.value *= unit.entry.value
        elif role is Role.FRAME:
            frame = min(frame, unit.entry.value)
            framed = _LATER_SENTENCES_OF_A_FRAME
        elif unit.mark:
            clause = 1.0
    for unit in units:
        unit.value *= frame * text
    return framed


def _mock(units: Sequence[Unit]) -> None:
    """Praise at the head of a complaint is none: "Great, withdrawals are down again"."""
    if not units or units[0].entry.role is not Role.PRAISE or units[0].start > 1:
        return
    if any(unit.value <= -_COMPLAINT for unit in units):
        for unit in units:
            if unit.value > 0 and unit.entry.role in {Role.PRAISE, Role.WORD}:
                unit.value = 0.0


def _doubt_quotes(units: Sequence[Unit]) -> None:
    """One term in quotation marks is what somebody else calls it."""
    for before, unit, after in zip(units, units[1:], units[2:]):
        quoted = before.mark == after.mark == '"'
        if quoted and before.end == unit.start and unit.end == after.start:
            unit.value *= _QUOTED
