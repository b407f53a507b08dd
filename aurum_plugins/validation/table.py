"""The report as people read it."""

from __future__ import annotations

from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.validation.figures import measured, verdict, wanted
from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.promise import Promise
from aurum_plugins.validation.report import ValidationReport
from aurum_plugins.validation.rollout import PhaseStanding, Standing
from aurum_plugins.validation.sentences import beside, rollback_words

_STYLES: Final = {
    Outcome.PASSED: "green",
    Outcome.MISSED: "bold red",
    Outcome.NOT_PROMISED: "cyan",
    Outcome.NOT_MEASURED: "bold yellow",
    Outcome.LEFT_OUT: "dim",
}
_STANDINGS: Final = {Standing.PASSED: "green", Standing.MISSED: "bold red", Standing.OPEN: "yellow"}


def print_report(report: ValidationReport, console: Console) -> None:
    """Print a table a phase, then where each phase stands."""
    header = report.header
    facts = (header.machine, header.data, header.commit, f"{header.seconds:.0f} s")
    console.print(Text(f"Validation, {header.mode}: {', '.join(f for f in facts if f)}", "bold"))
    for phase in report.phases:
        own = [m for m in report.measurements if m.promise.phase is phase.phase]
        console.print(_table(phase, own))
    for phase in report.phases:
        line = Text(f"Phase {phase.phase.value}: ").append(
            phase.standing.value, _STANDINGS[phase.standing]
        )
        console.print(line.append(f". {rollback_words(phase)}"), soft_wrap=False)
    console.print(Text(f"{report.summary}.", "bold"))


def print_promises(promises: list[Promise], console: Console) -> None:
    """Print what is promised and how it is measured."""
    table = _empty("name", "promise", "wanted", "how it is measured")
    for promise in promises:
        how = promise.how
        if promise.not_promised:
            how = f"Not promised: {promise.not_promised}. {how}"
        table.add_row(*map(Text, (promise.name, promise.words, wanted(promise), how)))
    console.print(table)


def _table(phase: PhaseStanding, measurements: list[Measurement]) -> Table:
    table = _empty("promise", "measured", "wanted", "kept", "beside it, and how it was measured")
    table.title = f"Phase {phase.phase.value}. {phase.title}"
    table.title_justify = "left"
    for each in measurements:
        # As Text: names and reasons are not markup.
        words = Text(beside(each))
        words.append(f"\n{each.promise.how}", "dim")
        table.add_row(
            Text(f"{each.promise.name}\n").append(each.promise.words, "dim"),
            Text(measured(each)),
            Text(wanted(each.promise)),
            Text(verdict(each), _STYLES[each.outcome]),
            words,
        )
    return table


def _empty(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
