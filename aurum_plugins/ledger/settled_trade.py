"""A closed trade as the ledger sees it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aurum_plugins.ledger.errors import UnusableTrade

# What the ledger's columns hold.
_LONGEST: Final = {"pair": 60, "currency": 20}
_TOO_MUCH: Final = Decimal(10) ** 20


@dataclass(frozen=True)
class SettledTrade:
    """A trade that closed, with what was paid and earned.

    Attributes
    ----------
    trade_id : int
        freqtrade's own.
    pair : str
    currency : str
        The stake currency: of all amounts here.
    opened_ms, closed_ms : int
        UTC milliseconds.
    notional : decimal.Decimal
        Worth of all filled entries.
    profit : decimal.Decimal
        After the exchange's fees; negative: a loss.
    exit_order_id : str
        The exchange's id of the order that closed it.

    Raises
    ------
    aurum_plugins.ledger.errors.UnusableTrade
        If a figure is not finite or beyond all reason, or a name is empty or too long.
    """

    trade_id: int
    pair: str
    currency: str
    opened_ms: int
    closed_ms: int
    notional: Decimal
    profit: Decimal
    exit_order_id: str

    def __post_init__(self) -> None:
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            if not (0 < len(text) <= longest and text.isprintable()):
                rule = f"must have 1 to {longest} printable characters"
                raise UnusableTrade(self.key, name, rule, text)
        for name in ("notional", "profit"):
            amount = getattr(self, name)
            if not (amount.is_finite() and abs(amount) < _TOO_MUCH):
                raise UnusableTrade(
                    self.key, name, f"must be finite and below {_TOO_MUCH:.0e}", amount
                )
        if self.notional < 0:
            raise UnusableTrade(self.key, "notional", "must be 0 or more", self.notional)

    @property
    def key(self) -> str:
        """What tells it from every other trade of the bot, also after its database began anew."""
        return f"{self.pair}#{self.trade_id}@{self.opened_ms}"
