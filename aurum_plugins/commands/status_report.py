"""What `aurum status` shows: the switch of every bot, and each bot's own figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from aurum_plugins.database.database import Database
from aurum_plugins.monitoring.bot_overview import BotOverview, bot_overview
from aurum_plugins.monitoring.known_bots import known_bots, meant_known_bots
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch
from aurum_plugins.risk.switch_history import last_entries
from aurum_plugins.risk.switch_words import is_thrown

Entry = Switch | UnknownSwitchState


@dataclass(frozen=True)
class BotStatus:
    """One bot.

    Attributes
    ----------
    bot : str
    switch : Switch or UnknownSwitchState
        Its own, whatever the one of every bot says.
    overview : BotOverview
    is_late : bool
        Whether it has decided nothing for two candles, or has run and never decided anything. A
        bot of which there is but a switch has not run yet.
    """

    bot: str
    switch: Entry
    overview: BotOverview
    is_late: bool


@dataclass(frozen=True)
class StatusReport:
    """Every bot that was asked about.

    Attributes
    ----------
    database : str
        Its URL without the password.
    now_ms : int
        UTC milliseconds at which it was looked at.
    every_bot : Switch or UnknownSwitchState
        The switch of every bot.
    bots : tuple of BotStatus
    """

    database: str
    now_ms: int
    every_bot: Entry
    bots: tuple[BotStatus, ...]

    @property
    def is_well(self) -> bool:
        """Whether a bot decides, none that has run fell silent, and no switch is thrown."""
        switches = [self.every_bot, *(bot.switch for bot in self.bots)]
        decides = any(bot.overview.last_decision is not None for bot in self.bots)
        is_silent = any(bot.is_late for bot in self.bots)
        return decides and not is_silent and not any(map(is_thrown, switches))

    def as_document(self) -> dict[str, Any]:
        """The report in types that JSON knows; times are UTC milliseconds."""
        bots = [
            {
                "bot": bot.bot,
                "switch": _switch(bot.switch),
                **asdict(bot.overview),
                "is_late": bot.is_late,
            }
            for bot in self.bots
        ]
        return {
            "database": self.database,
            "now_ms": self.now_ms,
            "is_well": self.is_well,
            "every_bot": _switch(self.every_bot),
            "bots": bots,
        }


def status_report(database: Database, asked: str | None, now_ms: int) -> StatusReport:
    """Look at every bot, or at those that a name means.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If no bot has that name.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    known = meant_known_bots(asked, known_bots(database))
    with database.reading() as connection:
        entries = last_entries(connection, (EVERY_BOT, *known))
    bots = tuple(_status(database, bot, entries[bot], now_ms) for bot in known)
    return StatusReport(database.url, now_ms, entries[EVERY_BOT], bots)


def _status(database: Database, bot: str, switch: Entry, now_ms: int) -> BotStatus:
    overview = bot_overview(database, bot, now_ms)
    last = overview.last_decision
    is_late = overview.equity is not None if last is None else last.is_late(now_ms)
    return BotStatus(bot, switch, overview, is_late)


def _switch(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, UnknownSwitchState):
        return {"state": None, "bot": entry.bot, "number": entry.number, "error": str(entry)}
    return {**asdict(entry), "state": entry.state.value}
