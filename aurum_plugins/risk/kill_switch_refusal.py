"""The kill switch as a reason not to open anything."""

from __future__ import annotations

from collections.abc import Callable

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal
from aurum_plugins.risk.switch import Switch, SwitchState

_LONGEST_ERROR = 500


def kill_switch_refusal(read: Callable[[], Switch]) -> Refusal | None:
    """Why nothing may be opened, as far as the switch has a say.

    Parameters
    ----------
    read : callable returning a Switch
        Such as `KillSwitch.read`.

    Returns
    -------
    Refusal or None
        None only if the switch was read and is armed. KILLED has the figures `state`, `thrown_for`
        (a bot's name, or "*" for every bot), `explanation`, `by` and `since_ms` (UTC milliseconds);
        SWITCH_UNREADABLE has `error`. No error gets out of here.
    """
    try:
        switch = read()
        if switch.state is SwitchState.ARMED:
            return None
        figures: dict[str, Figure] = {
            "state": switch.state.value,
            "thrown_for": switch.bot,
            "explanation": switch.reason,
            "by": switch.by,
            "since_ms": switch.at_ms,
        }
    except Exception as error:  # noqa: BLE001 - whatever it is, the state is not known
        return Refusal(Reason.SWITCH_UNREADABLE, {"error": _in_words(error)})
    return Refusal(Reason.KILLED, figures)


def _in_words(error: Exception) -> str:
    name = type(error).__name__
    try:
        return f"{name}: {error}"[:_LONGEST_ERROR]
    except Exception:  # noqa: BLE001 - an error's own text may fail, the refusal may not
        return name
