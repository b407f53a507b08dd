"""`/why`: why pairs were entered, left or let be."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS
from aurum_plugins.database import Database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.decision_summary import DecisionSummary
from aurum_plugins.execution.explanation import headline, why
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.command_words import meant, why_words
from aurum_plugins.telegram.reply_text import bold, fitted, plain

_LATE_CANDLES: Final = 2
_REASONS: Final = 8
_SHORT: Final = 160
_LONG: Final = 900


def why_answer(database: Database, asked: AskedBot, words: Sequence[str]) -> str:
    """The newest decisions on a pair, or the newest of every pair and a summary of the day.

    Parameters
    ----------
    database : Database
    asked : AskedBot
    words : sequence of str
        `[PAIR] [N]`.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    """
    journal = JournalReader(database, asked.name, asked.timeframe)
    newest = journal.newest_candles()
    if not newest:
        return f"Nothing was decided on {plain(asked.timeframe)} candles yet."
    given = why_words(words)
    if not given.pair:
        return _of_all(journal, asked, newest)
    pair = meant(given.pair, newest)
    if pair is None:
        spelt = given.pair.upper().replace("_", "/", 1)
        near = get_close_matches(spelt, newest) or sorted(newest)
        shown = plain(", ".join(near), _LONG)
        return fitted([f"No decision on {bold(given.pair)} yet. There is {shown}"])
    late = _late(asked, {pair: newest[pair]})
    decisions = journal.last(pair, given.number)
    return fitted([bold(pair)], [_in_full(decision) for decision in decisions], late)


def _of_all(journal: JournalReader, asked: AskedBot, newest: dict[str, int]) -> str:
    decisions = [journal.last(pair)[0] for pair in sorted(newest)]
    # What was wanted or done first: there may be more pairs than a message holds.
    decisions.sort(key=lambda decision: decision.verdict.value == "none")
    summary = DecisionSummary.of(journal.counts(asked.now_ms - DAY_MS, asked.now_ms))
    head = [f"<b>Last decisions</b>, {plain(asked.timeframe)} candles"]
    return fitted(
        head, [_in_short(each) for each in decisions], [*_day(summary), *_late(asked, newest)]
    )


def _in_full(decision: Decision) -> str:
    candle = moment_in_words(decision.candle_ms)
    return f"{candle}: <b>{plain(headline(decision))}</b>. {plain(why(decision), _LONG)}"


def _in_short(decision: Decision) -> str:
    sentence = decision.reason.sentence
    return f"{bold(decision.pair, 40)}: {plain(headline(decision))}, {plain(sentence, _SHORT)}"


def _day(summary: DecisionSummary) -> list[str]:
    if not summary.candles:
        return ["", "No candle in the last 24 h."]
    often = sorted(summary.reasons, key=lambda one: -one[1])
    lines = [f"{number:,}: {plain(reason.sentence, _SHORT)}" for reason, number in often]
    more = len(lines) - _REASONS
    rest = [f"… and {more} more reasons"] if more > 0 else []
    return ["", "<b>Last 24 h</b>", f"{plain(summary.funnel)}", *lines[:_REASONS], *rest]


def _late(asked: AskedBot, newest: dict[str, int]) -> list[str]:
    interval = candle_interval_ms(asked.timeframe)
    closed_ms = max(newest.values()) + interval
    if asked.now_ms - closed_ms <= _LATE_CANDLES * interval:
        return []
    return ["", f"Mind: nothing was decided since {moment_in_words(closed_ms)}."]
