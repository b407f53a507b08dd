"""The report as people read it."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.report import Report

_STYLES = {
    Level.OK: "green",
    Level.INFO: "cyan",
    Level.WARNING: "yellow",
    Level.ERROR: "bold red",
}


def print_report(report: Report, console: Console) -> None:
    """Print a table grouped by subject; long paths fold, so nothing is cut off."""
    table = Table(show_header=False, show_edge=False, pad_edge=False, box=None, padding=(0, 1))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for subject, findings in report.by_subject().items():
        for number, finding in enumerate(findings):
            mark = Text(finding.level.value, style=_STYLES[finding.level])
            table.add_row("" if number else subject, mark, _words(finding))
    console.print(table)
    counts = Counter(finding.level for finding in report.findings)
    verdict = Text("All is well." if report.ok else "Something is wrong.")
    verdict.stylize("bold green" if report.ok else "bold red")
    verdict.append(f" {_counted(counts[Level.ERROR], 'error')}, ", style="default")
    verdict.append(f"{_counted(counts[Level.WARNING], 'warning')}.", style="default")
    console.print()
    console.print(verdict)


def _words(finding: Finding) -> Text:
    words = Text(finding.message)
    if finding.mend:
        words.append("\nmend: ", style="dim")
        words.append(finding.mend, style="italic")
    return words


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
