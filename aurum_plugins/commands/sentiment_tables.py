"""Moods, items and sources for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.sentiment_items import ItemWord
from aurum_plugins.commands.sentiment_request import subject_in_words
from aurum_plugins.commands.sentiment_sources import SourceReport
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.scoring.label import label_of
from aurum_plugins.sentiment.source_status import SourceStatus
from aurum_plugins.sentiment.subject_moods import SubjectMood

_NOTHING: Final = "-"
_STYLES: Final = {-1: "red", 0: "", 1: "green"}
_HEADLINE: Final = 200
_NOT_CONFIGURED: Final = "not configured"
_COVERED: Final = "last day\ncovered"
# A circuit that is closed lets requests pass: for people, the source answers.
_STATES: Final = {
    "closed": ("answers", "green"),
    "half-open": ("on trial", "yellow"),
    "open": ("left alone", "red"),
}


def plain(text: str, longest: int = _HEADLINE) -> Text:
    """Untrusted text in one line: no markup, no control characters, not too long."""
    return Text(one_line(text, longest))


def moods_table(moods: Sequence[SubjectMood], now_ms: int) -> Group:
    """One line a subject; shocks, which several share, are told once below."""
    table = _table("Moods")
    table.add_column("about", no_wrap=True)
    for heading in ("mean", "items", "apart"):
        table.add_column(heading, justify="right")
    table.add_column("known")
    table.add_column("shock", overflow="fold")
    for mood in moods:
        known = Text("yes") if mood.available else Text("nobody listens", "yellow")
        shock = _NOTHING if mood.shock is None else subject_in_words(mood.shock.subject)
        table.add_row(
            Text(subject_in_words(mood.subject)),
            *_figures(mood),
            known,
            Text(shock, "bold red" if mood.shock is not None else ""),
        )
    shocks = {mood.shock.subject: mood.shock for mood in moods if mood.shock is not None}
    return Group(table, *(shock_in_words(shock, now_ms) for shock in shocks.values()))


def shock_in_words(shock: Shock, now_ms: int) -> Text:
    """What a shock is about, for how long it has been on, and what brought it about."""
    about = subject_in_words(shock.subject)
    begun = f"since {moment_in_words(shock.since_ms)} ({elapsed(shock.since_ms, now_ms)})"
    said = f"{about}: {shock.kind.value}, {begun}, level {shock.level:.2f}, {shock.items} items; "
    return Text.assemble(
        ("Shock ", "bold red"), said, plain(shock.source), ": ", plain(shock.headline)
    )


def items_table(words: Sequence[ItemWord], now_ms: int) -> Table:
    """The items, in the order given; times are those at which they were seen."""
    table = _table("Newest items")
    table.add_column("seen", justify="right", no_wrap=True)
    table.add_column("source", overflow="fold")
    for heading in ("score", "counts"):
        table.add_column(heading, justify="right")
    table.add_column("text", overflow="fold", ratio=1)
    for word in words:
        scored = word.item
        text = plain(scored.item.post.text)
        if word.terms:
            terms = ", ".join(f"{term.text} {term.value:+.1f}" for term in word.terms)
            text.append(f"\n{plain(terms)}", "dim")
        if scored.event is not None:
            said = f"\n{scored.event.kind.value}, severity {scored.event.severity:g}"
            text.append(said, "bold red")
        weight = scored.suppressed.value if scored.suppressed else f"{scored.weight:.2f}"
        table.add_row(
            elapsed(scored.item.seen_ms, now_ms),
            plain(scored.item.source),
            _signed(scored.score),
            Text(weight, "yellow" if scored.suppressed else ""),
            text,
        )
    return table


def sources_table(reports: Sequence[SourceReport], off: Sequence[str], now_ms: int) -> Group:
    """How each source is doing, and why others are off."""
    table = _table("Sources")
    table.add_column("source", overflow="fold")
    for heading in ("last\nanswer", "items", _COVERED):
        table.add_column(heading, justify="right")
    table.add_column("last poll", overflow="fold", ratio=1)
    for report in reports:
        table.add_row(
            plain(report.source),
            _ago(report.answered_ms, now_ms),
            f"{report.items:,}",
            f"{report.covered:.0%}",
            _last_poll(report),
        )
    return Group(table, *_off(off))


def collecting_table(statuses: Sequence[SourceStatus], off: Sequence[str], now_ms: int) -> Group:
    """How a collector is getting on."""
    table = _table("Collecting")
    table.add_column("source", overflow="fold")
    table.add_column("state", no_wrap=True)
    for heading in ("last\nanswer", "new\nitems", "polls"):
        table.add_column(heading, justify="right")
    table.add_column("last poll", overflow="fold", ratio=1)
    for status in statuses:
        words, style = _STATES.get(str(status.circuit), (str(status.circuit), "red"))
        if words == "answers" and (status.answered_ms is None or status.fault):
            words, style = ("no answer", "red") if status.fault else ("waits", "")
        if status.elsewhere:
            words, style = "polled by another", "yellow"
        table.add_row(
            plain(status.source),
            Text(words, style),
            _ago(status.answered_ms, now_ms),
            f"{status.items:,}",
            f"{status.rounds:,}",
            plain(status.fault),
        )
    return Group(table, *_off(off))


def _last_poll(report: SourceReport) -> Text:
    if report.fault:
        return Text(plain(report.fault).plain, "red")
    if not report.configured:
        return Text(_NOT_CONFIGURED, "yellow")
    return Text("answered" if report.polled_ms is not None else "never polled")


def _off(lines: Sequence[str]) -> list[Text]:
    return [Text.assemble(("Off ", "yellow"), plain(line)) for line in lines]


def _figures(mood: SubjectMood) -> tuple[Text, str, str]:
    if not mood.count:
        return Text(_NOTHING), "0", _NOTHING
    return _signed(mood.mean), f"{mood.count:.1f}", f"{mood.dispersion:.2f}"


def _signed(value: float) -> Text:
    return Text(f"{value:+.2f}", _STYLES[label_of(value)])


def _ago(at_ms: int | None, now_ms: int) -> str:
    return "never" if at_ms is None else elapsed(at_ms, now_ms)


def _table(title: str) -> Table:
    return Table(
        title=Text(title),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
