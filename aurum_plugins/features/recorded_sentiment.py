"""Moods made of what was written down of news and posts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from aurum_plugins.clock import MINUTE_MS, Clock, WallClock
from aurum_plugins.database import database_url
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.candles import IntArray
from aurum_plugins.sentiment.aggregation.mood import Moods
from aurum_plugins.sentiment.aggregation.moods import history_ms, moods
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.mentions import Coverage, Mentions
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

logger = logging.getLogger(__name__)

# A database that does not answer may take seconds to say so, for each pair.
RETRY_MS: Final = MINUTE_MS
# What was read serves other pairs and rows for so long.
KEPT_MS: Final = MINUTE_MS


@dataclass(frozen=True, eq=False)
class _Kept:
    """What was read of a subject: all that was seen in a span of time, both ends included."""

    read_ms: int
    first_ms: int
    last_ms: int
    mentions: Mentions
    coverage: Coverage

    def serves(self, first_ms: int, last_ms: int, now_ms: int) -> bool:
        """Whether it holds such a span, and is not too old."""
        fresh = 0 <= now_ms - self.read_ms < KEPT_MS
        return fresh and self.first_ms <= first_ms and last_ms <= self.last_ms


class RecordedSentiment:
    """Moods as they were known at any time; where nothing can be read, they are not available.

    Parameters
    ----------
    reader : SentimentReader
    half_life_ms : float
        See `aurum_plugins.sentiment.aggregation.moods`.
    clock : Clock, optional
    """

    def __init__(
        self, reader: SentimentReader, half_life_ms: float, clock: Clock | None = None
    ) -> None:
        self._reader = reader
        self._half_life_ms = half_life_ms
        self._clock = clock or WallClock()
        self._kept: dict[str, _Kept] = {}
        self._retry_ms: int | None = None
        self._told = False

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Those in the database that a freqtrade configuration names.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the database's URL is of no use, `aurum.sentiment` breaks a rule, or it is switched
            off while its features are wanted.
        """
        settings = SentimentSettings.from_config(config)
        if not settings.enabled:
            raise ConfigurationError(
                "aurum.sentiment.enabled", "must be true for aurum.features.sentiment", False
            )
        reader = SentimentReader(database_url(config))
        return cls(reader, settings.mood.half_life_minutes * MINUTE_MS)

    def at(self, subject: str, at_ms: IntArray) -> Moods:
        """Moods about a subject at n times.

        Parameters
        ----------
        subject : str
            A coin, or `aurum_plugins.sentiment.scored_item.MARKET`.
        at_ms : ndarray of int64, shape (n,)
            UTC milliseconds.

        Returns
        -------
        Moods
            Not available at any time if the database cannot be read, which is logged once; it is
            tried again after a minute.
        """
        now_ms = self._clock.now_ms()
        if not len(at_ms) or (self._retry_ms is not None and now_ms < self._retry_ms):
            return _unavailable(len(at_ms))
        try:
            kept = self._read(subject, int(at_ms.min()), int(at_ms.max()), now_ms)
            found = moods(at_ms, kept.mentions, kept.coverage, self._half_life_ms)
        except Exception as error:  # noqa: BLE001 - six features are flagged, the others are there
            self._retry_ms = now_ms + RETRY_MS
            if not self._told:
                logger.warning("No features of sentiment: %s", error)
            self._told = True
            return _unavailable(len(at_ms))
        self._retry_ms, self._told = None, False
        return found

    def __getstate__(self) -> dict[str, Any]:
        # What was read belongs to its process.
        return {**self.__dict__, "_kept": {}}

    def _read(self, subject: str, first_ms: int, last_ms: int, now_ms: int) -> _Kept:
        kept = self._kept.get(subject)
        if kept is not None and kept.serves(first_ms, last_ms, now_ms):
            return kept
        since_ms = first_ms - history_ms(self._half_life_ms)
        kept = _Kept(
            now_ms,
            first_ms,
            # What is yet to be seen was not read.
            min(last_ms, now_ms - 1),
            self._reader.mentions(subject, since_ms, last_ms),
            self._reader.coverage(since_ms, last_ms),
        )
        self._kept[subject] = kept
        return kept


def _unavailable(rows: int) -> Moods:
    mean, count, dispersion = np.zeros((3, rows))
    return Moods(mean, count, dispersion, np.zeros(rows, dtype=np.bool_))
