"""A report on bots, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.status_report import BotStatus, StatusReport
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.risk.switch_words import is_thrown, switch_in_words


def print_report(report: StatusReport, console: Console) -> None:
    """Print the database, the switch of every bot, and a table of facts for each bot."""
    console.print(Text(f"Database: {report.database}"), soft_wrap=True)
    words = switch_in_words(report.every_bot, report.now_ms)
    style = "bold red" if is_thrown(report.every_bot) else ""
    console.print(Text.assemble("Switch of every bot: ", (words, style)), soft_wrap=True)
    if not report.bots:
        console.print(Text("No bot has written anything to it yet."))
    for bot in report.bots:
        console.print(_table(bot, report.now_ms))


def _table(status: BotStatus, now_ms: int) -> Table:
    table = Table(
        title=Text(status.bot),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_header=False,
    )
    table.add_column()
    table.add_column(overflow="fold")
    switch = Text(switch_in_words(status.switch, now_ms))
    switch.stylize("bold red" if is_thrown(status.switch) else "")
    last = Text(_last_decision(status, now_ms), "yellow" if status.is_late else "")
    table.add_row("own switch", switch)
    table.add_row("last decision", last)
    table.add_row("last 24 h", Text(_counts(status.overview.verdicts, "no decision")))
    table.add_row("unsettled orders", Text(_counts(status.overview.unsettled_orders, "none")))
    table.add_row("equity", Text(_equity(status, now_ms)))
    return table


def _last_decision(status: BotStatus, now_ms: int) -> str:
    last = status.overview.last_decision
    if last is None:
        return "none yet"
    late = "; is the bot running?" if status.is_late else ""
    return f"{elapsed(last.decided_ms, now_ms)} ago, on {last.timeframe} candles{late}"


def _counts(counts: Mapping[str, int], nothing: str) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or nothing


def _equity(status: BotStatus, now_ms: int) -> str:
    mark = status.overview.equity
    if mark is None:
        return "not known yet"
    shares = f"{mark.drawdown:.1%} below its peak, {mark.exposure:,.2f} of it in positions"
    return f"{mark.equity:,.2f} {elapsed(mark.at_ms, now_ms)} ago, {shares}"
