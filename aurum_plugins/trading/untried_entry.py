"""Why the bot did not even ask for an entry that the signal wanted."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal
from aurum_plugins.trading.host import Host


@dataclass(frozen=True)
class UntriedEntry:
    """An entry that was wanted in a loop and for which nothing was ordered.

    Attributes
    ----------
    pair : str
    candle_ms : int
        UTC milliseconds of the candle's open.
    held : bool
        Whether the pair is held by now.
    free_slots : int
        How many more positions the bot would open; the fewer of before and after the loop.
    stake : float or None
        What risk allowed, quote currency; None if it was not asked.
    cash : float
        Quote currency.
    """

    pair: str
    candle_ms: int
    held: bool
    free_slots: int
    stake: float | None
    cash: float

    def refusal(self, host: Host) -> Refusal:
        """The first of the bot's own rules that explains it."""
        all_locked = host.all_locked(self.candle_ms)
        locked = host.locked(self.pair, self.candle_ms)
        rules: tuple[tuple[bool, Reason, dict[str, Figure]], ...] = (
            (self.held, Reason.POSITION_OPEN, {}),
            (all_locked is not None, Reason.ALL_LOCKED, {"lock": all_locked or ""}),
            (locked is not None, Reason.PAIR_LOCKED, {"lock": locked or ""}),
            (self.free_slots <= 0, Reason.NO_SLOT, {}),
            (self.stake is not None, Reason.NO_STAKE, {"stake": self.stake or 0.0}),
        )
        for holds, reason, figures in rules:
            if holds:
                return Refusal(reason, figures)
        return Refusal(Reason.NOT_TRIED, {"cash": self.cash})
