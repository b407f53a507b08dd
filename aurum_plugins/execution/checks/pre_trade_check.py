"""What every check before an order is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.refusal import Refusal


class PreTradeCheck(ABC):
    """Looks at an entry that is about to be sent, and refuses it or lets it pass.

    It decides by the situation alone: it keeps no state, reads no clock and asks nobody. What is
    missing, not finite or contradictory is refused.

    Parameters
    ----------
    settings : CheckSettings

    Attributes
    ----------
    name : str
        Unique, in snake case.
    describes : str
        One line that says what must hold.
    """

    name: ClassVar[str]
    describes: ClassVar[str]

    def __init__(self, settings: CheckSettings) -> None:
        self.settings = settings

    @abstractmethod
    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what was compared, or None if the entry passes."""
