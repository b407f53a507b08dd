"""`aurum quality`: what the candles and the features made from them are worth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import DATA_PANEL, CandleDirectory, ConfigFiles, Pairs
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.preprocessing.quality.report import DataQualityReport

DEFAULT_OUTPUT = Path("user_data") / "quality"
_REPORT = "Report"
_WORST = 2


def quality(
    pairs: Pairs = None,
    config: ConfigFiles = None,
    datadir: CandleDirectory = None,
    timeframe: Annotated[
        str | None,
        typer.Option(
            "--timeframe",
            "-t",
            help="Candles to look at, for example 1h; the configuration's by default, or where "
            "there are none of it, the one that most files have.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = None,
    period: Annotated[
        list[int] | None,
        typer.Option(
            metavar="CANDLES",
            help="Period of the features; repeatable. FreqAI's indicator_periods_candles by "
            "default, else 14 and 50.",
            rich_help_panel=_REPORT,
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            metavar="COUNT|all",
            help="Features to select; the configuration's by default, else 26.",
            rich_help_panel=_REPORT,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Where the current window begins, for example 2024-01-01 (UTC); the last third of "
            "the candles by default. What comes before it is the reference.",
            rich_help_panel=_REPORT,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Where quality.json and quality.html are written.",
            rich_help_panel=_REPORT,
        ),
    ] = DEFAULT_OUTPUT,
) -> None:
    """Report on the quality of candles, and of the features made from them.

    Completeness and gaps, missing values by feature and cause, outliers, the drift of each feature
    between a reference window and the current one, and which features are selected: as JSON, and
    as one HTML page that needs no network. Nothing is downloaded; see docs/quality.md.

    **Examples**

    `aurum quality` — every pair of the configuration's data folder

    `aurum quality BTC/USDT ETH/USDT --timeframe 1h --split 2024-01-01`

    `aurum quality --datadir ~/data/binance --features all --output /tmp/quality`
    """
    # scikit-learn takes a second to load: the other subcommands need not wait for it.
    from aurum_plugins.commands.quality_request import QualityRequest  # noqa: PLC0415
    from aurum_plugins.preprocessing.quality.page import render_page  # noqa: PLC0415
    from aurum_plugins.preprocessing.quality.report import DataQualityReport  # noqa: PLC0415

    request = QualityRequest.of(
        pairs=pairs or (),
        config=config or (),
        datadir=datadir,
        timeframe=timeframe,
        periods=period or (),
        features=features,
        split=split,
    )
    errors = Console(stderr=True)
    assessed = track(
        request.assessments(),
        description=f"{request.survey.timeframe} candles",
        total=len(request.pairs),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    now = datetime.fromtimestamp(WallClock().now_ms() / 1_000, UTC)
    report = DataQualityReport(created=now, pairs=tuple(assessed))
    written = {
        output / "quality.json": report.model_dump_json(indent=2) + "\n",
        output / "quality.html": render_page(report),
    }
    for path, text in written.items():
        try:
            write_atomically(path, text)
        except OSError as error:
            rule = f"must be a folder that can be written to: {error.strerror}"
            raise ConfigurationError("--output", rule, str(output)) from None
    console = Console()
    console.print(_table(report, request.survey.timeframe))
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)


def _table(report: DataQualityReport, timeframe: str) -> Table:
    from aurum_plugins.preprocessing.quality.figures import percent  # noqa: PLC0415
    from aurum_plugins.preprocessing.quality.pair_view import PairView  # noqa: PLC0415

    table = Table(
        title=f"Data quality, {timeframe} candles",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for heading in ("pair", "observed", "least complete", "drifted", "selected"):
        table.add_column(heading, overflow="fold")
    for pair in report.pairs:
        view, selection = PairView(pair), pair.selection
        worst = view.by_completeness[:_WORST]
        least = [percent(worst[0].completeness if worst else 1.0), *(f.name for f in worst)]
        drifted = [f"{len(view.drifted)} of {len(view.by_drift)}"]
        drifted += [feature.name for feature in view.drifted[:_WORST]]
        chosen = f"{selection.columns_out} of {selection.columns_in}"
        finite = f"{percent(selection.finite_share)} finite"
        row = (
            [pair.pair],
            [percent(pair.completeness), f"gaps: {len(pair.gaps)}"],
            least,
            drifted,
            [selection.error] if selection.error else [chosen, finite],
        )
        # As Text: names and reasons are not markup.
        table.add_row(*(Text("\n".join(lines)) for lines in row))
    return table
