"""Tables of models, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from aurum_plugins.forecasting.registry.event import Event
    from aurum_plugins.forecasting.registry.version import Version


def _new_table(title: str, headings: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def models_table(versions: Sequence[Version]) -> Table:
    """One line a model."""
    title = f"{len(versions)} model{'' if len(versions) == 1 else 's'}"
    table = _new_table(title, ("pair", "version", "state", "trained on", "rows", "accuracy"))
    for version in versions:
        accuracy = [
            f"{target} {_figure(figures.get('accuracy'))}"
            for target, figures in version.metrics.items()
        ]
        window = f"{version.trained_on.first:%Y-%m-%d} to {version.trained_on.last:%Y-%m-%d}"
        cells = (version.pair, version.id, version.state, window, version.rows)
        table.add_row(*(Text(str(cell)) for cell in (*cells, "\n".join(accuracy))))
    return table


def facts_table(version: Version, file: str) -> Table:
    """All that is known of a model; `file` is the state of its artifact, in words."""
    table = _new_table(f"{version.pair}: model {version.id}", ("fact", "value"))
    window = version.trained_on
    verdict = version.verdict
    facts = {
        "state": version.state,
        "created": _time(version.created),
        "trained on": f"{_time(window.first)} to {_time(window.last)}, {version.rows} rows",
        "features": version.features,
        "seed": version.seed,
        "settings": version.settings,
        "libraries": ", ".join(f"{name} {number}" for name, number in version.libraries.items()),
        "file": file,
        "verdict": "not judged" if verdict is None else "\n".join(map(str, verdict.reasons)),
    }
    for name, value in facts.items():
        table.add_row(Text(name), Text(str(value)))
    return table


def metrics_table(version: Version) -> Table:
    """The figures that it was judged by, one column a target."""
    table = _new_table("Judged on rows that it did not see", ("figure", *version.metrics))
    names = dict.fromkeys(name for figures in version.metrics.values() for name in figures)
    for name in names:
        values = [_figure(figures.get(name)) for figures in version.metrics.values()]
        table.add_row(*(Text(cell) for cell in (name.replace("_", " "), *values)))
    return table


def history_table(events: Sequence[Event]) -> Table:
    """What happened, one line an event."""
    table = _new_table("Latest events of the pair", ("time", "event", "version", "reasons"))
    for event in events:
        cells = (_time(event.time), event.kind, event.version, "\n".join(event.reasons))
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.3f}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
