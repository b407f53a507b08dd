"""A trade and the terms on which it is charged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from aurum_plugins.ledger.exact import figure
from aurum_plugins.ledger.ledger_entry import LedgerEntry
from aurum_plugins.ledger.settings import FeeBase
from aurum_plugins.ledger.settled_trade import SettledTrade


@dataclass(frozen=True)
class Charge:
    """What of a trade, and of the terms agreed for it, a fee depends on.

    Attributes
    ----------
    trade : str
        `SettledTrade.key`.
    pair, currency : str
    closed_ms : int
        UTC milliseconds.
    base : FeeBase
    rate : decimal.Decimal
    figure : decimal.Decimal
        The trade's notional or its profit, as the base has it, `currency`.
    """

    trade: str
    pair: str
    currency: str
    closed_ms: int
    base: FeeBase
    rate: Decimal
    figure: Decimal

    @classmethod
    def for_trade(cls, trade: SettledTrade, base: FeeBase, rate: Decimal) -> Self:
        """A trade as it is told now."""
        told = {FeeBase.NOTIONAL: trade.notional, FeeBase.PROFIT: trade.profit}[base]
        return cls(
            trade=trade.key,
            pair=trade.pair,
            currency=trade.currency,
            closed_ms=trade.closed_ms,
            base=base,
            rate=rate,
            figure=figure(told),
        )

    @classmethod
    def booked(cls, accrual: LedgerEntry) -> Self:
        """A trade as the ledger remembers it."""
        return cls(
            trade=accrual.trade,
            pair=accrual.pair,
            currency=accrual.currency,
            closed_ms=accrual.closed_ms or 0,
            base=FeeBase(accrual.base),
            rate=accrual.rate,
            figure=accrual.basis if accrual.profit is None else accrual.profit,
        )
