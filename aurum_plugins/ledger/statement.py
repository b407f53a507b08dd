"""What is owed over a period, made ready to be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry

_OPENED: Final = re.compile(r"@(\d{1,15})$", re.ASCII)
NO_FUNDS: Final = "This statement moves no funds."


@dataclass(frozen=True)
class StatementSum:
    """One currency's way through the period.

    Attributes
    ----------
    currency : str
    brought_forward : decimal.Decimal
        Owed when the period began, invoiced or not.
    accrued, reversed : decimal.Decimal
        Fees charged, and taken back (negative), in the period.
    collected : decimal.Decimal
        Received in the period.
    invoiced : decimal.Decimal
        Of what is owed or was paid, what was invoiced in the period.
    trades : int
        For which something was charged in the period.
    """

    currency: str
    brought_forward: Decimal
    accrued: Decimal
    reversed: Decimal
    collected: Decimal
    invoiced: Decimal
    trades: int

    @property
    def owed(self) -> Decimal:
        """When the period ended."""
        return self.brought_forward + self.accrued + self.reversed - self.collected


@dataclass(frozen=True)
class Statement:
    """A period of one bot's ledger.

    Attributes
    ----------
    label : str
        Who charges.
    bot : str
    created_ms : int
        UTC milliseconds.
    since_ms, until_ms : int or None
        The period, the end not included; None: from the first entry, to the last.
    entries : tuple of LedgerEntry
        Those that were booked in it.
    sums : tuple of StatementSum
        By currency, in alphabetical order.
    head_number : int
        Of the newest entry of the whole ledger, 0 if it is empty.
    head_digest : str
        Its digest: whoever keeps it notices if entries before it are changed, or it is cut off.
    """

    label: str
    bot: str
    created_ms: int
    since_ms: int | None
    until_ms: int | None
    entries: tuple[LedgerEntry, ...]
    sums: tuple[StatementSum, ...]
    head_number: int
    head_digest: str

    @property
    def charges(self) -> tuple[LedgerEntry, ...]:
        """Accruals and reversals of the period."""
        return tuple(entry for entry in self.entries if entry.trade)

    @property
    def payments(self) -> tuple[LedgerEntry, ...]:
        """Invoices and collections of the period."""
        return tuple(entry for entry in self.entries if not entry.trade)

    @property
    def terms(self) -> tuple[tuple[Decimal, str], ...]:
        """Rates and what they were taken of, in the order in which they were first used."""
        return tuple(dict.fromkeys((entry.rate, entry.base) for entry in self.charges))


def new_statement(
    entries: Sequence[LedgerEntry],
    *,
    label: str,
    bot: str,
    created_ms: int,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> Statement:
    """Sum up a period.

    Parameters
    ----------
    entries : sequence of LedgerEntry
        All of the bot's, in order of their numbers.
    label, bot : str
    created_ms : int
        UTC milliseconds.
    since_ms, until_ms : int or None
        Entries booked at or after the one, and before the other.
    """
    before = [e for e in entries if since_ms is not None and e.at_ms < since_ms]
    within = [
        entry
        for entry in entries
        if (since_ms is None or entry.at_ms >= since_ms)
        and (until_ms is None or entry.at_ms < until_ms)
    ]
    currencies = sorted({entry.currency for entry in (*before, *within)})
    head = entries[-1] if entries else None
    return Statement(
        label=label,
        bot=bot,
        created_ms=created_ms,
        since_ms=since_ms,
        until_ms=until_ms,
        entries=tuple(within),
        sums=tuple(_sum(currency, before, within) for currency in currencies),
        head_number=0 if head is None else head.number,
        head_digest="" if head is None else head.digest,
    )


def opened_ms(entry: LedgerEntry) -> int | None:
    """When the trade of an entry was opened, UTC milliseconds; None of an entry without one."""
    found = _OPENED.search(entry.trade)
    return None if found is None else int(found.group(1))


def _sum(
    currency: str, before: Sequence[LedgerEntry], within: Sequence[LedgerEntry]
) -> StatementSum:
    def of(entries: Sequence[LedgerEntry], kind: EntryKind) -> Decimal:
        chosen = (e.amount for e in entries if e.currency == currency and e.kind is kind)
        return sum(chosen, Decimal(0))

    charged = {
        entry.trade
        for entry in within
        if entry.kind is EntryKind.ACCRUAL and entry.currency == currency and entry.amount
    }
    return StatementSum(
        currency=currency,
        brought_forward=of(before, EntryKind.ACCRUAL)
        + of(before, EntryKind.REVERSAL)
        - of(before, EntryKind.COLLECTION),
        accrued=of(within, EntryKind.ACCRUAL),
        reversed=of(within, EntryKind.REVERSAL),
        collected=of(within, EntryKind.COLLECTION),
        invoiced=of(within, EntryKind.INVOICE),
        trades=len(charged),
    )
