"""Which bots a database knows, and which of them a name means."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.database.database import Database
from aurum_plugins.database.distinct_values import distinct_values
from aurum_plugins.database.schema import (
    bot_reports,
    decisions,
    equity_marks,
    ledger_entries,
    switches,
    venue_health,
)
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.switch import EVERY_BOT

_KEY = "--bot"
# Wherever a bot leaves its name; in each of them it begins an index.
_TABLES = (bot_reports, decisions, equity_marks, ledger_entries, switches, venue_health)
# What `bot_identity` adds to a name.
_MODES = (" (dry run)", " (live)")


def known_bots(database: Database) -> tuple[str, ...]:
    """Every bot that left anything in the database, or whose kill switch somebody threw.

    Returns
    -------
    tuple of str
        As `bot_identity` names them, in alphabetical order.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    names: set[str] = set()
    with database.reading() as connection:
        for table in _TABLES:
            names.update(distinct_values(connection, table.c.bot))
    return tuple(sorted(names - {EVERY_BOT}))


def meant_bots(asked: str) -> tuple[str, ...]:
    """The bots that a name means: without a mode, the dry run and the live bot of that name.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it cannot be the name of a bot.
    """
    name = asked.strip()
    if not name or not name.isprintable():
        raise ConfigurationError(_KEY, "must be the name of a bot", asked)
    if name == EVERY_BOT or name.endswith(_MODES):
        return (name,)
    return tuple(bot_identity({"bot_name": name, "dry_run": dry}) for dry in (True, False))


def meant_known_bots(asked: str | None, known: Collection[str]) -> tuple[str, ...]:
    """The bots among those known that a name means; all of them if none was given.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the name means none of them.
    """
    if asked is None:
        return tuple(known)
    found = tuple(bot for bot in meant_bots(asked) if bot in known)
    if not found:
        near = get_close_matches(asked, known, cutoff=0.5) or known
        have = f"known are {', '.join(near)}" if near else "none is known yet"
        raise ConfigurationError(_KEY, f"must be a bot that the database knows; {have}", asked)
    return found


def one_meant_bot(asked: str | None, known: Collection[str], usual: str) -> str:
    """The one bot among those known that is meant.

    Parameters
    ----------
    asked : str or None
        A bot's name, with or without its mode. None: the usual one, or the only one.
    known : collection of str
    usual : str
        The configuration's own, as `bot_identity` names it.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the name means none of them, or if it is not clear which one is meant.
    """
    if asked is None and usual in known:
        return usual
    meant = meant_known_bots(asked, known)
    if len(meant) > 1:
        raise ConfigurationError(_KEY, f"must name one of {', '.join(meant)}", asked)
    return meant[0]
