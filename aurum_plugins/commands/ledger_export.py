"""`aurum ledger export`: a statement for others to read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import SECOND_MS, WallClock
from aurum_plugins.commands.ledger_options import LedgerBot
from aurum_plugins.commands.options import ConfigFiles, utc_moment
from aurum_plugins.errors import ConfigurationError


class Format(StrEnum):
    """How a statement is written."""

    HTML = "html"
    CSV = "csv"


def export(
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="Written anew if it is there already.")
    ],
    form: Annotated[
        Format, typer.Option("--format", "-f", help="A page to read and print, or a spreadsheet.")
    ] = Format.HTML,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Entries booked from then on; the first by default."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Entries booked before; to the last by default."),
    ] = None,
    bot: LedgerBot = None,
    config: ConfigFiles = None,
) -> None:
    """Write a statement of fees into a file: what was charged, taken back, invoiced and received.

    Times without a zone are UTC. The HTML page needs no network and prints well; the CSV file has
    every column of every entry. A statement moves no funds, and asks nobody for any.

    **Examples**

    `aurum ledger export --to november.html --since 2026-11-01 --until 2026-12-01`

    `aurum ledger export --format csv --to ledger.csv`
    """
    start, end = _ms("--since", since), _ms("--until", until)
    if start is not None and end is not None and start >= end:
        raise ConfigurationError("--since", "must be before --until", since)
    from aurum_plugins.atomic_write import write_atomically  # noqa: PLC0415
    from aurum_plugins.commands.ledger_request import open_ledger  # noqa: PLC0415
    from aurum_plugins.ledger.statement import new_statement  # noqa: PLC0415
    from aurum_plugins.ledger.statement_csv import statement_csv  # noqa: PLC0415
    from aurum_plugins.ledger.statement_page import statement_page  # noqa: PLC0415

    clock = WallClock()
    with open_ledger(config, bot, clock) as found:
        entries = found.ledger.entries()
    statement = new_statement(
        entries,
        label=found.settings.label,
        bot=found.bot,
        created_ms=clock.now_ms(),
        since_ms=start,
        until_ms=end,
    )
    write = {Format.HTML: statement_page, Format.CSV: statement_csv}[form]
    try:
        write_atomically(to, write(statement))
    except OSError as error:
        rule = f"must be a file that can be written ({error.strerror})"
        raise ConfigurationError("--to", rule, str(to)) from None
    said = f"{found.bot}: {len(statement.entries):,} entries in {to}; no funds are moved"
    Console().print(Text(said), soft_wrap=True)


def _ms(option: str, text: str | None) -> int | None:
    moment = utc_moment(option, text)
    return None if moment is None else round(moment.timestamp() * SECOND_MS)
