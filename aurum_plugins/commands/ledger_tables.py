"""The ledger for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.ledger.money_words import money, share
from aurum_plugins.sentiment.one_line import one_line

if TYPE_CHECKING:
    from aurum_plugins.ledger.difference import Difference
    from aurum_plugins.ledger.entry_chain import Head
    from aurum_plugins.ledger.invoice import Invoice
    from aurum_plugins.ledger.ledger_entry import LedgerEntry
    from aurum_plugins.ledger.total import Total

NO_FUNDS: Final = "This is a record: no funds are moved."


def totals_table(bot: str, totals: Sequence[Total]) -> Table:
    """What is owed, one line a currency."""
    table = _table(f"Fees of {bot}", NO_FUNDS)
    table.add_column("currency")
    for heading in ("accrued", "invoiced", "open", "collected", "trades charged"):
        table.add_column(heading, justify="right")
    for total in totals:
        amounts = (total.accrued, total.invoiced, total.accrued + total.invoiced, total.collected)
        cells = [total.currency, *map(money, amounts), f"{total.trades:,}"]
        table.add_row(*map(Text, cells))
    return table


def invoices_table(invoices: Sequence[Invoice]) -> Table:
    """Invoices of which something is outstanding."""
    table = _table("Invoices that are not paid in full")
    for heading, justify in (("invoice", "right"), ("of", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for heading in ("amount", "collected", "outstanding"):
        table.add_column(heading, justify="right")
    for invoice in invoices:
        amounts = (invoice.amount, invoice.collected, invoice.outstanding)
        cells = [str(invoice.number), moment_in_words(_minute(invoice.at_ms))]
        cells += [f"{money(amount)} {invoice.currency}" for amount in amounts]
        table.add_row(*map(Text, cells))
    return table


def entries_table(entries: Sequence[LedgerEntry], title: str) -> Table:
    """One line an entry, in the order given."""
    table = _table(title)
    table.add_column("no.", justify="right")
    for heading in ("booked", "kind", "what for"):
        table.add_column(heading, overflow="fold")
    for heading in ("taken of", "amount"):
        table.add_column(heading, justify="right")
    for entry in entries:
        taken = f"{share(entry.rate)} of {money(entry.basis)}" if entry.trade else ""
        cells = [
            str(entry.number),
            moment_in_words(_minute(entry.at_ms)),
            entry.kind.value,
            _what_for(entry),
            taken,
            f"{money(entry.amount)} {entry.currency}",
        ]
        table.add_row(*map(Text, cells))
    return table


def differences_table(title: str, headings: tuple[str, str], found: Sequence[Difference]) -> Table:
    """One line a difference."""
    table = _table(title)
    for heading in ("of", "figure", *headings):
        table.add_column(heading, overflow="fold")
    for one in found:
        cells = (one.subject, one.what, one.booked, one.found)
        table.add_row(*(Text(one_line(cell, 200)) for cell in cells))
    return table


def ledger_document(
    bot: str,
    totals: Sequence[Total],
    unpaid: Sequence[Invoice],
    entries: Sequence[LedgerEntry],
    head: Head,
) -> dict[str, Any]:
    """The report as JSON; amounts are texts, times UTC milliseconds."""
    return {
        "bot": bot,
        "moves_funds": False,
        "totals": [
            {
                "currency": total.currency,
                "accrued": f"{total.accrued:f}",
                "invoiced": f"{total.invoiced:f}",
                "open": f"{total.accrued + total.invoiced:f}",
                "collected": f"{total.collected:f}",
                "trades": total.trades,
            }
            for total in totals
        ],
        "unpaid_invoices": [
            {
                "invoice": invoice.number,
                "at_ms": invoice.at_ms,
                "currency": invoice.currency,
                "amount": f"{invoice.amount:f}",
                "collected": f"{invoice.collected:f}",
                "outstanding": f"{invoice.outstanding:f}",
            }
            for invoice in unpaid
        ],
        "entries": [entry_document(entry) for entry in entries],
        "head": {"number": head.number, "digest": head.digest},
    }


def entry_document(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as JSON, all columns."""
    document = dict(vars(entry)) | {"kind": entry.kind.value, "base": str(entry.base)}
    for name in ("rate", "basis", "amount"):
        document[name] = f"{document[name]:f}"
    document["profit"] = None if entry.profit is None else f"{entry.profit:f}"
    return document


def _what_for(entry: LedgerEntry) -> str:
    what = entry.trade or f"invoice {entry.invoice}"
    return one_line(f"{what} ({entry.note})" if entry.note else what, 200)


def _minute(moment_ms: int) -> int:
    """Seconds say nothing here."""
    return moment_ms // 60_000 * 60_000


def _table(title: str, caption: str | None = None) -> Table:
    return Table(
        title=Text(title, "italic"),
        title_justify="left",
        caption=caption,
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
