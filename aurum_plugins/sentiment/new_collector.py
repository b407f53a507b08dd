"""Making a collector of what is configured."""

from __future__ import annotations

import os
from collections.abc import Mapping

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.database import Database
from aurum_plugins.sentiment.collector import Collector
from aurum_plugins.sentiment.new_intake import new_intake
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.configured import configured_sources
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore


def new_collector(
    settings: SentimentSettings,
    database: Database,
    clock: Clock | None = None,
    environment: Mapping[str, str] | None = None,
) -> Collector:
    """A collector of all sources that are configured and can be asked; it has not begun.

    Parameters
    ----------
    settings : SentimentSettings
    database : Database
        Stays the caller's, who must not close it before the collector has ended.
    clock : Clock, optional
        The machine's by default.
    environment : mapping of str to str, optional
        Where credentials come from first; the process's own by default.

    Raises
    ------
    aurum_plugins.errors.AurumError
        If the scorer that is asked for cannot be had.
    """
    clock = clock or WallClock()
    configured = configured_sources(
        settings, os.environ if environment is None else environment, clock
    )
    records = PollRecords(SentimentStore(database), new_intake(settings), clock)
    return Collector(configured.sources, settings, records, clock, off=configured.off)
