"""The option that names a bot."""

from __future__ import annotations

from typing import Annotated

import typer

BotName = Annotated[
    str | None,
    typer.Option(
        "--bot",
        "-b",
        metavar="NAME",
        help="One bot, as its configuration names it; without a mode, live and dry run.",
    ),
]
