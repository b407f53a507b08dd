"""`aurum evaluate`: how good the ensemble's forecasts are on candles that it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from aurum_plugins.atomic_write import write_bytes_atomically
from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import (
    CandleDirectory,
    ConfigFiles,
    ForecastTimeframe,
    Pairs,
    Scheduler,
)
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd

    from aurum_plugins.commands.evaluation_run import EvaluationRun
    from aurum_plugins.forecasting.evaluation.report import EvaluationReport

DEFAULT_OUTPUT = Path("user_data") / "evaluation"
_WALK, _JUDGE = "Walk-forward", "Judgement, fixed before anything is seen"


def evaluate(
    pairs: Pairs = None,
    config: ConfigFiles = None,
    datadir: CandleDirectory = None,
    timeframe: ForecastTimeframe = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000,
            metavar="CANDLES",
            help="How far ahead is forecast; FreqAI's label_period_candles by default, else 24.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="First candle that is forecast, for example 2024-01-01 (UTC); by default as soon "
            "as there is a whole training window before it.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TIME",
            help="Where forecasts end; with the candles by default.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    train_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Each model is trained on so many days; by default 365 for candles of an hour or "
            "more, else 30.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    step_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Then it forecasts so many; by default 30, or 7.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            help="Models that are trained at a time, each on one thread.",
            rich_help_panel=_WALK,
        ),
    ] = 1,
    scheduler: Scheduler = None,
    universe: Annotated[
        bool | None,
        typer.Option(
            "--universe/--each-pair",
            help="One model for all pairs, instead of one for each; as aurum.universe.enabled says "
            "by default.",
            rich_help_panel=_WALK,
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Confidence that is acted on; the report has a fixed row of others, too.",
            rich_help_panel=_JUDGE,
        ),
    ] = 0.9,
    cost: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1_000.0,
            metavar="BPS",
            help="Fee, spread and slippage a side, in hundredths of a percent.",
            rich_help_panel=_JUDGE,
        ),
    ] = 10.0,
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            help="Variants that were tried on these candles, this one included; the more, the less "
            "a good Sharpe ratio means.",
            rich_help_panel=_JUDGE,
        ),
    ] = 1,
    canaries: Annotated[
        bool,
        typer.Option(
            help="Also run what must fail: shuffled labels and shuffled splits. About twice the "
            "time.",
            rich_help_panel=_JUDGE,
        ),
    ] = True,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Where evaluation.json, evaluation.html and forecasts.parquet are written.",
        ),
    ] = DEFAULT_OUTPUT,
) -> None:
    """Walk forward over past candles, and judge every forecast by what came.

    A model is trained on a window, forecasts the days that follow, and is trained anew: no forecast
    is made by a model that saw its outcome. The report has accuracy beside the majority and
    persistence on the same rows, at every coverage; AUC, Brier skill, calibration, the realised
    coverage of intervals, by pair and by month; 95 % intervals; and what each member is worth.
    Choose the options before you look: a threshold chosen afterwards proves nothing. Nothing is
    downloaded, and no model is kept; see docs/evaluation.md.

    **Examples**

    `aurum evaluate` — every pair of the configuration's data folder

    `aurum evaluate BTC/USDT ETH/USDT -t 1h --horizon 4 --from 2023-01-01 --workers 2`

    `aurum evaluate --universe -t 1h` — one model a window for all pairs

    `aurum evaluate -d ~/data/binance -t 5m --threshold 0.95 --cost 15 --trials 20 -o /tmp/report`
    """
    # scikit-learn and its like take a second to load: the other subcommands need not wait for it.
    from aurum_plugins.commands.evaluate_request import EvaluateRequest  # noqa: PLC0415
    from aurum_plugins.commands.evaluation_run import EvaluationRun  # noqa: PLC0415
    from aurum_plugins.forecasting.evaluation.page import render_page  # noqa: PLC0415
    from aurum_plugins.forecasting.workers.open_workers import open_workers  # noqa: PLC0415

    request = EvaluateRequest.of(
        pairs=pairs or (),
        config=config or (),
        datadir=datadir,
        timeframe=timeframe,
        horizon=horizon,
        begin=begin,
        end=end,
        train_days=train_days,
        step_days=step_days,
        threshold=threshold,
        cost=cost,
        trials=trials,
        universe=universe,
    )
    with open_workers(workers, scheduler, Console(stderr=True).print) as found:
        run = EvaluationRun(request, workers=found, with_canaries=canaries)
        _watch(run)
    now = datetime.fromtimestamp(WallClock().now_ms() / 1_000, UTC)
    report = run.report(now)
    written = {
        output / "forecasts.parquet": _parquet(run.forecasts),
        output / "evaluation.json": (report.model_dump_json(indent=2) + "\n").encode(),
        output / "evaluation.html": render_page(report).encode(),
    }
    for path, content in written.items():
        try:
            write_bytes_atomically(path, content)
        except OSError as error:
            rule = f"must be a folder that can be written to: {error.strerror}"
            raise ConfigurationError("--output", rule, str(output)) from None
    console = Console()
    console.print(_table(report))
    for failure in report.failures:
        shown = f"{failure.pair}, window {failure.window}, has no model: {failure.reason}"
        console.print(Text(shown, "yellow"))
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)


def _watch(run: EvaluationRun) -> None:
    """Go through the steps with a bar for each, where somebody looks."""
    errors = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=errors, transient=True, disable=not errors.is_terminal
    ) as progress:
        for step in run.steps():
            task = progress.add_task(step.name, total=step.total)
            for _ in step.work:
                progress.advance(task)


def _parquet(forecasts: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    forecasts.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _table(report: EvaluationReport) -> Table:
    from aurum_plugins.forecasting.evaluation import figures  # noqa: PLC0415

    header = report.header
    table = Table(
        title=f"Forecasts of {header.data_set}, {header.timeframe} candles, "
        f"{header.horizon_candles} ahead",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    headings = ("target", "right", "majority, persistence", "AUC", "Brier skill", "held")
    for heading in (*headings, f"right at {header.threshold:g}"):
        table.add_column(heading, overflow="fold")
    for target in report.targets:
        scores = target.scores
        if scores is None:
            table.add_row(*(Text(cell) for cell in (target.target, target.error or "")))
            continue
        chosen = [t for t in target.thresholds if t.threshold == header.threshold]
        lines: Sequence[Sequence[str]] = (
            (target.target, f"rows: {figures.count(target.rows)}"),
            (figures.share(scores.accuracy.value), figures.between(scores.accuracy)),
            (f"{figures.share(scores.majority)},", figures.share(scores.persistence)),
            (figures.statistic(scores.auc.value), figures.plain_between(scores.auc)),
            (figures.signed(scores.brier_skill.value), figures.signed_between(scores.brier_skill)),
            [
                f"{figures.share(held.coverage.value)} of {100 * held.level:.0f} %"
                for held in target.intervals
            ],
            [f"{figures.share(t.accuracy.value)} of {figures.share(t.coverage)}" for t in chosen],
        )
        # As Text: names are not markup.
        table.add_row(*(Text("\n".join(cell)) for cell in lines))
    return table
