"""An invoice, and what came in for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry


@dataclass(frozen=True)
class Invoice:
    """One invoice of a bot's ledger.

    Attributes
    ----------
    number : int
        Its own, not that of its entry.
    at_ms : int
        UTC milliseconds.
    amount : decimal.Decimal
    collected : decimal.Decimal
        Received for it so far.
    currency : str
    """

    number: int
    at_ms: int
    amount: Decimal
    collected: Decimal
    currency: str

    @property
    def outstanding(self) -> Decimal:
        """Still to be received."""
        return self.amount - self.collected


def invoices(entries: Iterable[LedgerEntry]) -> tuple[Invoice, ...]:
    """Every invoice, the oldest first.

    Parameters
    ----------
    entries : iterable of LedgerEntry
        All of a bot's.
    """
    issued: list[LedgerEntry] = []
    collected: defaultdict[int | None, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.kind is EntryKind.INVOICE:
            issued.append(entry)
        elif entry.kind is EntryKind.COLLECTION:
            collected[entry.invoice] += entry.amount
    return tuple(
        Invoice(
            entry.invoice or 0,
            entry.at_ms,
            entry.amount,
            collected[entry.invoice],
            entry.currency,
        )
        for entry in issued
    )
