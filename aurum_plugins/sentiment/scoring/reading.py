"""A text as the terms of the lexicon that are in it."""

from __future__ import annotations

from typing import Final

from aurum_plugins.sentiment.scoring.lexicon import Entry, Lexicon, Role
from aurum_plugins.sentiment.scoring.subject_names import load_subject_names
from aurum_plugins.sentiment.scoring.tokens import tokens

# Where a sentence ends, and where a part of one does.
SENTENCE_ENDS: Final = frozenset(".!?…\n")
_CLAUSE_ENDS: Final = frozenset(',;:()"\u2013\u2014|-')
_PUNCTUATION: Final = {mark: Entry(Role.BREAK, 0.0) for mark in SENTENCE_ENDS | _CLAUSE_ENDS}


class Unit:
    """A term of the lexicon, or a mark of punctuation, in a text.

    Attributes
    ----------
    start, end : int
        Of its tokens; `end` is the one after.
    entry : Entry
    mark : str
        The punctuation; empty for a term.
    value : float
        What it counts so far.
    rule : str
        Name of the rule by which it does; empty as long as none did.
    taken : bool
        Whether another term speaks for it.
    """

    __slots__ = ("end", "entry", "mark", "rule", "start", "taken", "value")

    def __init__(self, start: int, end: int, entry: Entry, mark: str = "") -> None:
        self.start = start
        self.end = end
        self.entry = entry
        self.mark = mark
        self.value = 0.0
        self.rule = ""
        self.taken = False


# Names of exchanges are alike: "to @x".
_VENUE: Final = "@x"


def read(words: list[str], lexicon: Lexicon) -> list[Unit]:
    """Find the terms, the longest ones first, none within another."""
    units: list[Unit] = []
    terms = lexicon.terms
    at, count = 0, len(words)
    while at < count:
        word = words[at]
        candidates = terms.get(word)
        if candidates is None:
            mark = _PUNCTUATION.get(word)
            if mark is not None:
                units.append(Unit(at, at + 1, mark, word))
            at += 1
            continue
        for rest, entry in candidates:
            end = at + 1 + len(rest)
            if not rest or tuple(words[at + 1 : end]) == rest:
                units.append(Unit(at, end, entry))
                at = end
                break
        else:
            at += 1
    return units


def read_text(text: str, lexicon: Lexicon) -> tuple[list[str], list[Unit]]:
    """The tokens of a text, and its units."""
    words = tokens(text)
    venues = load_subject_names().exchanges
    alike = [_VENUE if word in venues else word for word in words]
    return words, read(alike, lexicon)
