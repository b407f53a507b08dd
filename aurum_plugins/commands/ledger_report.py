"""`aurum ledger report`: what is owed."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from rich.console import Console

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.ledger_options import LedgerBot
from aurum_plugins.commands.options import ConfigFiles


def report(
    last: Annotated[
        int, typer.Option(min=0, max=1_000, metavar="N", help="How many entries to show.")
    ] = 10,
    bot: LedgerBot = None,
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Say what is owed by currency, which invoices are not paid, and the last entries.

    *Accrued* is not invoiced yet, *invoiced* is not collected yet, *open* is both. Nothing is
    changed, and no funds are moved: not by this command, nor by any other.

    **Examples**

    `aurum ledger report`

    `aurum ledger report --last 50 --bot freqtrade --json`
    """
    from aurum_plugins.commands.ledger_request import open_ledger  # noqa: PLC0415
    from aurum_plugins.commands.ledger_tables import (  # noqa: PLC0415
        entries_table,
        invoices_table,
        ledger_document,
        totals_table,
    )
    from aurum_plugins.ledger.invoice import invoices  # noqa: PLC0415

    with open_ledger(config, bot, WallClock()) as found:
        totals, entries = found.ledger.totals(), found.ledger.entries()
        head = found.ledger.head()
    unpaid = [invoice for invoice in invoices(entries) if invoice.outstanding]
    shown = entries[len(entries) - min(last, len(entries)) :]
    if as_json:
        document = ledger_document(found.bot, totals, unpaid, shown, head)
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    console.print(totals_table(found.bot, totals))
    if unpaid:
        console.print(invoices_table(unpaid))
    if shown:
        console.print(entries_table(shown, f"The last {len(shown)} of {len(entries):,} entries"))
