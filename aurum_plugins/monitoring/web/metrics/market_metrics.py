"""Candles, venues and moods: what a bot sees of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, VenueWord
from aurum_plugins.monitoring.web.metrics.metric import (
    SECOND,
    Metric,
    Sample,
    age_seconds,
    traded_pairs,
)

_BREAKER_STATES: Final = ("closed", "half-open", "open")


def _of_venues(
    read: Callable[[VenueWord], float | None],
) -> Callable[[BotSnapshot], Iterable[Sample]]:
    return lambda bot: (((word.venue,), read(word)) for word in bot.venues)


def _candle_ages(bot: BotSnapshot) -> Iterable[Sample]:
    if bot.candles is None:
        return
    traded = traded_pairs(bot)
    interval_ms = bot.candles.report.interval_ms
    for each in bot.candles.report.pairs:
        if each.pair in traded and each.newest_ms is not None:
            yield (each.pair,), age_seconds(bot, each.newest_ms + interval_ms)


def _venue_states(bot: BotSnapshot) -> Iterable[Sample]:
    for word in bot.venues:
        for state in _BREAKER_STATES:
            yield (word.venue, state), float(state == word.state)


def _latency(word: VenueWord) -> float | None:
    return None if word.latency_p95_ms is None else word.latency_p95_ms / SECOND


def _qualities(bot: BotSnapshot) -> Iterable[Sample]:
    traded = traded_pairs(bot)
    return (((word.pair,), word.quality) for word in bot.consensus if word.pair in traded)


def _agreeing(bot: BotSnapshot) -> Iterable[Sample]:
    traded = traded_pairs(bot)
    return (((word.pair,), word.venues) for word in bot.consensus if word.pair in traded)


MARKET_METRICS: Final = (
    Metric(
        "aurum_candle_age_seconds",
        "Since the pair's newest closed candle closed",
        "candles",
        _candle_ages,
        ("pair",),
    ),
    Metric(
        "aurum_consensus_quality_ratio",
        "How well the venues' prices of the pair agree, 1 is best",
        "consensus",
        _qualities,
        ("pair",),
    ),
    Metric(
        "aurum_consensus_venues",
        "Venues behind that",
        "consensus",
        _agreeing,
        ("pair",),
    ),
    Metric(
        "aurum_venue_state",
        "1 for the state of the venue's circuit breaker, 0 for the others",
        "venues",
        _venue_states,
        ("venue", "state"),
    ),
    Metric(
        "aurum_venue_trusted",
        "1 while the venue's prices count",
        "venues",
        _of_venues(lambda word: float(word.trusted)),
        ("venue",),
    ),
    Metric(
        "aurum_venue_latency_p95_seconds",
        "Of the venue's answers, 95 % were faster",
        "venues",
        _of_venues(_latency),
        ("venue",),
    ),
    Metric(
        "aurum_venue_error_ratio",
        "Share of the venue's answers that failed",
        "venues",
        _of_venues(lambda word: word.error_rate),
        ("venue",),
    ),
    Metric(
        "aurum_mood_score",
        "Mood about a subject, from -1 to 1; absent while nobody listens",
        "moods",
        lambda bot: (((w.subject,), w.mean if w.available else None) for w in bot.moods),
        ("subject",),
    ),
    Metric(
        "aurum_mood_available",
        "1 while somebody listens",
        "moods",
        lambda bot: (((word.subject,), float(word.available)) for word in bot.moods),
        ("subject",),
    ),
    Metric(
        "aurum_news_shock",
        "1 while a shock about the subject is on",
        "moods",
        lambda bot: (((word.subject,), float(bool(word.shock))) for word in bot.moods),
        ("subject",),
    ),
    Metric(
        "aurum_news_source_age_seconds",
        "Since the source of news last answered",
        "sources",
        lambda bot: (((w.source,), age_seconds(bot, w.answered_ms)) for w in bot.sources),
        ("source",),
    ),
)
