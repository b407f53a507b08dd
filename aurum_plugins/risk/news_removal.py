"""Whether the news let a pair stay on the list, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.risk.sentiment_list_settings import SentimentListSettings
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.mood_at import MoodAt
from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.scored_item import MARKET

# Characters of what strangers wrote.
LONGEST_TOLD: Final = 120


class NewsRule(Enum):
    """What a pair broke."""

    SHOCK = "a shock"
    BAD_MOOD = "a bad mood"
    UNKNOWN_MOOD = "an unknown mood"


@dataclass(frozen=True, slots=True)
class PairNews:
    """What is known of the news about a pair now.

    Attributes
    ----------
    coin : str
        See `aurum_plugins.sentiment.coin_of`.
    mood : MoodAt or None
        None where nobody listens.
    shock : Shock or None
        The strongest that is on and concerns the pair.
    """

    coin: str
    mood: MoodAt | None
    shock: Shock | None


def news_removal(news: PairNews, settings: SentimentListSettings) -> tuple[NewsRule, str] | None:
    """Judge a pair that is not held.

    Returns
    -------
    (NewsRule, str) or None
        The rule that it broke, and the reason in words; None: it may stay. A mood that nobody
        listened for breaks no rule here.
    """
    if settings.remove_on_shock and news.shock is not None:
        return NewsRule.SHOCK, _told(news.shock)
    if news.mood is None:
        return None
    count, mean = news.mood.count, news.mood.mean
    if _is_unknown(news.mood, settings):
        if settings.keep_unknown:
            return None
        fewest = f"fewer than {settings.min_items:g}" if count > 0 else "none"
        return NewsRule.UNKNOWN_MOOD, f"items about {news.coin} count {count:.1f}, {fewest}"
    if mean < settings.min_sentiment:
        words = f"the mood about {news.coin} is {mean:.2f}, below {settings.min_sentiment:g}"
        return NewsRule.BAD_MOOD, f"{words}, by items that count {count:.1f}"
    return None


def by_mood(
    pairs: Sequence[str], news: Mapping[str, PairNews], settings: SentimentListSettings
) -> list[str]:
    """Pairs in the order that `settings.sort` asks for.

    Of equal moods, and of those that are unknown, which come last, the order stays.
    """
    if settings.sort == "none":
        return list(pairs)
    best_first = settings.sort == "desc"

    def place(pair: str) -> tuple[bool, float]:
        mood = news[pair].mood
        if mood is None or _is_unknown(mood, settings):
            return True, 0.0
        return False, -mood.mean if best_first else mood.mean

    return sorted(pairs, key=place)


def _is_unknown(mood: MoodAt, settings: SentimentListSettings) -> bool:
    return mood.count <= 0 or mood.count < settings.min_items


def _told(shock: Shock) -> str:
    since = datetime.fromtimestamp(shock.since_ms / SECOND_MS, UTC)
    about = "crypto as a whole" if shock.subject == MARKET else shock.subject
    headline, source = (
        plain_text(text, markup=False, longest=LONGEST_TOLD)
        for text in (shock.headline, shock.source)
    )
    return (
        f"{shock.kind.value} ({about}, {shock.items} items since {since:%Y-%m-%d %H:%M} UTC), "
        f'"{headline}" ({source})'
    )
