"""Items, and what their scores were made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aurum_plugins.sentiment.scored_item import ScoredItem
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.scoring.vader_scorer import Term


@dataclass(frozen=True)
class ItemWord:
    """An item, and the words that counted.

    Attributes
    ----------
    item : ScoredItem
    terms : tuple of Term
        In their order in the text; empty where another scorer gave the score, or another version.
    """

    item: ScoredItem
    terms: tuple[Term, ...]


def explained(items: Iterable[ScoredItem]) -> tuple[ItemWord, ...]:
    """Say of each item which words counted."""
    scorer = LearnedScorer()
    return tuple(
        ItemWord(item, scorer.explain(item.item.post.text) if item.model == scorer.version else ())
        for item in items
    )
