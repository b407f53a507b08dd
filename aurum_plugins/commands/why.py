"""`aurum why`: why a pair was entered, left or let be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import DAY_MS, MINUTE_MS, SECOND_MS, WallClock
from aurum_plugins.commands.options import ConfigFiles, utc_moment
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.commands.why_request import BotJournal
    from aurum_plugins.execution.decision import Decision

_SUMMARY = "Summary"
_MOST = 1_000


def why(
    pairs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAIR",
            help="For example BTC/USDT; the last decision of every pair by default.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="The decision in force then, for example 2026-11-22T10:30 (UTC)."
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(min=1, max=_MOST, metavar="N", help="The last N decisions on the pair."),
    ] = None,
    summary: Annotated[
        bool,
        typer.Option(
            "--summary", help="Which reasons cost how many candles.", rich_help_panel=_SUMMARY
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Candles that closed after it; a day before the end by default.",
            rich_help_panel=_SUMMARY,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Candles that had closed by then; now by default.",
            rich_help_panel=_SUMMARY,
        ),
    ] = None,
    bot: Annotated[
        str | None,
        typer.Option(
            "--bot",
            "-b",
            help="A bot's name; the configuration's by default, or the only one there is.",
        ),
    ] = None,
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Say why a pair was entered, left or let be, candle by candle.

    Every closed candle of every pair has one decision, with its reason and figures. Times without
    a zone are UTC.

    **Examples**

    `aurum why BTC/USDT`

    `aurum why BTC/USDT --at 2026-11-22T10:30`

    `aurum why BTC/USDT --last 24`

    `aurum why --summary --since 2026-11-01`
    """
    _refuse_contradictions(pairs or [], at, last, since or until, summary=summary)
    moments = {name: _ms(name, text) for name, text in (("--at", at), *_period(since, until))}
    from aurum_plugins.commands.why_request import open_journal  # noqa: PLC0415

    with open_journal(config, bot, WallClock()) as found:
        if summary:
            _print_summary(found, pairs or [], moments["--since"], moments["--until"], as_json)
        elif not pairs:
            _print_all(found, as_json)
        elif last is not None:
            _print_last(found, pairs[0], last, as_json)
        else:
            _print_one(found, pairs[0], moments["--at"], as_json)


def _refuse_contradictions(
    pairs: list[str], at: str | None, last: int | None, period: str | None, *, summary: bool
) -> None:
    if summary and (at is not None or last is not None):
        raise ConfigurationError("--summary", "cannot be asked for with --at or --last", True)
    if period is not None and not summary:
        raise ConfigurationError("--summary", "must be asked for with --since or --until", False)
    if at is not None and last is not None:
        raise ConfigurationError("--at", "cannot be asked for with --last", at)
    if len(pairs) > 1 and not summary:
        raise ConfigurationError("PAIR", "must be one, unless with --summary", " ".join(pairs))
    if not pairs and not (at is None and last is None):
        raise ConfigurationError("PAIR", "must be named with --at and --last", None)


def _period(since: str | None, until: str | None) -> tuple[tuple[str, str | None], ...]:
    return ("--since", since), ("--until", until)


def _ms(option: str, text: str | None) -> int | None:
    moment = utc_moment(option, text)
    return None if moment is None else round(moment.timestamp() * SECOND_MS)


def _print_one(found: BotJournal, asked: str, at_ms: int | None, as_json: bool) -> None:
    from aurum_plugins.commands.why_tables import decision_panel  # noqa: PLC0415
    from aurum_plugins.execution.decision_document import decision_document  # noqa: PLC0415

    pair = found.known_pair(asked)
    if at_ms is None:
        decision: Decision | None = found.journal.last(pair)[0]
        _note(found.doubts(pair))
    else:
        decision = found.journal.at(pair, at_ms)
        _note(found.doubts_at(pair, decision, at_ms))
    if as_json:
        _print_json(None if decision is None else decision_document(found.bot, decision))
    elif decision is not None:
        Console().print(decision_panel(found.bot, decision))


def _print_last(found: BotJournal, asked: str, n: int, as_json: bool) -> None:
    pair = found.known_pair(asked)
    decisions = found.journal.last(pair, n)[::-1]
    _note(found.doubts(pair))
    title = f"{pair}: the last {len(decisions)} decisions of {found.bot}, {found.timeframe} candles"
    _print_table(found, title, decisions, as_json, with_pair=False)


def _print_all(found: BotJournal, as_json: bool) -> None:
    decisions = found.journal.newest()
    _note(found.doubts())
    title = f"The last decision of {found.bot} on each pair, {found.timeframe} candles"
    _print_table(found, title, decisions, as_json, with_pair=True)


def _print_table(
    found: BotJournal, title: str, decisions: list[Decision], as_json: bool, *, with_pair: bool
) -> None:
    from aurum_plugins.commands.decision_lines import DecisionLines  # noqa: PLC0415
    from aurum_plugins.execution.decision_document import decision_document  # noqa: PLC0415

    if as_json:
        _print_json([decision_document(found.bot, decision) for decision in decisions])
    else:
        Console().print(DecisionLines(title, decisions, with_pair=with_pair))


def _print_summary(
    found: BotJournal,
    asked: list[str],
    since_ms: int | None,
    until_ms: int | None,
    as_json: bool,
) -> None:
    from aurum_plugins.commands.why_tables import summary_document  # noqa: PLC0415
    from aurum_plugins.execution.decision_summary import (  # noqa: PLC0415
        DecisionSummary,
        summary_table,
    )
    from aurum_plugins.execution.figure_words import moment_in_words  # noqa: PLC0415
    from aurum_plugins.execution.iso_moment import iso  # noqa: PLC0415

    pairs = [found.known_pair(pair) for pair in asked]
    # The minute is told, and candles close on full ones.
    end = found.now_ms // MINUTE_MS * MINUTE_MS if until_ms is None else until_ms
    start = end - DAY_MS if since_ms is None else since_ms
    if start >= end:
        raise ConfigurationError("--since", f"must be before {moment_in_words(end)}", iso(start))
    counts = found.journal.counts(start, end, pairs)
    _note(found.doubts() if until_ms is None else None)
    if as_json:
        period = {"bot": found.bot, "timeframe": found.timeframe, "pairs": pairs}
        period |= {"since": iso(start), "until": iso(end)}
        _print_json({**period, **summary_document(DecisionSummary.of(counts))})
        return
    whom = f"{found.bot}, {found.timeframe} candles of {', '.join(pairs) or 'all pairs'}"
    title = f"{whom}: closed {moment_in_words(start)} to {moment_in_words(end)}"
    console = Console()
    # A table would break it to its own width.
    console.print(Text(title, "italic"), soft_wrap=True)
    console.print(summary_table(counts))


def _note(text: str | None) -> None:
    if text is not None:
        Console(stderr=True).print(Text(text, "yellow"), soft_wrap=True)


def _print_json(document: Any) -> None:
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
