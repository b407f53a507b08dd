"""`/kill` and `/rearm`: what is asked before, what is done, and what is said of it.

The switch is the one of `aurum kill` and `aurum rearm`: see docs/kill_switch.md.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database
from aurum_plugins.errors import AurumError
from aurum_plugins.monitoring.known_bots import known_bots
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.kill_switch_errors import SwitchChanged, UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch, SwitchState
from aurum_plugins.risk.switch_history import last_entries
from aurum_plugins.risk.switch_words import is_thrown, name_in_words, switch_in_words
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.command_words import SwitchWords
from aurum_plugins.telegram.confirmations import VALID_SECONDS
from aurum_plugins.telegram.reply_text import bold, fitted, plain, quoted

logger = logging.getLogger(__name__)

# Names of the buttons.
HALT: Final = "halt"
FLAT: Final = "flat"
REARM: Final = "rearm"
CANCEL: Final = "cancel"
STATES: Final = {HALT: SwitchState.HALTED, FLAT: SwitchState.FLAT}
INSTEAD: Final = (
    "To open nothing any more, send /stopentry. To sell everything, send /forceexit all. "
    "Nobody watches the positions of a bot that is stopped with /stop."
)


@dataclass(frozen=True)
class SwitchOrder:
    """What waits for a confirmation.

    Attributes
    ----------
    scope : str
        Name of the bot, or `EVERY_BOT`.
    reason, by : str
    seen : int or None
        Number of the entry that is to be undone; None: the switch is to be thrown.
    """

    scope: str
    reason: str
    by: str
    seen: int | None = None


def kill_question(scope: str, words: SwitchWords) -> str:
    """What is asked before a switch is thrown; the database is not waited for."""
    whom = "EVERY bot of this database" if scope == EVERY_BOT else scope
    return fitted(
        [
            f"Throw the kill switch of {bold(whom)}?",
            f"<b>Halt</b>: {plain(SwitchState.HALTED.sentence)}.",
            f"<b>Halt and sell</b>: {plain(SwitchState.FLAT.sentence)}.",
            f"Reason: {quoted(words.reason)}",
            f"Only you can answer, once, within {VALID_SECONDS} s.",
        ]
    )


def throw(
    database: Database, asked: AskedBot, order: SwitchOrder, state: SwitchState, clock: Clock
) -> str:
    """Throw a switch, and say what that did and what it did not.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it could not be written.
    """
    entry = KillSwitch(database, order.scope, clock).throw(state, order.reason, order.by)
    logger.warning("The kill switch of %s was thrown by %s: %s", entry.bot, entry.by, entry.state)
    when = f"at most {asked.loop_seconds:g} s after the present one ends"
    lines = [
        f"<b>Thrown</b>: {plain(name_in_words(entry.bot))} is {bold(entry.state)}.",
        f"{plain(_begun(entry.state.sentence))}, from the next loop on: {when}.",
    ]
    if entry.state is not state:
        lines.append("It was flat already, and stays so.")
    lines += _not_done(entry, asked)
    lines += _whom_it_reaches(database, entry)
    undo = "/rearm all" if entry.bot == EVERY_BOT else "/rearm"
    lines.append(f"By {plain(entry.by)}: {quoted(entry.reason)}. To undo it: {undo}")
    return fitted(lines)


@dataclass(frozen=True)
class RearmQuestion:
    """What is asked before a switch is re-armed.

    Attributes
    ----------
    text : str
        Markup.
    seen : int or None
        Number of the entry that was shown; None: there is nothing to re-arm.
    """

    text: str
    seen: int | None


def rearm_question(
    database: Database, asked: AskedBot, scope: str, words: SwitchWords
) -> RearmQuestion:
    """Who threw the switch, when and why.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    """
    with database.reading() as connection:
        entries = last_entries(connection, (asked.name, EVERY_BOT))
    entry = entries[scope]
    others = [other for other in entries.values() if other is not entry]
    said = f"{bold(name_in_words(scope))}: {plain(switch_in_words(entry, asked.now_ms), 900)}"
    if not is_thrown(entry):
        return RearmQuestion(fitted([f"{said}. Nothing to undo.", *_still(others, asked)]), None)
    lines = [
        said,
        "Let positions be opened again?",
        f"Reason: {quoted(words.reason)}",
        f"Only you can answer, once, within {VALID_SECONDS} s.",
    ]
    return RearmQuestion(fitted([*lines, *_still(others, asked)]), entry.number)


def rearm(database: Database, asked: AskedBot, order: SwitchOrder, clock: Clock) -> str:
    """Re-arm a switch unless somebody turned it since, and say what is still thrown.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it could not be written.
    """
    switch = KillSwitch(database, order.scope, clock)
    try:
        # What it raises of a state that is not understood is about the other switch.
        with suppress(UnknownSwitchState):
            switch.rearm(order.reason, order.by, seen=order.seen)
    except SwitchChanged:
        return (
            "<b>Not re-armed</b>: the switch was turned again after you were asked. "
            "Look again with /rearm"
        )
    logger.warning("The kill switch of %s was re-armed by %s.", order.scope, order.by)
    with database.reading() as connection:
        entries = last_entries(connection, (asked.name, EVERY_BOT))
    others = [entry for bot, entry in entries.items() if bot != order.scope]
    head = f"<b>Armed</b>: {plain(name_in_words(order.scope))}, from the next loop on."
    limits = "What the loss limits refuse they go on refusing: see /risk"
    return fitted([head, *_still(others, asked), limits])


def _still(entries: Sequence[Switch | UnknownSwitchState], asked: AskedBot) -> list[str]:
    """Other switches that are thrown."""
    return [
        f"Still thrown: {bold(name_in_words(entry.bot))}, "
        f"{plain(switch_in_words(entry, asked.now_ms), 900)} "
        f"({'/rearm all' if entry.bot == EVERY_BOT else '/rearm'})"
        for entry in entries
        if is_thrown(entry)
    ]


def _not_done(entry: Switch, asked: AskedBot) -> list[str]:
    flat = entry.state is SwitchState.FLAT
    if asked.state == "stopped":
        what = "nothing is sold, and " if flat else ""
        return [f"<b>Mind</b>: freqtrade is stopped: {what}nobody watches positions until /start"]
    first = (
        "Not done yet: the sales. They are ordered in the loop, and seen with /status"
        if flat
        else "Not done: nothing is sold. /kill flat would do that."
    )
    return [first, *([] if entry.bot == EVERY_BOT else ["Other bots go on: /kill all halts them."])]


def _whom_it_reaches(database: Database, entry: Switch) -> list[str]:
    """The bots that a switch of every bot reaches; what was thrown is thrown if that fails."""
    if entry.bot != EVERY_BOT:
        return []
    try:
        names = known_bots(database)
    except AurumError as error:
        return [f"Which bots it reaches could not be read: {plain(error, 200)}"]
    return [f"Bots that this database knows: {plain(', '.join(names) or 'none yet', 1_000)}"]


def _begun(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
