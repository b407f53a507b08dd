"""News as people may read them: untrusted texts made harmless, subjects in words."""

from __future__ import annotations

from typing import Final

from aurum_plugins.refusal import Figure
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.scored_item import EXCHANGE, MARKET

LONGEST_NAME: Final = 60


def shock_figures(shock: Shock) -> dict[str, Figure]:
    r"""What a shock is made of, for a journal.

    Examples
    --------
    >>> from aurum_plugins.sentiment.scored_item import EventKind
    >>> shock = Shock("@binance", EventKind.HACK, "Drained\x1b[2J", "rss:a", 0, 1.5, 3)
    >>> shock_figures(shock)["subject"], shock_figures(shock)["headline"]
    ('binance', 'Drained [2J')
    """
    return {
        "subject": subject_in_words(shock.subject),
        "kind": str(shock.kind),
        "level": shock.level,
        "since_ms": shock.since_ms,
        "items": shock.items,
        "source": one_line(shock.source, LONGEST_NAME),
        "headline": one_line(shock.headline),
    }


def subject_in_words(subject: str) -> str:
    """What news are about, for people.

    Examples
    --------
    >>> subject_in_words("*"), subject_in_words("@kraken"), subject_in_words("BTC")
    ('all of crypto', 'kraken', 'BTC')
    """
    if subject == MARKET:
        return "all of crypto"
    return one_line(subject.removeprefix(EXCHANGE), LONGEST_NAME)
