"""What has to be entered so that each trade is charged what is due for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aurum_plugins.ledger.books import Books
from aurum_plugins.ledger.charge import Charge
from aurum_plugins.ledger.charged_bases import charged_bases
from aurum_plugins.ledger.drafts import accrual, reversal
from aurum_plugins.ledger.ledger_entry import LedgerEntry
from aurum_plugins.ledger.settings import FeeBase, LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade

CORRECTED: Final = "corrected: the trade, or what it is measured by, turned out otherwise"


def known_charges(
    books: Books, trades: Mapping[str, SettledTrade], settings: LedgerSettings
) -> dict[str, Charge]:
    """Every trade that counts: those told, and those that only the ledger remembers.

    What is told of a trade goes before what is remembered of it. A trade keeps the base and rate
    on which it was first accrued. `settings.since` keeps out what the ledger does not know yet;
    what it knows stays as it is remembered.

    Parameters
    ----------
    books : Books
    trades : mapping
        By their keys.
    settings : LedgerSettings
        Where the ledger is off, nothing counts but what it remembers.
    """
    charges = {key: Charge.booked(before) for key, before in books.accruals.items()}
    base, rate, since_ms = settings.base, settings.rate, settings.since_ms
    if not settings.enabled or base is None or rate is None:
        return charges
    for key, trade in trades.items():
        if since_ms is None or trade.closed_ms >= since_ms:
            agreed = charges.get(key)
            terms = (base, rate) if agreed is None else (agreed.base, agreed.rate)
            charges[key] = Charge.for_trade(trade, *terms)
    return charges


def settlement(books: Books, charges: Mapping[str, Charge], now_ms: int) -> list[LedgerEntry]:
    """Entries, not numbered yet, that bring the books to what the charges make due.

    A trade that is not charged yet gets an accrual; under the base profit also one of 0, which
    keeps its profit or loss for the high-water mark. One whose accrual says otherwise than it
    should gets a reversal and a new accrual, and, if the fee had been taken back by hand, a
    reversal of that too.
    """
    drafts: list[LedgerEntry] = []
    for key, basis in charged_bases(charges.values()).items():
        charge, before = charges[key], books.accruals.get(key)
        if before is None:
            new = accrual(books.bot, charge, basis, now_ms)
            if new.amount or charge.base is FeeBase.PROFIT:
                drafts.append(new)
        elif charge != Charge.booked(before) or basis != before.basis:
            new = accrual(books.bot, charge, basis, now_ms, CORRECTED)
            if key in books.charged:
                drafts += [reversal(before, now_ms, CORRECTED), new]
            else:
                drafts += [new, reversal(new, now_ms, CORRECTED)]
    return drafts
