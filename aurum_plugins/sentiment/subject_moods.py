"""Moods about subjects at one time, and the shocks that concern them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.mood_at import MoodAt, moods_at
from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.shock_subjects import shock_subjects
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

# The strongest shock about any of some subjects at a time.
ShockOn = Callable[[Collection[str], int], Shock | None]
# Coins that are shown where nobody names any: those most written about.
MOST_COINS: Final = 10
_LOOKED_AT: Final = 2_000


@dataclass(frozen=True)
class SubjectMood:
    """The mood about one subject at one time, as it was known then.

    Attributes
    ----------
    subject : str
        As `ScoredItem.subjects` has it.
    mean, count, dispersion : float
        As `MoodAt` has them.
    available : bool
        Whether any source was listened to.
    shock : Shock or None
        The strongest that concerns it: its own, the exchange's or the market's.
    """

    subject: str
    mean: float
    count: float
    dispersion: float
    available: bool
    shock: Shock | None


def subject_moods(
    reader: SentimentReader,
    settings: SentimentSettings,
    subjects: Collection[str],
    ccxt_id: str,
    at_ms: int,
    shock: ShockOn | None = None,
) -> tuple[SubjectMood, ...]:
    """Moods about some subjects at a time.

    Parameters
    ----------
    reader : SentimentReader
    settings : SentimentSettings
    subjects : collection of str
    ccxt_id : str
        Of the exchange whose shocks concern every coin; empty if there is none.
    at_ms : int
        UTC milliseconds.
    shock : callable or None
        As `Shocks.on`, of all events that were seen up to that time. None: they are read.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If the database cannot be read.
    ValueError
        If what was read contradicts itself.
    """
    half_life_ms = settings.mood.half_life_minutes * MINUTE_MS
    found = moods_at(reader, subjects, at_ms, half_life_ms) or dict.fromkeys(subjects, MoodAt())
    if shock is None:
        shocks = Shocks(settings.shock)
        shocks.add(reader.events(0, at_ms))
        shock = shocks.on
    return tuple(
        SubjectMood(
            subject=subject,
            mean=mood.mean,
            count=mood.count,
            dispersion=mood.dispersion,
            available=mood.available,
            shock=shock(shock_subjects(subject, ccxt_id), at_ms),
        )
        for subject, mood in found.items()
    )


def usual_subjects(
    reader: SentimentReader, coins: Collection[str], at_ms: int, most: int = MOST_COINS
) -> tuple[str, ...]:
    """The market and the coins that are traded; without those, the ones most written about lately.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If the database cannot be read.
    """
    if coins:
        return (MARKET, *coins)
    told: dict[str, int] = {}
    for item in reader.items(MARKET, at_ms - DAY_MS, _LOOKED_AT):
        for subject in item.subjects:
            told[subject] = told.get(subject, 0) + 1
    told.pop(MARKET, None)
    often = sorted(told, key=lambda subject: (-told[subject], subject))
    return (MARKET, *often[:most])
