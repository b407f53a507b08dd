"""Whose journal `aurum why` was asked about, and which pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import Clock
from aurum_plugins.commands.bot_database import open_bot_database
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.database.database import Database
from aurum_plugins.database.distinct_values import distinct_values
from aurum_plugins.database.schema import decisions
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.monitoring.known_bots import one_meant_bot
from aurum_plugins.monitoring.last_decision import last_decision

_LATE_CANDLES = 2


class NothingDecided(AurumError):
    """The database holds no decision yet."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"no decision was made yet in {url}: is the bot running? See `aurum status`"
        )


@dataclass(frozen=True)
class BotJournal:
    """One bot's journal, and how fresh it is.

    Attributes
    ----------
    bot, timeframe : str
    journal : JournalReader
    newest : dict of str to int
        When the newest decided candle of each pair opened, UTC milliseconds.
    now_ms : int
        UTC milliseconds.
    """

    bot: str
    timeframe: str
    journal: JournalReader
    newest: dict[str, int]
    now_ms: int

    def known_pair(self, asked: str) -> str:
        """A pair of the journal, in its own spelling.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If nothing was decided on it.
        """
        spelt = asked.upper().replace("_", "/", 1)
        for name in (asked, spelt):
            if name in self.newest:
                return name
        near = get_close_matches(spelt, self.newest) or sorted(self.newest)
        rule = f"must be a pair that {self.bot!r} decided on; there is {', '.join(near)}"
        raise ConfigurationError("PAIR", rule, asked)

    def doubts(self, pair: str | None = None) -> str | None:
        """What is to be said if the newest decision is older than two candles.

        Parameters
        ----------
        pair : str or None
            None: of all of them.
        """
        newest = max(self.newest.values())
        if self._is_late(newest):
            return f"No decision since {self._close(newest)}: is the bot running? `aurum status`"
        if pair is not None and self._is_late(self.newest[pair]):
            since = self._close(self.newest[pair])
            return f"No decision on {pair} since {since}: is it still in the pair list?"
        return None

    def doubts_at(self, pair: str, decision: Decision | None, moment_ms: int) -> str | None:
        """What is to be said if no decision, or only an old one, was in force at a moment."""
        moment = moment_in_words(moment_ms)
        if decision is None:
            return f"No decision on {pair} had been made by {moment}"
        if self._is_late(decision.candle_ms, moment_ms):
            return f"No decision on {pair} between {self._close(decision.candle_ms)} and {moment}"
        return None

    def _close(self, candle_ms: int) -> str:
        return moment_in_words(candle_ms + candle_interval_ms(self.timeframe))

    def _is_late(self, candle_ms: int, moment_ms: int | None = None) -> bool:
        interval = candle_interval_ms(self.timeframe)
        moment = self.now_ms if moment_ms is None else moment_ms
        return moment > candle_ms + (1 + _LATE_CANDLES) * interval


@contextmanager
def open_journal(
    config: Sequence[Path] | None, asked_bot: str | None, clock: Clock
) -> Iterator[BotJournal]:
    """The journal that the options, completed by the configuration, mean.

    Parameters
    ----------
    config : sequence of pathlib.Path or None
        freqtrade's configuration files; None: its usual one.
    asked_bot : str or None
        A bot's name, with or without its mode. None: the configuration's, or the only one.
    clock : Clock

    Raises
    ------
    NothingDecided
        If no bot decided anything yet.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read, or there is none.
    aurum_plugins.errors.ConfigurationError
        If it is not clear which bot is meant.
    """
    settings = read_configuration(config)
    with open_bot_database(settings) as database:
        bot = _meant_bot(database, asked_bot, settings)
        last = last_decision(database, bot)
        if last is None:
            raise NothingDecided(database.url)
        journal = JournalReader(database, bot, last.timeframe)
        yield BotJournal(bot, last.timeframe, journal, journal.newest_candles(), clock.now_ms())


def _meant_bot(database: Database, asked: str | None, settings: Mapping[str, Any]) -> str:
    with database.reading() as connection:
        known = distinct_values(connection, decisions.c.bot)
    if not known:
        raise NothingDecided(database.url)
    return one_meant_bot(asked, known, bot_identity(settings))
