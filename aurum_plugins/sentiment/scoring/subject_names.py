"""Names of coins and exchanges, and when they mean them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from aurum_plugins.sentiment.scored_item import EXCHANGE
from aurum_plugins.sentiment.scoring.errors import WordListRefused

_FILE: Final = "entities/subjects-1.txt"
# Not subjects: what says that a text is about crypto, that it may be, that it is about markets, and
# what only looks like a name.
ABOUT, HINT, MARKETS, NOTHING = "", "?", "%", "!"
_SPECIAL: Final = {"crypto": ABOUT, "context": HINT, "markets": MARKETS, "nothing": NOTHING}
_FOLLOWERS: Final = "after"
_PART: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.(?:io|com|ai|fun)\b)?|\u20bf|[0-9]+[a-z]+")


class Sureness(StrEnum):
    """When a ticker or a name counts."""

    SURE = "s"  # in any case
    CAPITALS = "a"  # in capitals
    CRYPTO = "c"  # in capitals, in a text about crypto
    NEVER = "-"  # only as a tag or a pair
    CAPITALISED = "^"  # a name, in a text about crypto
    FOLLOWED = "~"  # a name, before "protocol" and the like


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a subject.

    Attributes
    ----------
    rest : tuple of str
        Its words after the first, in small letters.
    subject : str
    sureness : Sureness
    """

    rest: tuple[str, ...]
    subject: str
    sureness: Sureness


@dataclass(frozen=True)
class SubjectNames:
    """All names.

    Attributes
    ----------
    by_first_word : mapping of str to tuple of Name
        The longest first.
    tickers : mapping of str to Sureness
    followers : frozenset of str
    exchanges : frozenset of str
        Names of exchanges that are one word.
    """

    by_first_word: Mapping[str, tuple[Name, ...]]
    tickers: Mapping[str, Sureness]
    followers: frozenset[str]
    exchanges: frozenset[str]


@cache
def load_subject_names() -> SubjectNames:
    """Read the file in the package; once.

    Raises
    ------
    WordListRefused
    """
    text = resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    return parse_subject_names(_FILE, text)


def parse_subject_names(file: str, text: str) -> SubjectNames:
    """Read a list of names.

    Raises
    ------
    WordListRefused
        A line that does not begin with a subject and its class.
    """
    names: defaultdict[str, list[Name]] = defaultdict(list)
    tickers: dict[str, Sureness] = {}
    followers: frozenset[str] = frozenset()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        subject, sureness, listed = _line(file, number, line)
        if subject == _FOLLOWERS:
            followers = frozenset(listed)
            continue
        if subject in _SPECIAL:
            subject = _SPECIAL[subject]
        elif not subject.startswith(EXCHANGE):
            tickers[subject] = sureness
            if sureness is Sureness.SURE:
                listed = [*listed, subject.lower()]
        for name in listed:
            first, known = _name(name, subject)
            names[first].append(known)
    return SubjectNames(
        by_first_word={
            first: tuple(sorted(known, key=lambda name: -len(name.rest)))
            for first, known in names.items()
        },
        tickers=tickers,
        followers=followers,
        exchanges=frozenset(
            first
            for first, known in names.items()
            for name in known
            if name.subject.startswith(EXCHANGE) and not name.rest
        ),
    )


def _line(file: str, number: int, line: str) -> tuple[str, Sureness, list[str]]:
    head, bar, names = line.partition("|")
    match head.split():
        case [subject, ("s" | "a" | "c" | "-") as sureness] if bar:
            listed = [name.strip() for name in names.split(",") if name.strip()]
            return subject, Sureness(sureness), listed
    raise WordListRefused(
        file, number, f'must begin "subject class |" with class s, a, c or -, got {head.strip()!r}'
    )


def _name(name: str, subject: str) -> tuple[str, Name]:
    sureness = Sureness.SURE
    if name[0] in "^~":
        sureness, name = Sureness(name[0]), name[1:]
    first, *rest = _PART.findall(name.lower())
    return first, Name(tuple(rest), subject, sureness)
