"""The kill switch: a latch in the database that whoever may write there can throw."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, insert

from aurum_plugins.clock import Clock
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import switches
from aurum_plugins.risk.kill_switch_errors import SwitchChanged, UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch, SwitchState
from aurum_plugins.risk.switch_history import last_entries

LONGEST_NAME = 200
LONGEST_REASON = 2_000


class KillSwitch:
    """One bot's switch, and the one of every bot; the more severe of the two counts.

    Entries are only ever added, and the last one committed counts, whichever process wrote it.

    Parameters
    ----------
    database : Database
    bot : str
        As `aurum_plugins.bot_identity` names it; `EVERY_BOT` for the switch of every bot alone.
    clock : Clock

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        By every method, if the database cannot be read or written. Whether a bot may open
        positions is not known then: it must not.
    """

    def __init__(self, database: Database, bot: str, clock: Clock) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock

    def read(self) -> Switch:
        """What counts now: armed without any entry.

        Raises
        ------
        UnknownSwitchState
            If the last entry for the bot or for every bot is not understood, unless the other one
            is FLAT: nothing is more severe than that.
        """
        with self._database.reading() as connection:
            entries = last_entries(connection, (self._bot, EVERY_BOT)).values()
        known = [entry for entry in entries if isinstance(entry, Switch)]
        known.sort(key=lambda entry: entry.state.severity, reverse=True)
        if known and known[0].state is SwitchState.FLAT:
            return known[0]
        for entry in entries:
            if isinstance(entry, UnknownSwitchState):
                raise entry
        return known[0]

    def throw(self, state: SwitchState, reason: str, by: str, *, lower: bool = False) -> Switch:
        """Throw the switch.

        Parameters
        ----------
        state : SwitchState
            HALTED or FLAT. Where FLAT was asked for already, HALTED stays FLAT unless `lower`:
            a second alarm does not stop the first one's sales.
        reason, by : str
            Kept as given, but for what no database takes.
        lower : bool
            Let HALTED take the place of FLAT.

        Returns
        -------
        Switch
            The entry as it was written.

        Raises
        ------
        ValueError
            If `state` is ARMED: that is `rearm`.
        """
        if state is SwitchState.ARMED:
            raise ValueError(f"state must be halted or flat, got {state.value!r}: see rearm")
        # One writes at a time, so numbers are in the order of commits.
        with self._database.writing(durable=True) as connection:
            last = last_entries(connection, (self._bot,))[self._bot]
            was_flat = isinstance(last, Switch) and last.state is SwitchState.FLAT
            if was_flat and not lower:
                state = SwitchState.FLAT
            return self._add(connection, state, reason, by)

    def rearm(self, reason: str, by: str, *, seen: int | None = None) -> Switch:
        """Re-arm the bot's own switch; the one of every bot stays as it is.

        Parameters
        ----------
        reason, by : str
            Kept as given, but for what no database takes.
        seen : int or None
            Number of the entry that somebody decided to undo; None: whatever the last one is.

        Returns
        -------
        Switch
            What counts now: the other switch may still be thrown.

        Raises
        ------
        SwitchChanged
            If an entry was written after the one that was seen; nothing is re-armed then.
        UnknownSwitchState
            If the other switch is not understood. This one is re-armed all the same.
        """
        with self._database.writing(durable=True) as connection:
            number = last_entries(connection, (self._bot,))[self._bot].number
            if seen is not None and number != seen:
                raise SwitchChanged(self._bot, seen, number)
            self._add(connection, SwitchState.ARMED, reason, by)
        return self.read()

    def _add(self, connection: Connection, state: SwitchState, reason: str, by: str) -> Switch:
        words = _storable(reason, LONGEST_REASON), _storable(by, LONGEST_NAME)
        entry = Switch(state, self._bot, *words, self._clock.now_ms())
        values = {
            "bot": entry.bot,
            "state": entry.state.value,
            "reason": entry.reason,
            "by": entry.by,
            "at_ms": entry.at_ms,
        }
        added = connection.execute(insert(switches).values(values).returning(switches.c.number))
        return replace(entry, number=added.scalar_one())


def _storable(words: str, longest: int) -> str:
    """Text without what a database refuses: the switch must not fail for the sake of a reason."""
    return words.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")[:longest]
