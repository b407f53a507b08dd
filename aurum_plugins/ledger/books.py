"""What all entries of a bot's ledger come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aurum_plugins.ledger.charge import Charge
from aurum_plugins.ledger.charged_bases import charged_bases
from aurum_plugins.ledger.entry_chain import GENESIS, Head
from aurum_plugins.ledger.errors import LedgerDamaged
from aurum_plugins.ledger.exact import fee_of, total
from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry
from aurum_plugins.ledger.settings import FeeBase
from aurum_plugins.ledger.total import Total

_BASES: Final = frozenset(FeeBase)
_BLANK: Final = {"trade": "", "pair": "", "closed_ms": None, "base": "", "profit": None}
_TAKEN_BACK: Final = ("pair", "closed_ms", "base", "rate", "basis", "currency", "profit", "invoice")


@dataclass
class _Invoice:
    currency: str
    outstanding: Decimal


class Books:
    """The state that a ledger's entries lead to, each checked against those before it.

    Parameters
    ----------
    bot : str

    Attributes
    ----------
    head : Head
        The last entry that was added.
    accruals : dict
        `SettledTrade.key` to its last accrual, also of one that was taken back.
    charged : set of str
        The trades whose last accrual was not taken back.
    open : dict
        Currency to what is accrued and not invoiced.
    invoices : dict
        Number to an invoice's currency and what is outstanding of it.
    """

    def __init__(self, bot: str) -> None:
        self.bot = bot
        self.head = Head(0, GENESIS)
        self.accruals: dict[str, LedgerEntry] = {}
        self.charged: set[str] = set()
        self.open: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.invoices: dict[int, _Invoice] = {}
        self._collected: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._rules: Final[Mapping[EntryKind, Callable[[LedgerEntry], str]]] = {
            EntryKind.ACCRUAL: self._accrue,
            EntryKind.REVERSAL: self._reverse,
            EntryKind.INVOICE: self._invoice,
            EntryKind.COLLECTION: self._collect,
        }

    def add(self, entry: LedgerEntry) -> None:
        """Take the next entry in.

        Raises
        ------
        aurum_plugins.ledger.errors.LedgerDamaged
            If it is not the next, does not follow on the last, or breaks a rule of its kind.
        """
        expected = self.head.number + 1
        if entry.number != expected or entry.bot != self.bot:
            raise LedgerDamaged(self.bot, expected, "is missing")
        if entry.previous != self.head.digest:
            raise LedgerDamaged(self.bot, expected, "does not follow on the one before")
        wrong = self._rules[entry.kind](entry)
        if wrong:
            raise LedgerDamaged(self.bot, expected, wrong)
        self.head = Head(entry.number, entry.digest)

    def totals(self) -> tuple[Total, ...]:
        """Sums of each currency, by its name."""
        currencies = {accrual.currency for accrual in self.accruals.values()} | set(self.open)
        return tuple(
            Total(
                currency=currency,
                accrued=self.open.get(currency, Decimal(0)),
                invoiced=total(
                    each.outstanding for each in self.invoices.values() if each.currency == currency
                ),
                collected=self._collected.get(currency, Decimal(0)),
                trades=sum(
                    1
                    for trade in self.charged
                    if self.accruals[trade].currency == currency and self.accruals[trade].amount
                ),
            )
            for currency in sorted(currencies)
        )

    def check_bases(self) -> None:
        """Hold every accrual against the notionals and profits that the ledger remembers.

        Raises
        ------
        aurum_plugins.ledger.errors.LedgerDamaged
            If a fee was taken of something else than they make due.
        """
        bases = charged_bases(Charge.booked(accrual) for accrual in self.accruals.values())
        for trade, accrual in self.accruals.items():
            if accrual.basis != bases[trade]:
                reason = f"is of {accrual.basis:f}, where the trades make it {bases[trade]:f}"
                raise LedgerDamaged(self.bot, accrual.number, reason)

    def _accrue(self, entry: LedgerEntry) -> str:
        wrong = (
            entry.trade in self.charged
            or not entry.trade
            or entry.closed_ms is None
            or entry.invoice is not None
            or entry.base not in _BASES
            or (entry.base == FeeBase.PROFIT) is (entry.profit is None)
            or not (0 < entry.rate <= 1 and entry.basis >= 0)
            or entry.amount != fee_of(entry.rate, entry.basis)
        )
        if wrong:
            return "is no accrual of rate times basis for a trade that is not charged already"
        self.accruals[entry.trade] = entry
        self.charged.add(entry.trade)
        self._book(entry)
        return ""

    def _reverse(self, entry: LedgerEntry) -> str:
        accrual = self.accruals.get(entry.trade)
        if (
            accrual is None
            or entry.trade not in self.charged
            or entry.amount != accrual.amount.copy_negate()
            or any(getattr(entry, name) != getattr(accrual, name) for name in _TAKEN_BACK)
        ):
            return "takes back what was not accrued"
        self.charged.remove(entry.trade)
        self._book(entry)
        return ""

    def _invoice(self, entry: LedgerEntry) -> str:
        outstanding = self.open.get(entry.currency, Decimal(0))
        if (
            entry.invoice != len(self.invoices) + 1
            or _is_not_blank(entry)
            or not 0 < entry.amount == outstanding
        ):
            return "is no invoice of what was open"
        self.invoices[entry.invoice] = _Invoice(entry.currency, entry.amount)
        self.open[entry.currency] = Decimal(0)
        return ""

    def _collect(self, entry: LedgerEntry) -> str:
        invoice = self.invoices.get(entry.invoice or 0)
        if (
            invoice is None
            or entry.currency != invoice.currency
            or _is_not_blank(entry)
            or not 0 < entry.amount <= invoice.outstanding
        ):
            return "collects what was not outstanding"
        invoice.outstanding = total((invoice.outstanding, entry.amount.copy_negate()))
        self._collected[entry.currency] = total((self._collected[entry.currency], entry.amount))
        return ""

    def _book(self, entry: LedgerEntry) -> None:
        self.open[entry.currency] = total((self.open[entry.currency], entry.amount))


def _is_not_blank(entry: LedgerEntry) -> bool:
    """Whether an invoice or collection says something that only accruals say."""
    return (
        any(getattr(entry, name) != blank for name, blank in _BLANK.items())
        or entry.rate != 0
        or entry.basis != 0
    )
