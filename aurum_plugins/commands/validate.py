"""`aurum validate`: every figure that was promised, measured."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import WallClock
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.validation.measure import AnyMeasure
    from aurum_plugins.validation.report import ValidationReport

DEFAULT_OUTPUT = Path("user_data") / "validation"
_REAL = "Real candles, for --full"


def validate(
    full: Annotated[
        bool,
        typer.Option(
            "--full/--quick",
            help="An hour, real candles and a deployment; or three minutes and the synthetic "
            "market.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Measure this one alone; repeatable. See --list."),
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="Show what is promised and how it is measured, and end.")
    ] = False,
    datadir: Annotated[
        Path | None,
        typer.Option(
            "--datadir",
            "-d",
            metavar="DIRECTORY",
            help="Folder of freqtrade's feather files.",
            rich_help_panel=_REAL,
        ),
    ] = None,
    timeframe: Annotated[
        str | None,
        typer.Option(
            "--timeframe",
            "-t",
            help="Candles to look at, for example 1h; the configuration's by default.",
            rich_help_panel=_REAL,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON document instead of tables.")
    ] = False,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Where validation.json and validation.html are written.",
        ),
    ] = DEFAULT_OUTPUT,
) -> None:
    """Measure every promise, and say which are kept.

    Run it in a checkout, on a machine that does nothing else. Each promise has one measurement,
    shown beside its floor and beside what the figure must be seen with: base rates, persistence,
    intervals. Exit status 1 if a promise was missed, 3 if one that was to be measured could not be:
    that is no pass. What nobody can promise is shown as such; see docs/validation.md.

    **Examples**

    `aurum validate` — about three minutes, no candles needed

    `aurum validate --only nan --only latency`

    `aurum validate --full --datadir ~/candles/binance --timeframe 1h` — about an hour
    """
    # freqtrade, scikit-learn and their like take seconds to load: other subcommands need not wait.
    from aurum_plugins.validation.catalogue import MEASURES  # noqa: PLC0415
    from aurum_plugins.validation.table import print_promises, print_report  # noqa: PLC0415

    measures = _chosen(MEASURES, only or ())
    if show_list:
        print_promises([measure.promise for measure in measures], Console())
        return
    if not full and (datadir is not None or timeframe is not None):
        key, value = ("--datadir", datadir) if datadir is not None else ("--timeframe", timeframe)
        rule = "is read by --full alone; --quick measures on the synthetic market"
        raise ConfigurationError(key, rule, str(value))
    report = _report(measures, full=full, datadir=datadir, timeframe=timeframe)
    _write(report, output)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        console = Console()
        print_report(report, console)
        for name in ("validation.json", "validation.html"):
            console.print(str(output / name), highlight=False, soft_wrap=True)
    if report.exit_status:
        raise typer.Exit(report.exit_status)


def _chosen(measures: Sequence[AnyMeasure], names: Sequence[str]) -> list[AnyMeasure]:
    by_name = {measure.promise.name: measure for measure in measures}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigurationError("--only", f"{hint}`aurum validate --list` names all", name)
    return [measure for measure in measures if not names or measure.promise.name in names]


def _report(
    measures: Sequence[AnyMeasure], *, full: bool, datadir: Path | None, timeframe: str | None
) -> ValidationReport:
    from aurum_plugins.commands.validate_evidence import Request, evidence_of  # noqa: PLC0415
    from aurum_plugins.validation import surroundings  # noqa: PLC0415
    from aurum_plugins.validation.catalogue import MEASURES  # noqa: PLC0415
    from aurum_plugins.validation.report import Header, ValidationReport  # noqa: PLC0415
    from aurum_plugins.validation.rollout import phases  # noqa: PLC0415
    from aurum_plugins.validation.validate import seconds_left  # noqa: PLC0415
    from aurum_plugins.validation.validate import validate as measure_all  # noqa: PLC0415

    checkout = Path.cwd()
    machine, began = surroundings.machine(), time.monotonic()
    scratch = tempfile.TemporaryDirectory(prefix="aurum-validate-")
    with scratch as work, _Bar() as bar, _Interruption() as interruption:
        request = Request(full, checkout, Path(work), datadir, timeframe, bar.tick)
        gathered = evidence_of(request)
        bar.expect(seconds_left(measures, gathered))

        def start(doing: str, left: float) -> None:
            interruption.heed()
            bar.start(doing, left)

        found = measure_all(measures, gathered, start)
        interruption.heed()
    promises = [measure.promise for measure in MEASURES]
    header = Header(
        created=datetime.fromtimestamp(WallClock().now_ms() / 1_000, UTC),
        mode="full" if full else "quick",
        machine=machine,
        commit=surroundings.commit(checkout),
        versions=surroundings.versions(),
        data=request.data,
        seconds=time.monotonic() - began,
    )
    return ValidationReport(header=header, measurements=found, phases=phases(found, promises))


def _write(report: ValidationReport, output: Path) -> None:
    from aurum_plugins.validation.page import render_page  # noqa: PLC0415

    written = {
        "validation.json": report.model_dump_json(indent=2) + "\n",
        "validation.html": render_page(report),
    }
    for name, text in written.items():
        try:
            write_atomically(output / name, text)
        except OSError as error:
            rule = f"must be a folder that can be written to: {error.strerror}"
            raise ConfigurationError("--output", rule, str(output)) from None


class _Interruption:
    """Ctrl-C and SIGTERM end the command, also where they ended a soak early before."""

    def __init__(self) -> None:
        self._came = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._come)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def heed(self) -> None:
        """Raise KeyboardInterrupt if a signal came."""
        if self._came:
            raise KeyboardInterrupt

    def _come(self, *_: object) -> None:
        self._came = True
        raise KeyboardInterrupt


class _Bar:
    """What is being measured, and the time left."""

    def __init__(self) -> None:
        errors = Console(stderr=True)
        columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
        self._progress = Progress(
            *columns, console=errors, transient=True, disable=not errors.is_terminal
        )
        self._task = self._progress.add_task("starting", total=None)
        self._total = self._done = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def expect(self, seconds: float) -> None:
        """How long all of it takes."""
        self._total = seconds
        self._progress.update(self._task, total=max(1.0, seconds))

    def start(self, doing: str, left: float) -> None:
        """Something begins, with so many seconds left."""
        self._done = self._total - left
        self._progress.update(self._task, description=doing, completed=self._done)

    def tick(self, passed: float) -> None:
        """So many seconds of what was begun have passed."""
        self._progress.update(self._task, completed=min(self._total, self._done + passed))
