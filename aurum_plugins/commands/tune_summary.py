"""What `aurum tune` prints at the end."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.configuration_files import DEFAULT

if TYPE_CHECKING:
    from aurum_plugins.commands.tune_request import TuneRequest
    from aurum_plugins.forecasting.tuning.tuning_report import TuningReport


def print_summary(console: Console, report: TuningReport, evaluation: str) -> None:
    """Print the best trial beside what is configured, what is used up, and what to do next.

    Parameters
    ----------
    console : rich.console.Console
    report : TuningReport
    evaluation : str
        Command that says what the best trial is worth.
    """
    header = report.header
    console.print(_scores(report))
    if report.improved:
        console.print(_settings(report))
        better = f"{report.better_windows} of {len(header.windows)}"
        console.print(f"The best trial is number {report.best.number}, better in {better} windows.")
    else:
        console.print("Nothing was better than what is configured.")
    for failure in report.failures:
        console.print(Text(f"Without a model: {failure}", "yellow"))
    begin, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (header.used_from, header.used_until))
    count = len(report.trials)
    lines = (
        f"Trials so far: {count}, of which {report.pruned} were given up early.",
        (
            f"Used up: all candles before {end}. The best was chosen by what came from {begin} "
            "on, and looks better there than it is."
        ),
        f"What it is worth on later candles: {evaluation}",
    )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def evaluation_command(
    request: TuneRequest, report: TuningReport, config: Sequence[Path], layer: Path
) -> str:
    """The `aurum evaluate` that forecasts what follows the tuning period with the best settings.

    Parameters
    ----------
    request : TuneRequest
    report : TuningReport
    config : sequence of pathlib.Path
        As given; empty for the usual one.
    layer : pathlib.Path
        Of the best settings.
    """
    files = list(config) or [file for file in (DEFAULT,) if file.is_file()]
    best = request.candidate.with_values(report.best.values)
    header = report.header
    words = [
        *("aurum", "evaluate", *header.pairs),
        *(word for file in (*files, layer) for word in ("-c", str(file))),
        *("--datadir", str(request.data.folder.path), "--timeframe", header.timeframe),
        *("--horizon", str(header.horizon_candles), "--train-days", str(best.train_days)),
        *("--from", f"{header.used_until:%Y-%m-%dT%H:%M}", "--trials", str(len(report.trials))),
    ]
    return shlex.join(words)


def _scores(report: TuningReport) -> Table:
    from aurum_plugins.forecasting.evaluation import figures  # noqa: PLC0415

    header = report.header
    table = _table(
        f"Forecasts of {header.data_set}, {header.timeframe} candles, "
        f"{header.horizon_candles} ahead, {len(header.windows)} windows of {header.step_days} days",
        ("target", "settings", "forecasts", "log loss", "Brier skill", "right"),
    )
    for target in header.targets:
        for name, trial in (("as configured", report.configured), ("best trial", report.best)):
            sums = trial.score.targets[target]
            cells = (
                target,
                name,
                figures.count(sums.rows),
                f"{sums.mean_log_loss:.4f}",
                figures.signed(sums.brier_skill),
                figures.share(sums.accuracy),
            )
            table.add_row(*map(Text, cells))
    return table


def _settings(report: TuningReport) -> Table:
    from aurum_plugins.forecasting.tuning.page import shown_value  # noqa: PLC0415

    table = _table("Settings", ("setting", "as configured", "best trial", "tried"))
    for knob in report.knobs:
        values = (knob.configured, report.best.values[knob.name])
        table.add_row(*map(Text, (knob.name, *map(shown_value, values), knob.described)))
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
