"""`aurum sentiment status`: how the sources are doing."""

from __future__ import annotations

import os
from typing import Annotated

import orjson
import typer
from rich.console import Console

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import ConfigFiles


def status(
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Show which sources are on, when each answered last, and why others are off.

    Nobody is asked: what bots and `aurum sentiment collect` wrote down is shown. *covered* is the
    share of the last day in which somebody listened.

    **Example**

    `aurum sentiment status -c configs/dry_run.json`
    """
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_document import sources_document  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_request import SentimentRequest  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_show import reading  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_sources import source_reports  # noqa: PLC0415
    from aurum_plugins.commands.sentiment_tables import sources_table  # noqa: PLC0415
    from aurum_plugins.sentiment.sources.configured import configured_sources  # noqa: PLC0415

    settings = read_configuration(config)
    request = SentimentRequest.of(settings)
    clock = WallClock()
    configured = configured_sources(request.settings, os.environ, clock)
    now_ms = clock.now_ms()
    with reading(settings) as reader:
        names = [source.name for source in configured.sources]
        reports = source_reports(reader, names, now_ms)
    if as_json:
        document = sources_document(reports, configured.off, now_ms)
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(sources_table(reports, configured.off, now_ms))
