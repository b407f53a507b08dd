"""`aurum ledger`: what is owed for closed trades."""

from __future__ import annotations

import typer

from aurum_plugins.commands.ledger_collect import collect
from aurum_plugins.commands.ledger_export import export
from aurum_plugins.commands.ledger_invoice import invoice
from aurum_plugins.commands.ledger_reconcile import reconcile
from aurum_plugins.commands.ledger_report import report
from aurum_plugins.commands.ledger_verify import verify

app = typer.Typer(
    name="ledger",
    help="Say what is owed for closed trades; invoice it, enter what came in. Moves no funds.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.command()(report)
app.command()(invoice)
app.command()(collect)
app.command()(export)
app.command()(verify)
app.command()(reconcile)
