"""`aurum soak`: a bot and a simulated exchange, broken on purpose for as long as one likes."""

from __future__ import annotations

import json
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox import SandboxConfig
from aurum_plugins.sandbox.faults import FaultInjector, FaultPlan, load_plan
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.sandboxed_bot import PAIRS, SandboxedBot
from aurum_plugins.soak.soak import soak as run_soak
from aurum_plugins.soak.sqlite_rows import read
from aurum_plugins.soak.watch import Watched

EXIT_MISSED = 1
# Seconds between two looks into the bot's journal.
COUNTED_EVERY = 5.0

_DEFAULTS = SandboxConfig()


def soak(
    minutes: Annotated[
        float, typer.Option(min=1.0, max=10_000.0, help="How long the bot trades.")
    ] = 60.0,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Fault plan; see docs/faults.md. Nothing is broken without one.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="freqtrade simulates the orders; by default they are sent."),
    ] = False,
    eager: Annotated[
        bool,
        typer.Option(
            "--eager",
            help="Enter on most candles and leave after one, so that there is much to be lost.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the synthetic market.")] = (
        _DEFAULTS.seed
    ),
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            help="Keeps databases and logs; empty or new. By default they are thrown away.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Of the exchange; 0 takes a free one.")
    ] = 0,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the figures there as well."),
    ] = None,
) -> None:
    """Let a bot trade on the simulated exchange, break the exchange, and account for everything.

    Run it in a checkout. It ends with a table; exit status 1 if a promise was missed, each of them
    named. Ctrl-C ends it early. Profits on the synthetic market mean nothing.

    **Examples**

    `aurum soak --minutes 120` — nothing is broken

    `aurum soak --minutes 60 --plan configs/faults/soak.json` — an hour of what exchanges do
    """
    faults = None if plan is None else load_plan(plan)
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        place = _empty(folder, Path(scratch))
        with _Bar(minutes) as bar, _ended_as_by_ctrl_c():
            findings = run_soak(
                place,
                Path.cwd(),
                minutes,
                faults,
                port=port,
                seed=seed,
                live=not dry_run,
                eager=eager,
                on_tick=bar.tick,
            )
    console.print(findings.table(_title(minutes, plan, dry_run=dry_run)))
    for promise in findings.missed:
        console.print(f"MISSED  {promise}", markup=False, highlight=False, soft_wrap=True)
    if json_file is not None:
        write_atomically(json_file, _json(findings, minutes, faults, dry_run=dry_run))
    if findings.missed:
        raise typer.Exit(EXIT_MISSED)


class _Bar:
    """Time left, decisions and faults."""

    def __init__(self, minutes: float) -> None:
        self._progress = Progress(
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("starting", total=60 * minutes)
        self._counted = -COUNTED_EVERY
        self._decisions = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tick(
        self, bot: SandboxedBot, injector: FaultInjector, seen: Watched, passed: float
    ) -> None:
        """Show the state of the run."""
        if passed - self._counted >= COUNTED_EVERY:
            self._counted = passed
            # The bot may hold the file.
            with suppress(sqlite3.Error):
                rows = read(bot.records, "SELECT count(*) AS n FROM decisions")
                self._decisions = rows[0]["n"]
        armed = seen.armed_ms is not None and seen.disarmed_ms is None
        faults = sum(injector.counts.values()) if seen.armed_ms is not None else 0
        words = f"{self._decisions:,} decisions, {faults:,} faults{' so far' if armed else ''}"
        self._progress.update(self._task, completed=passed, description=words)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let a SIGTERM end the run early, rather than leave the bot alone."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _empty(folder: Path | None, scratch: Path) -> Path:
    if folder is None:
        return scratch
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError("--folder", "must be an empty or a new folder", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _title(minutes: float, plan: Path | None, *, dry_run: bool) -> str:
    orders = "dry run" if dry_run else "live orders"
    faults = "no faults" if plan is None else plan.name
    return f"{minutes:g} minutes, {len(PAIRS)} pairs, 1m, {orders}, {faults}"


def _json(findings: Findings, minutes: float, plan: FaultPlan | None, *, dry_run: bool) -> str:
    document = {
        "minutes": minutes,
        "pairs": list(PAIRS),
        "dry_run": dry_run,
        "plan": None if plan is None else plan.model_dump(mode="json"),
        "figures": findings.figures,
        "missed": findings.missed,
    }
    return json.dumps(document, indent=2)
