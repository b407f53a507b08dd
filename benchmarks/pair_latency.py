"""How long after a candle's close the last pair's decision stands in the journal."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.soak.sqlite_rows import read

POLL_SECONDS = 0.1
_COUNTS = (
    "SELECT candle_ms, COUNT(*) AS pairs FROM decisions WHERE candle_ms >= {since} "
    "GROUP BY candle_ms"
)


@dataclass(frozen=True)
class Loop:
    """A loop in which candles were analysed.

    Attributes
    ----------
    candle_ms : int
        When the newest of them opened, UTC milliseconds.
    pairs, models, forecast : int
        Pairs that were analysed, of them those with a model, and those with a forecast that may be
        acted on.
    began, analysed, ended : float
        Seconds since the candle's close.
    decided : float or None
        When the last of all pairs had its decision in the journal, seconds since the candle's
        close, as another process saw it; None without a journal.
    wall, cpu : mapping of str to float
        Seconds of each step, and of the deciding thread's CPU time.
    """

    candle_ms: int
    pairs: int
    models: int
    forecast: int
    began: float
    analysed: float
    ended: float
    decided: float | None
    wall: Mapping[str, float]
    cpu: Mapping[str, float]


@dataclass
class JournalWatch:
    """Sees, from outside, when all pairs of a candle are in the journal.

    Attributes
    ----------
    complete : dict of int to float
        Of each candle (UTC milliseconds of its open), when they were, UTC seconds.
    """

    database: Path
    pairs: int
    now: Callable[[], float] = time.time
    complete: dict[int, float] = field(default_factory=dict)

    def look(self) -> None:
        """Look once."""
        since = int(self.now() * SECOND_MS) - 5 * MINUTE_MS
        try:
            rows = read(self.database, _COUNTS.format(since=since))
        except sqlite3.OperationalError:
            return  # not there yet
        seen = self.now()
        for row in rows:
            if row["pairs"] >= self.pairs:
                self.complete.setdefault(row["candle_ms"], seen)


def loops(lines: Sequence[Mapping[str, Any]], complete: Mapping[int, float]) -> list[Loop]:
    """Put together what the bot told of its loops and what was seen of its journal.

    Parameters
    ----------
    lines : sequence of mapping
        As `timed_loops/loop_times.py` writes them.
    complete : mapping of int to float
        See `JournalWatch`.
    """
    found = []
    for line in lines:
        candle_ms = line["candle_ms"]
        close = (candle_ms + MINUTE_MS) / SECOND_MS
        decided = complete.get(candle_ms)
        found.append(
            Loop(
                candle_ms,
                line["pairs"],
                line["models"],
                line["forecast"],
                *(line[name] - close for name in ("began", "analysed", "ended")),
                None if decided is None else decided - close,
                {step: spent[0] for step, spent in line["spent"].items()},
                {step: spent[1] for step, spent in line["spent"].items()},
            )
        )
    return found


def read_lines(file: Path) -> list[dict[str, Any]]:
    """What the bot told so far; the last line may be unfinished."""
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text().split("\n")[:-1]]
