"""The kill switch as one loop of the bot sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.kill_switch_refusal import kill_switch_refusal
from aurum_plugins.risk.switch import Switch, SwitchState

logger = logging.getLogger(__name__)

# Which of a refusal's figures say in the log what is the matter.
_TOLD = {
    Reason.SWITCH_UNREADABLE: (logging.ERROR, ("error",)),
    Reason.KILLED: (logging.WARNING, ("state", "by", "explanation")),
}


class SwitchReading:
    """Reads a switch and remembers whether it asked for everything to be sold.

    The log is told of each change once.

    Parameters
    ----------
    read : callable returning a Switch, or None
        Such as `KillSwitch.read`; None where there is none, as in a backtest.

    Attributes
    ----------
    refusal : Refusal or None
        Why nothing may be opened, as last read.
    flat : bool
        Whether positions are to be sold, as last known: a switch that cannot be read any more does
        not take back what it said.
    """

    def __init__(self, read: Callable[[], Switch] | None) -> None:
        self._read = read
        self._told: str | None = None
        self.refusal: Refusal | None = None
        self.flat = False

    def refresh(self) -> Refusal | None:
        """Read the switch again, and give the refusal."""
        if self._read is None:
            return None
        seen: list[Switch] = []

        def read() -> Switch:
            assert self._read is not None  # noqa: S101 - narrows the type
            seen.append(self._read())
            return seen[0]

        self.refusal = kill_switch_refusal(read)
        if seen:
            self.flat = seen[0].state is SwitchState.FLAT
        self._tell()
        return self.refusal

    def _tell(self) -> None:
        if self.refusal is None:
            if self._told is not None:
                logger.info("The kill switch is armed: positions may be opened again.")
            self._told = None
            return
        reason, figures = self.refusal.reason, self.refusal.figures
        level, names = _TOLD[reason]
        told = f"{reason.sentence} ({', '.join(str(figures[name]) for name in names)})"
        if told != self._told:
            logger.log(level, "Nothing opens: %s.", told)
        self._told = told
