"""The exceptions of the ledger.

AurumError
└── LedgerError               nothing was written
    ├── UnusableTrade         a closed trade's figure breaks a rule: trade, name, rule, value
    ├── LedgerDamaged         an entry is not as it was written: bot, number, reason
    ├── NothingCharged        there is nothing to take back: trade
    ├── UnknownInvoice        there is no such invoice: invoice
    └── CollectionRefused     more than is open, or no amount: invoice, outstanding, amount

A database that is away or locked is a `DatabaseUnavailable`, as everywhere.
"""

from __future__ import annotations

from decimal import Decimal

from aurum_plugins.errors import AurumError


class LedgerError(AurumError):
    """Base of the ledger's errors: what was asked for was not done, and nothing was written."""


class UnusableTrade(LedgerError):
    """A closed trade cannot be charged as it is told.

    Attributes
    ----------
    trade : str
        `SettledTrade.key`.
    name : str
        Of the figure at fault.
    rule : str
        What it must satisfy.
    value : object
        What was told.
    """

    def __init__(self, trade: str, name: str, rule: str, value: object) -> None:
        self.trade = trade
        self.name = name
        self.rule = rule
        self.value = value
        super().__init__(f"trade {trade[:120]!r}: {name} {rule} (got {str(value)[:80]!r})")


class LedgerDamaged(LedgerError):
    """An entry is missing, or not as it was written: nothing is added before that is mended.

    Attributes
    ----------
    bot : str
    number : int
        Of the first entry that is wrong.
    reason : str
    """

    def __init__(self, bot: str, number: int, reason: str) -> None:
        self.bot = bot
        self.number = number
        self.reason = reason
        super().__init__(
            f"ledger of {bot}: entry {number} {reason}; restore a copy of the database"
        )


class NothingCharged(LedgerError):
    """Nothing is charged for a trade, so there is nothing to take back.

    Attributes
    ----------
    trade : str
        As it was asked for.
    """

    def __init__(self, trade: str) -> None:
        self.trade = trade
        super().__init__(f"trade {trade[:120]!r}: nothing is charged for it")


class UnknownInvoice(LedgerError):
    """There is no invoice of this number.

    Attributes
    ----------
    invoice : int
    """

    def __init__(self, invoice: int) -> None:
        self.invoice = invoice
        super().__init__(f"invoice {invoice}: there is none of this number")


class CollectionRefused(LedgerError):
    """An amount cannot be what was received for an invoice.

    Attributes
    ----------
    invoice : int
    outstanding : decimal.Decimal
        What is still to be received.
    amount : decimal.Decimal or None
        As it was asked for; None: all that is outstanding.
    """

    def __init__(
        self, invoice: int, outstanding: Decimal, amount: Decimal | None, rule: str
    ) -> None:
        self.invoice = invoice
        self.outstanding = outstanding
        self.amount = amount
        super().__init__(
            f"invoice {invoice}: {rule} (outstanding {outstanding:f}, got "
            f"{'nothing' if amount is None else amount})"
        )
