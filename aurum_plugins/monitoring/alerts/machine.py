"""The machine that the monitor runs on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aurum_plugins.database import Database
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.refusal import Figure
from aurum_plugins.sentiment.one_line import one_line

DISK: Final = "disk"
# Of what `free_disk_bytes` asks for: below, it is critical.
_CRITICAL_SHARE: Final = 0.1
_MEGABYTE: Final = 1_000_000
_LONGEST_PATH: Final = 200


@dataclass(frozen=True)
class Machine:
    """Bytes on the disk of a folder."""

    folder: str
    free_bytes: int
    total_bytes: int


def look_at_machine(database: Database) -> Machine | None:
    """The disk that an SQLite database is on; None for others, or if it cannot be looked at."""
    path = database.engine.url.database
    if database.kind != "sqlite" or not path:
        return None
    folder = Path(path).absolute().parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Machine(str(folder), usage.free, usage.total)


def machine_conditions(
    machine: Machine | None, settings: MonitorSettings
) -> tuple[Sequence[Condition], frozenset[str]]:
    """What is wrong with the machine, and the rules that could not be judged.

    To be handed to `AlertBook.update` with an empty bot.
    """
    if machine is None:
        return (), frozenset({DISK})
    free, limit = machine.free_bytes, settings.free_disk_bytes
    if free >= limit:
        return (), frozenset()
    severity = Severity.CRITICAL if free < _CRITICAL_SHARE * limit else Severity.HIGH
    text = (
        f"{free / _MEGABYTE:,.0f} MB are free on the disk of the database, "
        f"{one_line(machine.folder, _LONGEST_PATH)}; {limit / _MEGABYTE:,.0f} MB are asked for"
    )
    figures: dict[str, Figure] = {
        "free_bytes": free,
        "limit_bytes": limit,
        "total_bytes": machine.total_bytes,
        "folder": machine.folder,
    }
    return (Condition(DISK, severity, text, figures=figures),), frozenset()
