"""The same story twice, in the same words or in nearly the same."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.sentiment.forums import is_forum
from aurum_plugins.sentiment.scored_item import EventKind

REMEMBERED_MS: Final = 48 * HOUR_MS
# Jaccard's index of the two sets of words: what they share, of all that is in either.
ALIKE: Final = 0.75
# Of fewer words one makes too much of a difference.
FEWEST_WORDS: Final = 6
# In [-1, 1]: nearly the same words that are not nearly as good are another story.
SCORES_APART: Final = 0.4
MOST_KEPT: Final = 20_000
# Of a long text, its beginning tells which story it is.
WORDS_LOOKED_AT: Final = 24


@dataclass(slots=True, eq=False)
class Said:
    """What an item says, as far as another may say it again.

    Attributes
    ----------
    text_hash : str
    words : frozenset of str
        Of its beginning, `WORDS_LOOKED_AT` at most.
    subjects : tuple of str
    event : EventKind or None
    score : float or None
        None if not known.
    seen_ms : int
        UTC milliseconds.
    sources : set of str
        Whose items that say so count.
    """

    text_hash: str
    words: frozenset[str]
    subjects: tuple[str, ...]
    event: EventKind | None
    score: float | None
    seen_ms: int
    sources: set[str]


class Duplicates:
    """Tells whether something was said before, within 48 hours.

    Nearly the same is what shares three quarters of its words, all of its numbers, subjects and its
    event, and is as good or bad. An item that would change anything else than a count is never a
    duplicate.

    A bad event counts once more for each news feed that reports it, in whatever words: that is how
    one feed confirms another. What somebody posts in a forum in the words of a feed confirms
    nothing.

    Not safe for several threads at once; its memory is bounded.

    References
    ----------
    R. Bayardo, Y. Ma, R. Srikant, "Scaling up all pairs similarity search" (WWW 2007), and J. Wang,
    G. Li, J. Feng, "Can we beat the prefix filtering?" (SIGMOD 2012): in whatever order all words
    are put, sets that are alike have two words in common among the first few.
    """

    def __init__(self) -> None:
        self._by_hash: dict[str, Said] = {}
        # By what is the same in a near duplicate: two words, numbers, subjects, event.
        self._by_trait: dict[int, list[Said]] = {}
        self._kept: deque[Said] = deque()

    def repeats(self, said: Said) -> bool:
        """Whether an item says nothing new; if it does, it is remembered.

        Parameters
        ----------
        said : Said
            With one source. What was seen later than it plays no part.
        """
        self._forget(said.seen_ms)
        first = self._exactly(said) or self._nearly(said)
        if first is None:
            self._remember(said)
            return False
        confirms = said.event is not None and not any(
            is_forum(source) or source in first.sources for source in said.sources
        )
        if confirms:
            first.sources |= said.sources
        return not confirms

    def _exactly(self, said: Said) -> Said | None:
        first = self._by_hash.get(said.text_hash)
        return first if first is not None and _is_before(first, said) else None

    def _nearly(self, said: Said) -> Said | None:
        for trait in _traits(said):
            for first in self._by_trait.get(trait, ()):
                if _is_before(first, said) and _same_story(first, said):
                    return first
        return None

    def _remember(self, said: Said) -> None:
        self._by_hash[said.text_hash] = said
        for trait in _traits(said):
            self._by_trait.setdefault(trait, []).append(said)
        self._kept.append(said)

    def _forget(self, now_ms: int) -> None:
        while self._kept and (
            self._kept[0].seen_ms <= now_ms - REMEMBERED_MS or len(self._kept) >= MOST_KEPT
        ):
            old = self._kept.popleft()
            if self._by_hash[old.text_hash] is old:
                del self._by_hash[old.text_hash]
            for trait in _traits(old):
                having = self._by_trait[trait]
                having.remove(old)
                if not having:
                    del self._by_trait[trait]


def _traits(said: Said) -> Iterator[int]:
    """Of which an item that is alike has at least one as well."""
    size = len(said.words)
    if size < FEWEST_WORDS:
        return
    # In an order of all words; long ones are rare, so few others share two of them.
    ordered = sorted(said.words, key=lambda word: (-len(word), word))
    rest = (said.subjects, said.event, frozenset(_numbers(said.words)))
    for pair in itertools.combinations(ordered[: size - math.ceil(ALIKE * size) + 2], 2):
        yield hash((pair, rest))


def _is_before(first: Said, said: Said) -> bool:
    return said.seen_ms - REMEMBERED_MS < first.seen_ms <= said.seen_ms


def _same_story(first: Said, said: Said) -> bool:
    shared = len(first.words & said.words)
    return (
        shared >= ALIKE * (len(first.words) + len(said.words) - shared)
        and first.subjects == said.subjects
        and first.event is said.event
        and _alike_in_mood(first.score, said.score)
        and _numbers(first.words) == _numbers(said.words)
    )


def _numbers(words: frozenset[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}


def _alike_in_mood(first: float | None, said: float | None) -> bool:
    return first is None or said is None or abs(first - said) <= SCORES_APART
