"""`aurum venues`: how the venues are, and what they agree on, now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aurum_plugins.commands.venues_report import VenuesReport
    from aurum_plugins.commands.venues_request import VenuesRequest
    from aurum_plugins.monitoring.venues_of_bots import BotVenues

EXIT_NO_CONSENSUS = 1
_LONGEST_SECONDS = 30.0
_REPAINT_SECONDS = 1.0


def venues(
    pairs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAIR",
            help="For example BTC/USDT; the configuration's whitelist by default.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Go on, and repaint, until Ctrl-C.")
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Ask for so long at most; 30, or with --watch until Ctrl-C, by default.",
            show_default=False,
        ),
    ] = None,
    quotes: Annotated[
        bool, typer.Option("--quotes", "-q", help="Show each venue's own quotes as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
    bot: BotName = None,
    config: ConfigFiles = None,
) -> None:
    """Ask the venues of the configuration what pairs are worth, and show what they agree on.

    Asks them itself, whether or not a bot runs; what a bot wrote of them in the last hour is shown
    below. Exit status 1 if there is a pair without a consensus.

    **Examples**

    `aurum venues`

    `aurum venues BTC/USDT SOL/USDT --quotes -c configs/dry_run.json`

    `aurum venues --watch`
    """
    if watch and as_json:
        raise ConfigurationError("--json", "cannot be asked for with --watch", True)
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.venues_request import VenuesRequest  # noqa: PLC0415

    settings = read_configuration(config)
    request = VenuesRequest.of(settings, pairs or [])
    if request.skipped:
        left_out = ", ".join(request.skipped)
        _note(f"Not asked for, being no spot pairs but patterns or contracts: {left_out}")
    if watch:
        report = _watched(request, settings, bot, seconds, quotes=quotes)
    else:
        report = _asked_once(request, settings, bot, seconds, quotes=quotes, as_json=as_json)
    if not report.is_well:
        raise typer.Exit(EXIT_NO_CONSENSUS)


def _asked_once(
    request: VenuesRequest,
    settings: Mapping[str, Any],
    bot: str | None,
    seconds: float | None,
    *,
    quotes: bool,
    as_json: bool,
) -> VenuesReport:
    from aurum_plugins.commands.venues_asking import asking, wait_until_known  # noqa: PLC0415
    from aurum_plugins.commands.venues_document import venues_document  # noqa: PLC0415
    from aurum_plugins.commands.venues_report import venues_report  # noqa: PLC0415
    from aurum_plugins.commands.venues_tables import venues_tables  # noqa: PLC0415

    names = ", ".join(request.settings.sources)
    bots = _bots(settings, bot)
    with (
        Console(stderr=True).status(Text(f"Asking {names} ...")),
        asking(request, hurried=True) as feed,
    ):
        wait_until_known(feed, seconds or _LONGEST_SECONDS)
        report = venues_report(feed, request.pairs, WallClock().now_ms())
    if as_json:
        document = venues_document(report, bots, request.skipped)
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(venues_tables(report, bots, with_quotes=quotes))
    return report


def _watched(
    request: VenuesRequest,
    settings: Mapping[str, Any],
    bot: str | None,
    seconds: float | None,
    *,
    quotes: bool,
) -> VenuesReport:
    from rich.live import Live  # noqa: PLC0415

    from aurum_plugins.commands.venues_asking import asking  # noqa: PLC0415
    from aurum_plugins.commands.venues_report import venues_report  # noqa: PLC0415
    from aurum_plugins.commands.venues_tables import venues_tables  # noqa: PLC0415

    clock, end = WallClock(), time.monotonic() + (seconds or float("inf"))
    with asking(request, hurried=False) as feed, Live(auto_refresh=False) as live:
        try:
            while True:
                report = venues_report(feed, request.pairs, clock.now_ms())
                bots = _bots(settings, bot, quiet=True)
                live.update(venues_tables(report, bots, with_quotes=quotes), refresh=True)
                left = end - time.monotonic()
                if left <= 0:
                    return report
                time.sleep(min(left, _REPAINT_SECONDS))
        except KeyboardInterrupt:
            return report


def _bots(
    settings: Mapping[str, Any], asked: str | None, *, quiet: bool = False
) -> tuple[BotVenues, ...]:
    """What bots wrote of the venues; nothing where no database can be read, unless one is asked."""
    from aurum_plugins.commands.bot_database import open_bot_database  # noqa: PLC0415
    from aurum_plugins.database.errors import DatabaseUnavailable  # noqa: PLC0415
    from aurum_plugins.monitoring.venues_of_bots import venues_of_bots  # noqa: PLC0415

    try:
        with open_bot_database(settings) as database:
            return venues_of_bots(database, asked, WallClock().now_ms())
    except DatabaseUnavailable as error:
        if asked is not None:
            raise
        if not quiet:
            _note(f"How bots see the venues is not known: {error}")
        return ()


def _note(text: str) -> None:
    Console(stderr=True).print(Text(text, "yellow"), soft_wrap=True)
