"""What a desk found when it last took stock."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.risk.account import Account
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.standing import Standing


@dataclass(frozen=True)
class Stock:
    """The account, and what the loss limits make of it.

    Attributes
    ----------
    account : Account
        As last read.
    free_slots : int
        How many more positions the bot would open.
    standing : Standing
    marks : RiskState or None
        None: the account, or what the limits remember of it, cannot be read now.
    """

    account: Account
    free_slots: int
    standing: Standing
    marks: RiskState | None
