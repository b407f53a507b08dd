"""The kill switch that counts for a bot."""

from __future__ import annotations

from aurum_plugins.clock import WallClock
from aurum_plugins.database.database import Database
from aurum_plugins.monitoring.snapshot.bot_snapshot import SwitchWord
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState


def switch_word(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
) -> SwitchWord:
    """The more severe of a bot's own switch and the one of every bot.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    try:
        # It needs a clock for what it writes only.
        switch = KillSwitch(database, bot, WallClock()).read()
    except UnknownSwitchState as error:
        return SwitchWord(state="", reason=str(error))
    at_ms = switch.at_ms if switch.number else None
    return SwitchWord(switch.state.value, switch.reason, switch.by, at_ms)
