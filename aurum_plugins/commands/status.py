"""`aurum status`: whether the bots may open positions, and whether they are alive."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from rich.console import Console

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.commands.options import ConfigFiles

EXIT_NOT_WELL = 1


def status(
    bot: BotName = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with 1 if a switch is thrown, or a bot made no decision for two candles.",
        ),
    ] = False,
    config: ConfigFiles = None,
) -> None:
    """Show the kill switch, the last decision, open questions and the equity of each bot.

    It reads what the bots wrote, and asks neither them nor the exchange.

    **Examples**

    `aurum status`

    `aurum status --bot freqtrade --check --json`
    """
    from aurum_plugins.commands.bot_database import open_bot_database  # noqa: PLC0415
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.status_report import status_report  # noqa: PLC0415
    from aurum_plugins.commands.status_tables import print_report  # noqa: PLC0415

    with open_bot_database(read_configuration(config)) as database:
        report = status_report(database, bot, WallClock().now_ms())
    if as_json:
        document = report.as_document()
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        print_report(report, Console())
    if check and not report.is_well:
        raise typer.Exit(EXIT_NOT_WELL)
