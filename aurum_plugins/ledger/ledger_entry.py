"""One line of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class EntryKind(StrEnum):
    """What a line says."""

    ACCRUAL = "accrual"
    # Takes an accrual back, because its trade or the high-water mark turned out otherwise.
    REVERSAL = "reversal"
    INVOICE = "invoice"
    COLLECTION = "collection"


@dataclass(frozen=True)
class LedgerEntry:
    """One line; never changed once it is written.

    Attributes
    ----------
    bot : str
    number : int
        Counts from 1 for each bot, without holes.
    at_ms : int
        When it was written, UTC milliseconds.
    kind : EntryKind
    trade : str
        `SettledTrade.key`; empty for invoices and collections.
    pair : str
    closed_ms : int or None
        When the trade closed.
    base : str
        A `FeeBase`; empty for invoices and collections.
    rate : decimal.Decimal
    basis : decimal.Decimal
        What the rate was taken of, `currency`.
    amount : decimal.Decimal
        Owed: positive for accruals, negative for reversals; of an invoice its sum, of a collection
        what was received.
    currency : str
    invoice : int or None
        Of an invoice its own number, of a collection that of the invoice it pays.
    note : str
    previous, digest : str
        SHA-256, hexadecimal: of the entry before, and of this one.
    profit : decimal.Decimal or None
        What the trade earned, `currency`, where the fee is of profits; else None. Also where
        nothing is charged for it: later trades are charged for what goes beyond it.
    """

    bot: str
    number: int
    at_ms: int
    kind: EntryKind
    trade: str
    pair: str
    closed_ms: int | None
    base: str
    rate: Decimal
    basis: Decimal
    amount: Decimal
    currency: str
    invoice: int | None
    note: str
    previous: str
    digest: str
    profit: Decimal | None = None
