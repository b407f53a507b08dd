"""Entries that have no number yet, one function for each kind of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from aurum_plugins.ledger.charge import Charge
from aurum_plugins.ledger.exact import fee_of
from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry
from aurum_plugins.ledger.settings import FeeBase
from aurum_plugins.sentiment.one_line import one_line

_LONGEST_NOTE: Final = 200
_UNNUMBERED: Final[dict[str, Any]] = {"number": 0, "previous": "", "digest": ""}
_OF_NO_TRADE: Final[dict[str, Any]] = {
    "trade": "",
    "pair": "",
    "closed_ms": None,
    "base": "",
    "rate": Decimal(0),
    "basis": Decimal(0),
}


def accrual(bot: str, charge: Charge, basis: Decimal, at_ms: int, note: str = "") -> LedgerEntry:
    """The fee of a trade."""
    return LedgerEntry(
        bot=bot,
        at_ms=at_ms,
        kind=EntryKind.ACCRUAL,
        trade=charge.trade,
        pair=charge.pair,
        closed_ms=charge.closed_ms,
        base=charge.base,
        rate=charge.rate,
        basis=basis,
        amount=fee_of(charge.rate, basis),
        currency=charge.currency,
        invoice=None,
        note=note,
        profit=charge.figure if charge.base is FeeBase.PROFIT else None,
        **_UNNUMBERED,
    )


def reversal(of: LedgerEntry, at_ms: int, note: str) -> LedgerEntry:
    """Takes an accrual back."""
    return replace(
        of,
        at_ms=at_ms,
        kind=EntryKind.REVERSAL,
        amount=of.amount.copy_negate(),
        note=one_line(note, _LONGEST_NOTE),
        **_UNNUMBERED,
    )


def payment(
    bot: str,
    kind: EntryKind,
    invoice: int,
    amount: Decimal,
    currency: str,
    at_ms: int,
    note: str,
) -> LedgerEntry:
    """An invoice, or what was received for one."""
    return LedgerEntry(
        bot=bot,
        at_ms=at_ms,
        kind=kind,
        amount=amount,
        currency=currency,
        invoice=invoice,
        note=one_line(note, _LONGEST_NOTE),
        **_OF_NO_TRADE,
        **_UNNUMBERED,
    )
