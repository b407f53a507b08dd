"""The exceptions of the kill switch.

AurumError
├── UnknownSwitchState       an entry is not understood: bot, number, state
└── SwitchChanged            somebody wrote another entry meanwhile: bot, seen, number
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError
from aurum_plugins.risk.switch import SwitchState


class UnknownSwitchState(AurumError):
    """An entry's state is none of ours, so nothing may be opened.

    Attributes
    ----------
    bot : str
        Whom the entry was written for.
    number : int
    state : str
        As it was read.
    """

    def __init__(self, bot: str, number: int, state: str) -> None:
        self.bot = bot
        self.number = number
        self.state = state
        known = ", ".join(SwitchState)
        super().__init__(
            f"entry {number} of the kill switch of {bot!r}: its state must be one of {known} "
            f"(got {state!r}); nothing is opened until it is re-armed with `aurum rearm`"
        )


class SwitchChanged(AurumError):
    """A switch was to be re-armed that is not any more as it was when that was decided.

    Attributes
    ----------
    bot : str
        Whom the entries were written for.
    seen, number : int
        The entry that was looked at, and the last one.
    """

    def __init__(self, bot: str, seen: int, number: int) -> None:
        self.bot = bot
        self.seen = seen
        self.number = number
        super().__init__(
            f"the kill switch of {bot!r} was not re-armed: entry {number} was written after "
            f"entry {seen}, which you saw; look again with `aurum status`"
        )
