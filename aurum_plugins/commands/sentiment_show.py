"""`aurum sentiment show`: the mood now, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console

from aurum_plugins.clock import DAY_MS, SECOND_MS, WallClock
from aurum_plugins.commands.options import ConfigFiles, utc_moment
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

_MOST = 1_000


def show(
    coin: Annotated[
        str | None,
        typer.Argument(
            metavar="COIN",
            help="BTC, a pair, @binance or market; the configured pairs' coins by default.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Items seen since then (UTC); a day by default."),
    ] = None,
    last: Annotated[
        int, typer.Option(min=1, max=_MOST, metavar="N", help="So many items at most.")
    ] = 10,
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Show the mood about coins as it is known now, shocks, and the items behind them.

    Nobody is asked: it is read from the database that bots and `aurum sentiment collect` write.
    Where nobody listens, there is no mood, and it says so.

    **Examples**

    `aurum sentiment show`

    `aurum sentiment show BTC --last 5`

    `aurum sentiment show market --since 2026-11-22T10:30 --json`
    """
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_document import (  # noqa: PLC0415
        items_document,
        moods_document,
    )
    from aurum_plugins.commands.sentiment_items import explained  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_request import (  # noqa: PLC0415
        SentimentRequest,
        subject_of,
    )
    from aurum_plugins.commands.sentiment_tables import items_table, moods_table  # noqa: PLC0415
    from aurum_plugins.sentiment.subject_moods import (  # noqa: PLC0415
        subject_moods,
        usual_subjects,
    )

    settings = read_configuration(config)
    request = SentimentRequest.of(settings)
    subject = None if coin is None else subject_of(coin)
    now_ms = WallClock().now_ms()
    since_ms = _since_ms(since, subject, now_ms)
    with reading(settings) as reader:
        subjects = usual_subjects(reader, request.coins, now_ms) if subject is None else (subject,)
        moods = subject_moods(reader, request.settings, subjects, request.ccxt_id, now_ms)
        words = () if subject is None else explained(reader.items(subject, since_ms, last))
    if as_json:
        document = moods_document(moods, now_ms, request.settings.mood.half_life_minutes)
        if subject is not None:
            document["items"] = items_document(words)
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    console.print(moods_table(moods, now_ms))
    if words:
        console.print(items_table(words, now_ms))


@contextmanager
def reading(config: Mapping[str, Any]) -> Iterator[SentimentReader]:
    """Read what was written of sentiment; a database that is not there is not made.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If there is none, or it cannot be read.
    """
    from aurum_plugins.commands.bot_database import open_bot_database  # noqa: PLC0415
    from aurum_plugins.database.settings import database_url  # noqa: PLC0415
    from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader  # noqa: PLC0415

    # It says in more words what to do where there is none.
    open_bot_database(config).close()
    reader = SentimentReader(database_url(config))
    try:
        yield reader
    finally:
        reader.close()


def _since_ms(since: str | None, subject: str | None, now_ms: int) -> int:
    moment = utc_moment("--since", since)
    if moment is None:
        return now_ms - DAY_MS
    if subject is None:
        raise ConfigurationError("--since", "must be asked for with a COIN", since)
    return round(moment.timestamp() * SECOND_MS)
