"""`aurum tune`: better settings of the ensemble, found on candles that are not reported."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import (
    CandleDirectory,
    ConfigFiles,
    ForecastTimeframe,
    Pairs,
    Scheduler,
)
from aurum_plugins.commands.tune_summary import evaluation_command, print_summary
from aurum_plugins.commands.tune_trials import make_trials
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.commands.tune_request import TuneRequest
    from aurum_plugins.forecasting.tuning.tuning_report import TuningHeader, TuningReport

DEFAULT_OUTPUT = Path("user_data") / "tuning"
INTERRUPTED = 130
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WALK, _STUDY = "Windows that trials are judged on", "Study"


def tune(
    pairs: Pairs = None,
    *,
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Where the tuning period ends, for example 2024-01-01 (UTC). No later candle is "
            "looked at: keep them for aurum evaluate.",
        ),
    ],
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
            help="First candle that may be forecast; by default as soon as there is the longest "
            "training window before it.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    windows: Annotated[
        int,
        typer.Option(
            min=1,
            max=100,
            help="Windows, spread evenly up to --until; after each, a hopeless trial is given up.",
            rich_help_panel=_WALK,
        ),
    ] = 6,
    step_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Each window forecasts so many; by default 30 for candles of an hour or more, "
            "else 7.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    train_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="What models are trained on now; FreqAI's train_period_days by default, else 365 "
            "or 30. Half of it to one and a half times as much is tried.",
            rich_help_panel=_WALK,
        ),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            help="Judge by this target alone; all of aurum.targets.include by default. Repeatable.",
            rich_help_panel=_STUDY,
        ),
    ] = None,
    parts: Annotated[
        list[str] | None,
        typer.Option(
            "--tune",
            metavar="PART",
            help="What is tuned: training (window, rows, features), or a member such as lightgbm; "
            "all by default. Repeatable; the fewer, the less is found by luck.",
            rich_help_panel=_STUDY,
        ),
    ] = None,
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            max=10_000,
            help="Trials of the study in all, those of earlier runs included.",
            rich_help_panel=_STUDY,
        ),
    ] = 50,
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            metavar="MINUTES",
            help="Stop after so many, to be gone on with another time.",
            rich_help_panel=_STUDY,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(min=1, help="Pairs at a time, each on one thread.", rich_help_panel=_STUDY),
    ] = 1,
    scheduler: Scheduler = None,
    study: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Goes on with the study of that name, or begins it.",
            rich_help_panel=_STUDY,
        ),
    ] = "tuning",
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="SQLite file of the study, or postgresql://user@host/name, which several "
            "processes may share; OUTPUT/NAME.sqlite by default.",
            rich_help_panel=_STUDY,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Where NAME.json, a layer of configuration, and NAME.html are written.",
        ),
    ] = DEFAULT_OUTPUT,
) -> None:
    """Search better settings of the ensemble, on candles before --until alone.

    Each trial trains the ensemble anew for a few windows of the past, with other sizes of its
    members, training window and features, and is judged by the log loss of its calibrated
    forecasts of what follows. What is configured is the first trial, so that the best is compared
    with it on the same windows. The best of many is flattered by luck: the period up to --until is
    used up, and only `aurum evaluate` on later candles, with the number of trials, says what it is
    worth. Stop it whenever you like: the same command goes on. Nothing is downloaded; see
    docs/tuning.md.

    **Examples**

    `aurum tune --until 2024-01-01` — every pair of the configuration's data folder

    `aurum tune BTC/USDT ETH/USDT -t 1h --until 2023-01-01 --timeout 60 --workers 2`

    `aurum tune --until 2024-01-01 --study trees --tune lightgbm --tune xgboost --trials 100`

    `aurum evaluate -c user_data/config.json -c user_data/tuning/trees.json --from 2024-01-01`
    """
    # scikit-learn and its like take a second to load: the other subcommands need not wait for it.
    from aurum_plugins.commands.study_place import study_place  # noqa: PLC0415
    from aurum_plugins.commands.tune_request import TuneRequest  # noqa: PLC0415
    from aurum_plugins.forecasting.tuning.tuning_report import TuningReport  # noqa: PLC0415
    from aurum_plugins.forecasting.tuning.tuning_study import TuningStudy  # noqa: PLC0415
    from aurum_plugins.forecasting.workers.open_workers import open_workers  # noqa: PLC0415

    if not _NAME.fullmatch(study):
        raise ConfigurationError("--study", "must be letters, digits, dots, - and _", study)
    request = TuneRequest.of(
        pairs=pairs or (),
        config=config or (),
        datadir=datadir,
        timeframe=timeframe,
        horizon=horizon,
        begin=begin,
        until=until,
        windows=windows,
        step_days=step_days,
        train_days=train_days,
        targets=targets or (),
        parts=parts or (),
    )
    rows = list(request.rows())
    place = output / f"{study}.sqlite" if storage is None else study_place(storage)
    knobs, seed = request.knobs(rows), request.candidate.ensemble.seed
    with (
        open_workers(workers, scheduler, Console(stderr=True).print) as found,
        TuningStudy(place, study, knobs, request.made_with(), seed) as opened,
    ):
        objective = request.objective(rows, found)
        interrupted = make_trials(opened, objective, trials, timeout)
        report = TuningReport.of(_header(request, study), opened)
    if report is None:
        _say_nothing_finished(timeout, interrupted=interrupted)
        return
    written = _write(report, output, study)
    console = Console()
    print_summary(console, report, evaluation_command(request, report, config or (), written[0]))
    for file in written:
        console.print(str(file), highlight=False, markup=False, soft_wrap=True)
    if interrupted:
        console.print("Stopped; the same command goes on.")


def _header(request: TuneRequest, study: str) -> TuningHeader:
    from aurum_plugins.forecasting.tuning.tuning_report import TuningHeader  # noqa: PLC0415

    begin, end = request.used
    return TuningHeader(
        created=datetime.fromtimestamp(WallClock().now_ms() / 1_000, UTC),
        study=study,
        data_set=request.data.folder.path.resolve().name,
        timeframe=request.data.survey.timeframe,
        horizon_candles=request.targets.horizon_candles,
        pairs=request.data.pairs,
        targets=request.names,
        used_from=begin,
        used_until=end,
        windows=tuple(request.moment(start) for start in request.plan.starts),
        step_days=request.step_days,
    )


def _say_nothing_finished(timeout: float | None, *, interrupted: bool) -> None:
    if not interrupted:
        rule = (
            "must be long enough for the first trial, of what is configured; nothing was finished. "
            "Give it more, or take fewer --windows or pairs"
        )
        raise ConfigurationError("--timeout", rule, timeout)
    Console().print("Stopped before the first trial was finished; the same command begins anew.")
    raise typer.Exit(INTERRUPTED)


def _write(report: TuningReport, output: Path, study: str) -> list[Path]:
    from aurum_plugins.forecasting.tuning.candidate import as_layer  # noqa: PLC0415
    from aurum_plugins.forecasting.tuning.page import render_page  # noqa: PLC0415

    layer = json.dumps(as_layer(report.best.values), indent=4) + "\n"
    written = {output / f"{study}.json": layer, output / f"{study}.html": render_page(report)}
    for path, text in written.items():
        try:
            write_atomically(path, text)
        except OSError as error:
            rule = f"must be a folder that can be written to: {error.strerror}"
            raise ConfigurationError("--output", rule, str(output)) from None
    return list(written)
