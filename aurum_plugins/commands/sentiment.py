"""`aurum sentiment`: what people write about coins, and the mood that it makes."""

from __future__ import annotations

import typer

from aurum_plugins.commands.sentiment_collect import collect
from aurum_plugins.commands.sentiment_import import import_file
from aurum_plugins.commands.sentiment_show import show
from aurum_plugins.commands.sentiment_status import status

app = typer.Typer(
    name="sentiment",
    help="Read news, Reddit and X; show the mood that they make, and import it for backtests.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.command()(show)
app.command()(status)
app.command()(collect)
app.command("import")(import_file)
