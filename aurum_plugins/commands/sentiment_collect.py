"""`aurum sentiment collect`: the collector alone, in the foreground."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from aurum_plugins.sentiment.collector import Collector

EXIT_NO_ANSWER: Final = 1
_REPAINT_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 10.0


def collect(
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            metavar="N",
            help="End after so long; by default it goes on until Ctrl-C.",
            show_default=False,
        ),
    ] = None,
    config: ConfigFiles = None,
) -> None:
    """Collect what people write, in the foreground, until Ctrl-C.

    A bot does so itself; where `aurum.sentiment.collect` is false, this takes its place, and goes
    on while bots are stopped. Where both run on one database, each source is polled by one of them.
    Exit status 1 if no source answered.

    **Examples**

    `aurum sentiment collect -c configs/dry_run.json`

    `aurum sentiment collect --minutes 5`
    """
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_request import SentimentRequest  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_tables import collecting_table  # noqa: PLC0415

    settings = read_configuration(config)
    SentimentRequest.of(settings, active=True)
    clock, end = WallClock(), time.monotonic() + (minutes or float("inf")) * 60
    with _collecting(settings) as collector, _painted() as paint:
        try:
            while (left := end - time.monotonic()) > 0:
                paint(collecting_table(collector.status(), collector.off, clock.now_ms()))
                time.sleep(min(left, _REPAINT_SECONDS))
        except KeyboardInterrupt:
            pass
        statuses = collector.status()
        paint(collecting_table(statuses, collector.off, clock.now_ms()))
    if not any(status.answered_ms is not None or status.elsewhere for status in statuses):
        raise typer.Exit(EXIT_NO_ANSWER)


@contextmanager
def _collecting(config: Mapping[str, Any]) -> Iterator[Collector]:
    """A collector at work; the database is made and brought up to date if need be."""
    from aurum_plugins.database import database_url, open_database  # noqa: PLC0415
    from aurum_plugins.sentiment.new_collector import new_collector  # noqa: PLC0415
    from aurum_plugins.sentiment.settings import SentimentSettings  # noqa: PLC0415

    url = database_url(config)
    with open_database(url, migrate=True, timeout_seconds=_PATIENCE_SECONDS) as database:
        collector = new_collector(SentimentSettings.from_config(config), database)
        if not collector.status():
            rule = "must leave a source that can be asked; " + "; ".join(collector.off)
            raise ConfigurationError("aurum.sentiment", rule, "none")
        try:
            collector.start()
            yield collector
        finally:
            collector.stop()


@contextmanager
def _painted() -> Iterator[Callable[[RenderableType], None]]:
    """Paint over what was there before; where the output is no terminal, the last of all only."""
    console = Console()
    if console.is_terminal:
        from rich.live import Live  # noqa: PLC0415

        with Live(console=console, auto_refresh=False) as live:
            yield lambda shown: live.update(shown, refresh=True)
        return
    painted: deque[RenderableType] = deque(maxlen=1)
    yield painted.append
    console.print(painted[-1])
