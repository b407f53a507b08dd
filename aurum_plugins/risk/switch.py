"""What an entry in the kill switch's history says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Whom an entry for all bots is written for.
EVERY_BOT = "*"


class SwitchState(StrEnum):
    """What a bot may do, from everything to nothing but leave."""

    ARMED = "armed"
    HALTED = "halted"
    FLAT = "flat"

    @property
    def severity(self) -> int:
        """The more severe of two states is the one that counts."""
        return _SEVERITY[self]

    @property
    def sentence(self) -> str:
        """What a bot does then."""
        return _SENTENCES[self]


_SENTENCES = {
    SwitchState.ARMED: "positions may be opened",
    SwitchState.HALTED: "nothing is opened; positions are left to their own stops and exits",
    SwitchState.FLAT: "nothing is opened; entry orders are cancelled and positions are sold",
}
_SEVERITY = {state: number for number, state in enumerate(_SENTENCES)}


@dataclass(frozen=True)
class Switch:
    """One entry, or how things stand without any.

    Attributes
    ----------
    state : SwitchState
    bot : str
        Whom it was written for; `EVERY_BOT` for all.
    reason, by : str
        In the words of whoever threw or re-armed it; empty where nobody ever did.
    at_ms : int
        UTC milliseconds; 0 where nobody ever did.
    number : int
        Counts the entries in the order in which they were committed; 0 where there is none.
    """

    state: SwitchState
    bot: str
    reason: str = ""
    by: str = ""
    at_ms: int = 0
    number: int = 0
