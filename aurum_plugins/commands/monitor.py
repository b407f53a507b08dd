"""`aurum monitor`: watches bots from a process of its own, and shows and tells what it sees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.commands.options import ConfigFiles

if TYPE_CHECKING:
    from aurum_plugins.monitoring.web.key_file import KeyFile

app = typer.Typer(
    help="Watch bots: a page, JSON, Prometheus metrics and alerts.",
    rich_markup_mode="markdown",
)
_LONGEST_DAYS = 3_650


@app.callback(invoke_without_command=True)
def monitor(
    context: typer.Context,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on; the configuration's by default, or 127.0.0.1. Anything "
            "but loopback asks every request for a token."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="Port; the configuration's by default, or 8090. 0: a free one."
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Another name, without port, that browsers and Prometheus may ask for; "
            "repeatable.",
        ),
    ] = None,
    always_ask: Annotated[
        bool, typer.Option("--always-ask", help="Ask for a token on loopback, too.")
    ] = False,
    bot: BotName = None,
    alerts: Annotated[
        bool, typer.Option("--alerts/--no-alerts", help="Raise alerts and tell of them.")
    ] = True,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    config: ConfigFiles = None,
) -> None:
    """Show how the bots are, and tell of what is wrong; the bots do not notice it.

    It reads the database that the bots write to, and writes nothing but its alerts. It may start
    before them, and goes on when they end.

    **Examples**

    `aurum monitor` — then http://127.0.0.1:8090

    `aurum monitor --host 0.0.0.0 --allow-host trader1` — for others, who need a token

    `aurum monitor token --days 30` — prints one
    """
    if context.invoked_subcommand is not None:
        return
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.monitor_process import MonitorRequest, run_monitor  # noqa: PLC0415

    request = MonitorRequest(
        host=host,
        port=port,
        hosts=tuple(allow_host or ()),
        always_ask=always_ask,
        bot=bot,
        alerts=alerts,
        open_page=open_page,
    )
    run_monitor(read_configuration(config), request)


@app.command()
def token(
    days: Annotated[int, typer.Option(min=1, max=_LONGEST_DAYS, help="How long it is valid.")],
    name: Annotated[str, typer.Option(help="Whom it is for; it stands in the token.")] = "anybody",
    config: ConfigFiles = None,
) -> None:
    """Print a token that lets somebody see the page, the JSON and the metrics.

    It is not kept anywhere, so it cannot be shown again. The key that signs it is generated the
    first time, in `aurum_monitor.json` in the user data folder.
    """
    from aurum_plugins.clock import DAY_MS, WallClock  # noqa: PLC0415
    from aurum_plugins.monitoring.web.tokens import Tokens  # noqa: PLC0415
    from aurum_plugins.sentiment.one_line import one_line  # noqa: PLC0415

    typer.echo(Tokens(_key_file(config), WallClock()).issue(one_line(name), days * DAY_MS))


@app.command()
def rotate(config: ConfigFiles = None) -> None:
    """Make every token and every session invalid, at once, by replacing the key."""
    key_file = _key_file(config)
    key_file.replace()
    typer.echo(f"A new key is in {key_file.path}: no token of before is accepted any more.")


def _key_file(config: list[Path] | None) -> KeyFile:
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.monitoring.web.key_file import key_file_of  # noqa: PLC0415

    return key_file_of(read_configuration(config))
