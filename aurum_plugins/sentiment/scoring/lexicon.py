"""Words and idioms with what they do in a sentence: VADER's, and ours on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from aurum_plugins.sentiment.scoring.errors import WordListRefused
from aurum_plugins.sentiment.scoring.inflection import noun_forms, verb_forms
from aurum_plugins.sentiment.scoring.tokens import tokens

# What a word of VADER's counts here: it was learned from posts about everything.
GENERAL_WEIGHT: Final = 0.4
_LARGEST: Final = 4.0  # of VADER's scale


class Role(StrEnum):
    """What a term does in a sentence."""

    WORD = "word"  # counts by itself
    UP = "up"  # more of the noun it goes with; of the price where there is none
    DOWN = "down"
    MORE = "more"  # the same, of the noun after it; nothing alone
    LESS = "less"
    BOON = "boon"  # a noun of which more is good
    THING = "thing"  # a noun that counts by what happens to it
    BURDEN = "burden"  # a noun of which more is bad
    EVENT = "event"  # a bad thing that happens rather than moves
    STOP = "stop"  # bad for good nouns, good for bad ones
    RELIEF = "relief"  # ends bad things
    RESUME = "resume"  # brings good or bad things back
    CARRY = "carry"  # hands over to a bad noun after it
    NOT = "not"  # turns what follows
    NO = "no"
    FAIL = "fail"
    DENY = "deny"  # mutes what follows
    SCOPE = "scope"  # what follows counts less, up to a comma
    HYPO = "hypo"  # up to the end of the sentence
    CONTRAST = "contrast"  # what comes before counts less
    FRAME = "frame"  # the whole sentence counts less
    PRAISE = "praise"  # at the head of a complaint, mocks
    VERDICT = "verdict"  # the whole text counts less
    SHIP = "ship"  # a verb of moving coins
    VENUE = "venue"  # where they go, or come from
    NUMBER = "number"
    FOE = "foe"  # turns what happens to those who want lower prices
    PEAK = "peak"  # takes the direction of what it is said of
    BREAK = "break"  # no verb reaches over it


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a term.

    Attributes
    ----------
    role : Role
    value : float
        On VADER's scale, [-4, 4]; of scopes, frames and negations a factor.
    noun : bool
        Whether a movement can be a noun too: "the slide deepens".
    """

    role: Role
    value: float
    noun: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Terms by their first word.

    Attributes
    ----------
    version : str
        Name of the file, "crypto-1".
    terms : mapping of str to tuple
        The other words of each term that begins so, longest first, with its entry.
    """

    version: str
    terms: Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]


@cache
def load_lexicon(version: str) -> Lexicon:
    """Read `lexicon/<version>.txt` on top of VADER's words; once.

    Raises
    ------
    WordListRefused
        A line of another form, a role that is not known, or a value outside [-4, 4].
    """
    name = f"lexicon/{version}.txt"
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    found = parse_lexicon(name, text)
    for word, value in _words_of_vader():
        found.setdefault(word, Entry(Role.WORD, value))
    return Lexicon(version, _by_first_word(found))


def parse_lexicon(name: str, text: str) -> dict[tuple[str, ...], Entry]:
    """Entries by the words of their terms. Of two lines with one term, the first holds.

    Raises
    ------
    WordListRefused
    """
    entries: dict[tuple[str, ...], Entry] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        head, bar, terms = line.partition("|")
        try:
            role_name, value_text, forms = head.split()
            role, value = Role(role_name), float(value_text)
        except ValueError as error:
            raise WordListRefused(
                name, number, f'must begin "role value forms |", got {head.strip()!r}'
            ) from error
        if not bar or not set(forms) <= set("vnx"):
            raise WordListRefused(name, number, f"forms must be of v, n, x, got {forms!r}")
        if not -_LARGEST <= value <= _LARGEST:
            raise WordListRefused(name, number, f"value must be in [-4, 4], got {value_text}")
        for term in terms.split(","):
            if not term.strip():
                raise WordListRefused(name, number, "a term must not be empty")
            for words, noun in _forms(term.strip(), forms):
                _enter(entries, words, Entry(role, value, noun))
    return entries


def _enter(entries: dict[tuple[str, ...], Entry], words: tuple[str, ...], entry: Entry) -> None:
    known = entries.setdefault(words, entry)
    if entry.noun and known.role is entry.role and not known.noun:
        entries[words] = Entry(known.role, known.value, noun=True)


def _forms(term: str, forms: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    if "v" in forms:
        for form in verb_forms(term):
            yield tuple(tokens(form)), False
    if "n" in forms:
        for form in noun_forms(term):
            yield tuple(tokens(form)), True
    if "x" in forms:
        yield tuple(tokens(term)), False


def _words_of_vader() -> Iterator[tuple[tuple[str, ...], float]]:
    vader = SentimentIntensityAnalyzer()
    for word, value in vader.lexicon.items():
        if word.isalpha():
            yield (word,), GENERAL_WEIGHT * value
    for picture, description in vader.emojis.items():
        values = [vader.lexicon[word] for word in description.split() if word in vader.lexicon]
        if values:
            yield (picture[0],), GENERAL_WEIGHT * sum(values)


def _by_first_word(
    entries: Mapping[tuple[str, ...], Entry],
) -> dict[str, tuple[tuple[tuple[str, ...], Entry], ...]]:
    grouped: defaultdict[str, list[tuple[tuple[str, ...], Entry]]] = defaultdict(list)
    for (first, *rest), entry in entries.items():
        grouped[first].append((tuple(rest), entry))
    return {
        first: tuple(sorted(found, key=lambda pair: -len(pair[0])))
        for first, found in grouped.items()
    }
