"""Kept starts as a table, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.starts_words import shown_path
from aurum_plugins.starts.changes import FileState, changes_since
from aurum_plugins.starts.errors import DamagedStart
from aurum_plugins.starts.installed_versions import installed_versions
from aurum_plugins.starts.kept_start import KeptStart


def starts_table(starts: Sequence[KeptStart]) -> Table:
    """One row a start, the newest first, named by as much of its name as tells it apart."""
    title = f"{len(starts)} start{'' if len(starts) == 1 else 's'}"
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in ("start", "bot", "ran well until", "with", "now"):
        table.add_column(heading, overflow="fold")
    times = Counter(_beginning(start) for start in starts)
    for start in starts:
        manifest = start.manifest
        until = "before a restore" if manifest.last_good is None else _time(manifest.last_good)
        short = _beginning(start)
        cells = (
            short if times[short] == 1 else start.id,
            manifest.facts.bot,
            until,
            _with(start),
            "\n".join(_now(start)),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def starts_document(starts: Sequence[KeptStart], damaged: Sequence[DamagedStart]) -> dict[str, Any]:
    """What is known of the starts; `now` is as the table has it."""
    listed = [
        {"id": start.id, **start.manifest.model_dump(mode="json"), "now": _now(start)}
        for start in starts
    ]
    return {"starts": listed, "damaged": [str(error) for error in damaged]}


def _beginning(start: KeptStart) -> str:
    """The time in its name; the bot, which follows, has a column of its own."""
    return start.id.partition("_")[0]


def _with(start: KeptStart) -> str:
    facts = start.manifest.facts
    lines = [f"{facts.strategy} {facts.timeframe}"]
    lines += [f"{name} {version}" for name, version in facts.versions.items()]
    lines += [f"{name} set" for name in facts.environment]
    return "\n".join(lines)


def _now(start: KeptStart) -> list[str]:
    """What differs now, a line each."""
    try:
        changes = changes_since(start)
    except DamagedStart as error:
        return [f"damaged: {error.path.name}"]
    lines = [
        f"{change.state}: {shown_path(change.path)}"
        for change in changes
        if change.state is not FileState.SAME
    ]
    installed = installed_versions()
    lines += [
        f"{name} is {installed.get(name, 'not installed')}"
        for name, version in start.manifest.facts.versions.items()
        if installed.get(name) != version
    ]
    return lines or ["the same"]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
