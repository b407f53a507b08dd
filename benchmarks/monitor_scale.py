"""How long the monitor and `aurum why` take over a journal of a million rows.

    python benchmarks/monitor_scale.py [--rows 1000000] [--url postgresql://...] [--rounds 30]

Two databases are made, a hundred pairs and one pair, 1-minute candles; then every section of a
snapshot, whole snapshots and the questions of `aurum why` are timed, in this process and as
processes of their own. The URL must be of an empty database, and its rows are deleted at the end;
without one it is an SQLite file.

Budget: 200 ms in the 99th percentile of what is asked in a process. Of whole processes the median
is judged; most of it is what Python and libraries take to load, which stands above them.
Wall times need an idle machine; beside them stands the CPU time, without that of a server.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from million_rows import BOT, FILLED, TIMEFRAME, Scale, fill
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.address import parse_address
from aurum_plugins.database.schema import decisions
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.monitoring.snapshot.read_snapshot import SnapshotReader
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources

BUDGET_MS = 200.0
FILL_SECONDS = 600.0
# What `aurum why` is made of, as lightly loaded as it loads them.
LIBRARIES = (
    "import gc; gc.disable(); import pydantic, rich.panel, rich.table, typer.main; "
    "import sqlalchemy.dialects.sqlite; gc.freeze()"
)
PROGRAM = str(Path(sys.executable).with_name("aurum"))
# Milliseconds of wall time and of CPU time, of each round.
Timings = dict[str, list[tuple[float, float]]]


def sections(database: Database, scale: Scale) -> dict[str, Callable[[], Any]]:
    """What a snapshot is made of, and the whole of it, at once and again."""
    asked = BOT, scale.now_ms
    reader = SnapshotReader(database, SnapshotSources())
    parts = {
        f"section {name}": read
        for name, read in reader._sections(*asked).items()  # noqa: SLF001 - to time each
    }
    return {
        "bots": reader.bots,
        **parts,
        "snapshot, first of a process": lambda: SnapshotReader(database, SnapshotSources()).read(
            *asked
        ),
        "snapshot, each further": lambda: checked(reader, scale),
    }


def checked(reader: SnapshotReader, scale: Scale) -> None:
    """Read a snapshot in which nothing is missing."""
    snapshot = reader.read(BOT, scale.now_ms)
    if snapshot.faults or len(snapshot.newest) != scale.pairs:
        raise RuntimeError(f"an incomplete snapshot: {snapshot.faults}")


def questions(database: Database, scale: Scale) -> dict[str, Callable[[], Any]]:
    """What `aurum why` asks."""
    journal, pair, now_ms = JournalReader(database, BOT, TIMEFRAME), scale.names[0], scale.now_ms
    middle_ms = now_ms - scale.candles * MINUTE_MS // 2
    return {
        "why: which pairs": journal.newest_candles,
        "why PAIR": partial(journal.last, pair),
        "why": journal.newest,
        "why PAIR --last 1000": partial(journal.last, pair, 1_000),
        "why PAIR --at": partial(journal.at, pair, middle_ms),
        "why --summary, a day": partial(journal.counts, now_ms - DAY_MS, now_ms),
        "why --summary, all time": partial(journal.counts, 0, now_ms),
        "why PAIR --summary, a day": partial(journal.counts, now_ms - DAY_MS, now_ms, [pair]),
    }


def commands(scale: Scale) -> dict[str, list[str]]:
    """The same as whole processes, and the least that one takes."""
    pair = scale.names[0]
    at = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(scale.now_ms / 1_000 - 3_600))
    why = [PROGRAM, "why"]
    return {
        "process: python that does nothing": [sys.executable, "-c", "pass"],
        "process: its libraries alone": [sys.executable, "-c", LIBRARIES],
        "process: why PAIR": [*why, pair],
        "process: why": why,
        "process: why PAIR --last 1000": [*why, pair, "--last", "1000"],
        "process: why PAIR --last 1000 --json": [*why, pair, "--last", "1000", "--json"],
        "process: why PAIR --at": [*why, pair, "--at", at],
        "process: why --summary": [*why, "--summary"],
    }


def cpu_seconds() -> float:
    """Of this process and of those that it waited for; not of a database server."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def timed(work: dict[str, Callable[[], Any]], rounds: int) -> Timings:
    """What each takes, in turn, after a first round that does not count."""
    found: Timings = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, run in work.items():
            begin, cpu = time.perf_counter(), cpu_seconds()
            run()
            if number:
                wall_ms = (time.perf_counter() - begin) * 1_000
                found[name].append((wall_ms, (cpu_seconds() - cpu) * 1_000))
    return found


def process(words: list[str], environment: dict[str, str], folder: str) -> None:
    """Run a command to its end."""
    subprocess.run(
        words,
        env=environment,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def table(title: str, found: Timings) -> Table:
    """Medians and the 99th percentiles, which of few rounds are the largest."""
    headings = ("wall, median ms", "p99", "CPU, median ms", "within 200 ms")
    shown = Table("", *headings, title=title, title_justify="left")
    for name, rounds in found.items():
        wall, cpu = (sorted(times) for times in zip(*rounds))
        median, p99 = statistics.median(wall), wall[min(len(wall) - 1, round(0.99 * len(wall)))]
        judged = median if name.startswith("process") else p99
        figures = (f"{figure:.1f}" for figure in (median, p99, statistics.median(cpu)))
        shown.add_row(name, *figures, "yes" if judged <= BUDGET_MS else "NO")
    return shown


@contextmanager
def filled(url: str, scale: Scale, console: Console) -> Iterator[Database]:
    """A database with that many rows, which are gone at the end."""
    with open_database(url) as database:
        with database.reading() as connection:
            if connection.execute(select(decisions.c.bot).limit(1)).first() is not None:
                raise SystemExit(f"{database.url} holds decisions: name an empty database")
        try:
            begin = time.perf_counter()
            # Nobody waits so long for an answer as for this.
            with open_database(url, timeout_seconds=FILL_SECONDS) as patient:
                fill(patient, scale)
            rows = scale.pairs * scale.candles
            took = time.perf_counter() - begin
            console.print(f"{rows:,} decisions on {scale.pairs} pairs written in {took:.0f} s")
            yield database
        finally:
            if database.kind == "postgresql":
                with database.writing() as connection:
                    names = ", ".join(table.name for table in FILLED)
                    connection.exec_driver_sql(f"TRUNCATE {names}")


def main() -> None:
    """Make the databases, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="decisions in each database")
    parser.add_argument("--rounds", type=int, default=30, help="how often each is timed")
    parser.add_argument("--url", default="", help="an empty PostgreSQL database")
    given = parser.parse_args()
    console = Console()
    now_ms = int(time.time() * 1_000) // MINUTE_MS * MINUTE_MS
    for pairs in (100, 1):
        scale = Scale(pairs, given.rows // pairs, now_ms)
        with tempfile.TemporaryDirectory() as folder:
            url = given.url or f"sqlite:///{folder}/aurum.sqlite"
            with filled(url, scale, console) as database:
                title = f"{database.kind}, {pairs} pairs of {scale.candles:,} candles"
                found = timed(sections(database, scale) | questions(database, scale), given.rounds)
                console.print(table(title, found))
                shown = parse_address(url).render_as_string(hide_password=False)
                environment = {**os.environ, "AURUM_DATABASE_URL": shown, "COLUMNS": "200"}
                work = {
                    name: partial(process, words, environment, folder)
                    for name, words in commands(scale).items()
                }
                console.print(
                    table(f"{title}, as processes", timed(work, max(3, given.rounds // 3)))
                )


if __name__ == "__main__":
    main()
