"""What was known of the news at a time: moods and shocks, read from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

from sqlalchemy import URL

from aurum_plugins.clock import MINUTE_MS, Clock, WallClock
from aurum_plugins.database import DatabaseUnavailable, database_url
from aurum_plugins.database.address import shown
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.mood_at import MoodAt, moods_at
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

# A database that does not answer may take seconds to say so, each time.
RETRY_MS: Final = MINUTE_MS


class KnownNews:
    """Reads moods and shocks as of single times.

    A database that could not be read is left alone for a minute.

    Parameters
    ----------
    url : sqlalchemy.URL
        See `aurum_plugins.database.database_url`. Opened at the first reading, never written to.
    settings : SentimentSettings
    clock : Clock, optional

    Notes
    -----
    Its methods raise `aurum_plugins.database.DatabaseUnavailable` if the database cannot be read,
    or holds what contradicts itself.
    """

    def __init__(self, url: URL, settings: SentimentSettings, clock: Clock | None = None) -> None:
        self._url = url
        self._reader = SentimentReader(url)
        self._shock = settings.shock
        self._half_life_ms = settings.mood.half_life_minutes * MINUTE_MS
        self._clock = clock or WallClock()
        # When the database was last found wanting, which one it is, and why.
        self._fault: tuple[int, str, str] | None = None

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], wanted_by: str, clock: Clock | None = None
    ) -> Self:
        """That of the database that a freqtrade configuration names.

        Parameters
        ----------
        config : mapping
            A whole freqtrade configuration.
        wanted_by : str
            Name of what cannot do without, for people.
        clock : Clock, optional

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If `aurum.sentiment` breaks a rule, is switched off or names no source, or the
            database's URL is of no use.
        """
        settings = SentimentSettings.from_config(config)
        if not settings.enabled:
            raise ConfigurationError(
                f"{settings.section}.enabled", f"must be true for {wanted_by}", settings.enabled
            )
        if not settings.active:
            rule = (
                f"{wanted_by} needs a source of news; configs/sentiment.json, which "
                "add_config_files may name, has some"
            )
            raise ConfigurationError(f"{settings.section}.rss", rule, {})
        return cls(database_url(config), settings, clock)

    def moods(self, subjects: Collection[str], at_ms: int) -> Mapping[str, MoodAt] | None:
        """The mood about each of some subjects at a time in UTC milliseconds.

        Returns
        -------
        mapping of str to MoodAt, or None
            None if nobody listened to any source then.
        """
        with self._reading():
            return moods_at(self._reader, subjects, at_ms, self._half_life_ms)

    def shocks(self, at_ms: int) -> Shocks:
        """Shocks by all events that were seen up to a time in UTC milliseconds."""
        shocks = Shocks(self._shock)
        with self._reading():
            # All: a shock that was prolonged again and again may have begun long ago.
            shocks.add(self._reader.events(0, at_ms))
        return shocks

    @contextmanager
    def _reading(self) -> Iterator[None]:
        now_ms = self._clock.now_ms()
        if self._fault is not None:
            failed_ms, url, reason = self._fault
            if 0 <= now_ms - failed_ms < RETRY_MS:
                raise DatabaseUnavailable(url, reason)
        try:
            yield
        except DatabaseUnavailable as error:
            self._fault = now_ms, error.url, error.reason
            raise
        except ValueError as error:
            url, reason = shown(self._url), f"it holds sentiment that contradicts itself: {error}"
            self._fault = now_ms, url, reason
            raise DatabaseUnavailable(url, reason) from error
        self._fault = None
