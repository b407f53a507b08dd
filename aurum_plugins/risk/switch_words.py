"""A kill switch in words."""

from __future__ import annotations

import shlex

from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch, SwitchState


def is_thrown(entry: Switch | UnknownSwitchState) -> bool:
    """Whether an entry keeps a bot from opening positions; one that is not understood does."""
    return isinstance(entry, UnknownSwitchState) or entry.state is not SwitchState.ARMED


def name_in_words(bot: str) -> str:
    """Whom a switch is for, at the beginning of a sentence."""
    return "Every bot" if bot == EVERY_BOT else bot


def switch_in_words(entry: Switch | UnknownSwitchState, now_ms: int) -> str:
    """State of a switch, and since when, by whom and why.

    Parameters
    ----------
    entry : Switch or UnknownSwitchState
    now_ms : int
        UTC milliseconds.
    """
    if isinstance(entry, UnknownSwitchState):
        return f"unreadable: {entry}"
    if not entry.number:
        return str(entry.state)
    return f"{entry.state} for {elapsed(entry.at_ms, now_ms)}, by {entry.by}: {entry.reason}"


def undoing_command(bot: str) -> str:
    """What re-arms a switch."""
    return "aurum rearm" if bot == EVERY_BOT else f"aurum rearm --bot {shlex.quote(bot)}"
