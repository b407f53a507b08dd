"""`aurum sentiment import`: items that were collected elsewhere, for backtests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, WallClock
from aurum_plugins.commands.options import ConfigFiles, utc_moment
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aurum_plugins.sentiment.store.imported_items import ImportedItems
    from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

EXIT_BAD_LINES: Final = 1
_SHOWN: Final = 20
_LONGEST_SOURCE: Final = 100
_PATIENCE_SECONDS: Final = 10.0


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSONL, in UTF-8.")],
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Source of lines that name none.")
    ] = "import",
    seen_delay: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="MINUTES",
            help="Lines without seen_at count as seen so long after published_at.",
            show_default=False,
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Somebody listened since then; its first item by default.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="... until then; its last item by default."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and judge everything, and write nothing.")
    ] = False,
    config: ConfigFiles = None,
) -> None:
    """Import items that were collected elsewhere, so that backtests know what was known then.

    Fields are *text* (or *title* and *body*), *seen_at*, *published_at*, *source*, *id*, *author*,
    *url*; times are ISO 8601 with their zone, or UTC milliseconds. What counts is when an item was
    **seen**: a line that does not tell is refused, unless you say with --seen-delay how late its
    collector was. A repeated import changes nothing. Exit status 1 if lines were left out.

    **Examples**

    `aurum sentiment import headlines.csv --source rss:archive --dry-run`

    `aurum sentiment import posts.jsonl --seen-delay 5`
    """
    if not source.strip() or len(source) > _LONGEST_SOURCE or not source.isprintable():
        rule = f"must be printable, and have 1 to {_LONGEST_SOURCE} characters"
        raise ConfigurationError("--source", rule, source)
    now_ms = WallClock().now_ms()
    from_ms, until_ms = _period(from_, until, now_ms)
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_import_table import import_table  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_importing import import_items  # noqa: PLC0415
    from aurum_plugins.sentiment.new_intake import new_intake  # noqa: PLC0415
    from aurum_plugins.sentiment.settings import SentimentSettings  # noqa: PLC0415
    from aurum_plugins.sentiment.store.imported_items import ImportedItems  # noqa: PLC0415

    settings = read_configuration(config)
    intake = new_intake(SentimentSettings.from_config(settings))
    delay_ms = None if seen_delay is None else round(seen_delay * MINUTE_MS)
    with Console(stderr=True).status(Text(f"Checking {file} ...")):
        items = ImportedItems(file, source=source, seen_delay_ms=delay_ms)
    _show_bad(items)
    with _store(settings, dry_run=dry_run) as store, _progress(items.count) as advance:
        tally = import_items(
            items, intake, store, from_ms=from_ms, until_ms=until_ms, on_progress=advance
        )
    Console().print(import_table(tally, items.bad_count, dry_run=dry_run))
    if items.bad_count:
        raise typer.Exit(EXIT_BAD_LINES)


def _period(begin: str | None, end: str | None, now_ms: int) -> tuple[int | None, int | None]:
    first, last = (
        None if moment is None else round(moment.timestamp() * SECOND_MS)
        for moment in (utc_moment("--from", begin), utc_moment("--until", end))
    )
    if last is not None and last > now_ms:
        raise ConfigurationError("--until", "must not be in the future", end)
    if first is not None and first > (now_ms if last is None else last):
        raise ConfigurationError("--from", "must not be after --until, nor in the future", begin)
    return first, last


@contextmanager
def _store(config: Mapping[str, Any], *, dry_run: bool) -> Iterator[SentimentStore | None]:
    """Where items are written; made and brought up to date if need be."""
    if dry_run:
        yield None
        return
    from aurum_plugins.database import database_url, open_database  # noqa: PLC0415
    from aurum_plugins.sentiment.store.sentiment_store import SentimentStore  # noqa: PLC0415

    url = database_url(config)
    with open_database(url, migrate=True, timeout_seconds=_PATIENCE_SECONDS) as database:
        yield SentimentStore(database)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], object]]:
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("items"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("items", total=total)
        yield lambda done: bar.advance(task, done)


def _show_bad(items: ImportedItems) -> None:
    console = Console(stderr=True)
    for line in items.bad[:_SHOWN]:
        console.print(Text(f"Left out: {line}", "yellow"), soft_wrap=True)
    if items.bad_count > _SHOWN:
        more = f"... and {items.bad_count - _SHOWN:,} more lines."
        console.print(Text(more, "yellow"), soft_wrap=True)
