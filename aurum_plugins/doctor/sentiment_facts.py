"""What is known of sentiment: which sources are read, and what was written of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.database import DatabaseUnavailable, database_url
from aurum_plugins.doctor.facts import SentimentFacts
from aurum_plugins.doctor.rules import shorten
from aurum_plugins.sentiment.aggregation.moods import listened
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.sources.configured import configured_sources
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader


def sentiment_facts(
    config: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> SentimentFacts:
    """Look at the section of a configuration, and at the database; no source is asked.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.
    environment : mapping of str to str
        The process's by default.
    clock : Clock, optional
        The machine's by default.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the section, or what it says of the database, is wrong.
    """
    clock = clock or WallClock()
    settings = SentimentSettings.from_config(config)
    if not settings.active:
        return SentimentFacts()
    configured = configured_sources(settings, environment, clock)
    names = tuple(source.name for source in configured.sources)
    reader = SentimentReader(database_url(config, environment))
    now_ms = clock.now_ms()
    answered: dict[str, int] = {}
    faults: dict[str, str] = {}
    first_ms: int | None = None
    listening, unread = False, ""
    try:
        for state in reader.sources():
            if state.source in names:
                if state.answered_ms is not None:
                    answered[state.source] = state.answered_ms
                if state.fault:
                    faults[state.source] = _one_line(state.fault)
        coverage = reader.coverage(0, now_ms)
        if len(coverage.from_ms):
            first_ms = int(coverage.from_ms[0])
            listening = bool(listened(np.array([now_ms], np.int64), coverage)[0])
    except DatabaseUnavailable as error:
        unread = str(error)
    finally:
        reader.close()
    return SentimentFacts(
        sources=names,
        off=configured.off,
        answered_ms=answered,
        faults=faults,
        first_ms=first_ms,
        listening=listening,
        unread=unread,
    )


def _one_line(text: str) -> str:
    """What a server may have had a hand in, without control characters."""
    return shorten("".join(letter if letter.isprintable() else " " for letter in text))
