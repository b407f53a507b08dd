"""Options that several of `aurum ledger`'s subcommands have."""

from __future__ import annotations

from typing import Annotated

import typer

LedgerBot = Annotated[
    str | None,
    typer.Option(
        "--bot",
        "-b",
        metavar="NAME",
        help="A bot's name; the configuration's by default, or the only one there is.",
    ),
]
Note = Annotated[str, typer.Option("--note", "-n", help="Kept with the entry.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
