"""`/sentiment`: what the news say, and who listens to them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from aurum_plugins.database import Database, database_url
from aurum_plugins.execution.news_figures import subject_in_words
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.scoring.label import label_of
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.source_state import SourceState
from aurum_plugins.sentiment.subject_moods import SubjectMood, subject_moods, usual_subjects
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.reply_text import bold, clock_time, fitted, plain, quoted

_LABELS = {-1: "bad", 0: "neutral", 1: "good"}


def sentiment_answer(database: Database, asked: AskedBot, words: Sequence[str]) -> str:  # noqa: ARG001
    """Moods about the market and the coins that are traded, or about one; shocks; sources.

    Parameters
    ----------
    database : Database
    asked : AskedBot
    words : sequence of str
        `[COIN]`.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    """
    settings = SentimentSettings.from_config(asked.config)
    exchange = str((asked.config.get("exchange") or {}).get("name") or "")
    with closing(SentimentReader(database_url(asked.config))) as reader:
        coins = dict.fromkeys(coin_of(pair) for pair in asked.pairs)
        subjects = (
            (_subject(words[0]),) if words else usual_subjects(reader, tuple(coins), asked.now_ms)
        )
        moods = subject_moods(reader, settings, subjects, exchange, asked.now_ms)
        sources = reader.sources()
    head = ["<b>Sentiment</b>"]
    if not (settings.enabled and settings.active):
        head.append("This bot follows no news: see aurum.sentiment. Others may.")
    listening = any(mood.available for mood in moods)
    if not listening:
        head.append("<b>Nobody listens</b>: moods are not known.")
    shocks = {mood.shock.subject: mood.shock for mood in moods if mood.shock is not None}
    head += [_shock(shock, asked.now_ms) for shock in shocks.values()]
    told = [_mood(mood) for mood in moods] if listening else []
    heard = [_source(source, asked.now_ms) for source in sources]
    return fitted(head, [*told, "", "<b>Sources</b>", *(heard or ["none was ever asked"])])


def _subject(word: str) -> str:
    return MARKET if word.lower() in {MARKET, "market", "all"} else coin_of(word.upper()[:40])


def _mood(mood: SubjectMood) -> str:
    about = bold(subject_in_words(mood.subject), 40)
    shock = ", <b>shock</b>" if mood.shock is not None else ""
    if not mood.count:
        return f"{about}: nothing was said{shock}"
    label = _LABELS[label_of(mood.mean)]
    return f"{about}: {mood.mean:+.2f} ({label}), {mood.count:.1f} items{shock}"


def _shock(shock: Shock, now_ms: int) -> str:
    about = plain(subject_in_words(shock.subject), 40)
    since = clock_time(shock.since_ms, now_ms)
    said = f"{plain(shock.source, 60)}: {quoted(shock.headline, 120)}"
    return f"<b>Shock</b>, {about}, {plain(shock.kind)}, since {since}, {shock.items} items\n{said}"


def _source(source: SourceState, now_ms: int) -> str:
    answered = "never answered"
    if source.answered_ms is not None:
        answered = f"answered {clock_time(source.answered_ms, now_ms)}"
    fault = f"; {plain(source.fault, 100)}" if source.fault else ""
    return f"{bold(source.source, 60)}: {answered}, {source.items:,} items{fault}"
