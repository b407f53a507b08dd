"""Items as they come in, understood and judged: what counts, how much, and for what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.sentiment.author_weight import author_weight
from aurum_plugins.sentiment.bots import Bots
from aurum_plugins.sentiment.duplicates import WORDS_LOOKED_AT, Duplicates, Said
from aurum_plugins.sentiment.forums import is_forum
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import Event, ScoredItem, Suppression
from aurum_plugins.sentiment.scoring.scorer import Scorer
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.recent_item import RecentItem
from aurum_plugins.sentiment.text_hash import hash_of, words_of

# The first answer of a feed holds days: what was published so long before it was seen is no news.
OLD_MS: Final = 6 * HOUR_MS


class FindsSubjects(Protocol):
    """What an entity linker does."""

    def subjects(self, text: str) -> tuple[str, ...]:
        """Coins, exchanges and the market, sorted."""


class FindsEvents(Protocol):
    """What an event detector does."""

    def event(self, text: str) -> Event | None:
        """The bad event that a text reports, if any."""


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a text says, whoever wrote it and whatever was seen before."""

    item: Item
    words: list[str]
    text_hash: str
    subjects: tuple[str, ...]
    score: float | None
    event: Event | None


class Intake:
    """Makes scored items of items, in the order in which they were seen.

    The outcome for an item depends on the item and on those before it, within two days, and on
    nothing else. Not safe for several threads at once.

    Parameters
    ----------
    settings : SentimentSettings
        For the sources' weights.
    scorer : Scorer
    linker : FindsSubjects
    detector : FindsEvents
    """

    def __init__(
        self,
        settings: SentimentSettings,
        scorer: Scorer,
        linker: FindsSubjects,
        detector: FindsEvents,
    ) -> None:
        self._settings = settings
        self._scorer = scorer
        self._linker = linker
        self._detector = detector
        self._duplicates = Duplicates()
        self._bots = Bots()

    def take(self, items: Sequence[Item]) -> list[ScoredItem]:
        """Understand and judge items.

        Parameters
        ----------
        items : sequence of Item
            In order of `seen_ms`, none of them taken before.

        Raises
        ------
        ValueError
            If the scorer gives anything but a number in [-1, 1] for each text. Nothing was
            remembered of these items then, as with anything that the scorer raises.
        """
        texts = [item.post.text for item in items]
        scores = self._scores(texts)
        # All of it before anything is remembered.
        understood = [self._understood(*one) for one in zip(items, scores, strict=True)]
        return [self._judged(*one) for one in zip(understood, scores, strict=True)]

    def restore(self, recent: Iterable[RecentItem]) -> None:
        """Forget everything, then remember what was seen lately, as after a restart."""
        self._duplicates = Duplicates()
        self._bots = Bots()
        for one in sorted(recent, key=lambda one: one.seen_ms):
            post = Post("", one.text, one.published_ms, one.author)
            item = Item(one.source, one.seen_ms, post)
            # Without a score: a model may take long for those of two days.
            self._suppressed(self._understood(item, None))

    def _scores(self, texts: list[str]) -> list[float]:
        scores = [float(score) for score in self._scorer.score(texts)] if texts else []
        version = self._scorer.version
        if len(scores) != len(texts):
            raise ValueError(
                f"{version}: must give a score for each of {len(texts)} texts, got {len(scores)}"
            )
        for score in scores:
            if not (math.isfinite(score) and -1.0 <= score <= 1.0):
                raise ValueError(f"{version}: a score must be in [-1, 1], got {score}")
        return scores

    def _understood(self, item: Item, score: float | None) -> _Understood:
        text = item.post.text
        words = words_of(text)
        return _Understood(
            item=item,
            words=words,
            text_hash=hash_of(words, text),
            subjects=tuple(sorted(set(self._linker.subjects(text)))),
            score=score,
            event=self._detector.event(text),
        )

    def _judged(self, one: _Understood, score: float) -> ScoredItem:
        suppressed = self._suppressed(one)
        source, post = one.item.source, one.item.post
        weight = self._settings.weight_of(source) * author_weight(post.reach)
        return ScoredItem(
            item=one.item,
            text_hash=one.text_hash,
            subjects=one.subjects,
            score=score,
            event=one.event,
            weight=weight if suppressed is None else 0.0,
            suppressed=suppressed,
            model=self._scorer.version,
        )

    def _suppressed(self, one: _Understood) -> Suppression | None:
        source, seen_ms, post = one.item.source, one.item.seen_ms, one.item.post
        machine = None
        if is_forum(source):
            forum = source.partition(":")[0]
            machine = self._bots.judge(forum, post.author, post.text, one.words, seen_ms)
        if not one.subjects:
            return Suppression.OFF_TOPIC
        if post.published_ms is not None and seen_ms - post.published_ms > OLD_MS:
            # Not remembered either: whoever takes it up today makes it news.
            return Suppression.OLD
        if machine is not None:
            return machine
        said = Said(
            text_hash=one.text_hash,
            words=frozenset(one.words[:WORDS_LOOKED_AT]),
            subjects=one.subjects,
            event=None if one.event is None else one.event.kind,
            score=one.score,
            seen_ms=seen_ms,
            sources={source},
        )
        return Suppression.DUPLICATE if self._duplicates.repeats(said) else None
