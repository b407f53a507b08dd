"""The last word on each kill switch, as the database has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from aurum_plugins.database.schema import switches
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState
from aurum_plugins.risk.switch import Switch, SwitchState


def last_entries(
    connection: Connection, bots: Iterable[str]
) -> dict[str, Switch | UnknownSwitchState]:
    """The last entry written for each of some bots; armed where there is none.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    bots : iterable of str
        Names of bots; `EVERY_BOT` for the switch of all.

    Returns
    -------
    dict of str to Switch or UnknownSwitchState
        In the order of `bots`. An entry that is not understood comes as the error to raise.
    """
    found: dict[str, Switch | UnknownSwitchState] = {
        bot: Switch(SwitchState.ARMED, bot) for bot in bots
    }
    newest = select(func.max(switches.c.number)).where(switches.c.bot.in_(tuple(found)))
    query = select(switches).where(switches.c.number.in_(newest.group_by(switches.c.bot)))
    # One statement, so that all entries are of the same moment.
    found.update((row.bot, _entry(row)) for row in connection.execute(query))
    return found


def _entry(row: Row[Any]) -> Switch | UnknownSwitchState:
    """What a row of the table `switches` says."""
    try:
        state = SwitchState(row.state)
    except ValueError:
        return UnknownSwitchState(row.bot, row.number, row.state)
    return Switch(state, row.bot, row.reason, row.by, row.at_ms, row.number)
