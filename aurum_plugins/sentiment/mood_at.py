"""The mood about a subject at one time, as it was known then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from aurum_plugins.sentiment.aggregation.moods import history_ms, listened, moods
from aurum_plugins.sentiment.store.mentions import Coverage, Mentions
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader


@dataclass(frozen=True, slots=True)
class MoodAt:
    """One of `aurum_plugins.sentiment.aggregation.mood.Moods`; by default, of nothing heard.

    Attributes
    ----------
    mean : float
        In [-1, 1]; 0 where `count` is 0.
    count : float
        Weights of the items, older ones less.
    dispersion : float
        In [0, 1].
    available : bool
        Whether any source was listened to. Where not, the others mean nothing.
    """

    mean: float = 0.0
    count: float = 0.0
    dispersion: float = 0.0
    available: bool = False


def moods_at(
    reader: SentimentReader, subjects: Collection[str], at_ms: int, half_life_ms: float
) -> dict[str, MoodAt] | None:
    """The mood about each of some subjects, read from the database.

    Parameters
    ----------
    reader : SentimentReader
    subjects : collection of str
        As `ScoredItem.subjects` has them.
    at_ms : int
        UTC milliseconds.
    half_life_ms : float
        See `moods`.

    Returns
    -------
    dict of str to MoodAt, or None
        None if nobody listened to any source then.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    ValueError
        If what was read contradicts itself.
    """
    coverage = reader.coverage(at_ms, at_ms)
    if not listened(np.array([at_ms], np.int64), coverage)[0]:
        return None
    first_ms = at_ms - history_ms(half_life_ms)
    told = ((subject, reader.mentions(subject, first_ms, at_ms)) for subject in subjects)
    return {subject: mood_of(mentions, coverage, at_ms, half_life_ms) for subject, mentions in told}


def mood_of(mentions: Mentions, coverage: Coverage, at_ms: int, half_life_ms: float) -> MoodAt:
    """The mood that mentions of one subject make: `moods` at one time."""
    found = moods(np.array([at_ms], np.int64), mentions, coverage, half_life_ms)
    return MoodAt(
        mean=float(found.mean[0]),
        count=float(found.count[0]),
        dispersion=float(found.dispersion[0]),
        available=bool(found.available[0]),
    )
