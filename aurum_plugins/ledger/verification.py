"""What a look at every entry of a ledger found."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.ledger.entry_chain import Head


@dataclass(frozen=True)
class Verification:
    """Whether a ledger is as it was written.

    Attributes
    ----------
    bot : str
    head : Head
        The last entry that is right, together with all before it. The chain alone cannot tell
        that entries after the last were cut off: compare with the head on a statement.
    bad : int or None
        Number of the first entry that is wrong; None: none is.
    reason : str
        What is wrong with it.
    """

    bot: str
    head: Head
    bad: int | None = None
    reason: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.bad is None
