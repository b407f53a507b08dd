"""Which kept start `aurum starts` was asked about."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from aurum_plugins.clock import WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.known_bots import meant_bots
from aurum_plugins.starts.errors import DamagedStart, UnknownStart
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.manifest import Kind


def open_starts(user_data: Path) -> KeptStarts:
    """The starts of a user data folder.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If there is no such folder.
    """
    if not user_data.is_dir():
        rule = "must be the user data folder of the bot; give another one, or run this beside it"
        raise ConfigurationError("--userdir", rule, str(user_data))
    return KeptStarts(user_data, WallClock())


def asked_starts(starts: KeptStarts, bot: str | None) -> tuple[list[KeptStart], list[DamagedStart]]:
    """Those of one bot, or all; and what is wrong with those that cannot be read.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If no start of such a bot was kept.
    """
    found, damaged = starts.all()
    if bot is None:
        return found, damaged
    known = sorted({start.manifest.facts.bot for start in found})
    meant = [name for name in meant_bots(bot) if name in known]
    if not meant:
        near = get_close_matches(bot, known, cutoff=0.5) or known
        have = f"there are those of {', '.join(near)}" if near else "there is none yet"
        rule = f"must be a bot with a kept start; {have} in {starts.folder}"
        raise ConfigurationError("--bot", rule, bot)
    return [start for start in found if start.manifest.facts.bot in meant], damaged


def chosen_start(starts: KeptStarts, which: str | None, bot: str | None) -> KeptStart:
    """The start that was named, or the last good one of the bot.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the name means no bot, or several bots have kept starts and none was named.
    aurum_plugins.starts.errors.UnknownStart
        If there is no such start.
    aurum_plugins.starts.errors.DamagedStart
        If it is not as it was written.
    """
    if which is not None:
        return starts.find(which)
    found, damaged = asked_starts(starts, bot)
    good = [start for start in found if start.manifest.kind is Kind.GOOD]
    bots = sorted({start.manifest.facts.bot for start in good})
    if len(bots) > 1:
        raise ConfigurationError("--bot", f"must name one of {', '.join(bots)}", bot)
    if not good:
        unread = f"; {len(damaged)} cannot be read, see `aurum starts`" if damaged else ""
        rule = "a bot keeps one when it has run well"
        raise UnknownStart(None, f"No good start was kept yet in {starts.folder}; {rule}{unread}")
    return good[0]
