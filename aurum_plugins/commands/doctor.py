"""`aurum doctor`: what is missing or wrong, each with its mend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.doctor.examination import examine
from aurum_plugins.doctor.machine import look_around
from aurum_plugins.doctor.request import Request
from aurum_plugins.doctor.table import print_report

EXIT_UNSOUND = 1


def doctor(
    config: ConfigFiles = None,
    user_data_dir: Annotated[
        Path | None,
        typer.Option(
            "--user-data-dir", "--userdir", help="freqtrade's user data folder; ./user_data."
        ),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option(help="Strategy to resolve; the configuration's by default.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON document instead of a table.")
    ] = False,
) -> None:
    """Say what is missing or wrong, and how to mend it.

    Looks at versions, at what freqtrade itself finds of our plugins, at the configuration, the
    candles and the exchange. Exit status 1 when anything is wrong. No secret is printed.
    """
    request = Request(tuple(config or ()), user_data_dir, strategy)
    report = examine(look_around(request))
    if as_json:
        typer.echo(report.to_json())
    else:
        print_report(report, Console())
    if not report.ok:
        raise typer.Exit(EXIT_UNSOUND)
