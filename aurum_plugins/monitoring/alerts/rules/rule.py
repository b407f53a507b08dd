"""What all rules share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class Rule(Protocol):
    """Finds one kind of trouble.

    Attributes
    ----------
    name : str
        In snake case; part of the interface.
    needs : frozenset of str
        Parts of the snapshot without which nothing can be said, as its `faults` name them.
    of_living : bool
        Whether it judges what a bot last said of itself, which says nothing once the bot is dead.
    """

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]]
    of_living: ClassVar[bool]

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """What holds; nothing where all is well, or where the bot never said anything."""
        ...
