"""What the strategy earns with and without AI, beside holding and a plain breakout.

    python benchmarks/strategy.py --datadir DIR [--userdir DIR --identifier NAME] [--json FILE]

One command, one table: buy and hold, the breakout in its idealised form (`baselines.py`) and in
freqtrade, `AurumStrategy` without AI (configs/backtest.json) and with it (and configs/freqai.json,
trained on the 330 days before each month). freqtrade's backtests run on the simulated exchange,
each in a process of its own, with all protections on but for the plain breakout. FreqAI keeps its
forecasts in the user directory under the identifier and takes them from there the next time;
without one they are made in a temporary folder, which takes a while.

Every figure is of daily equity marked to market: Sharpe is mean over sample standard deviation of
daily returns, times the root of 365. Settings were chosen on the design block among some 230
variants; the confirmation block was looked at twice, because the first choice, which only ever made
positions smaller, did no better than none.

Ends with 0 if the promises hold, with 1 if one is missed, with 2 if a backtest failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from backtest_progress import one_after_the_other
from baselines import PAIRS, Candles, breakout, hold, load
from rich.console import Console
from strategy_blocks import (
    Block,
    Row,
    blocks,
    difference_interval,
    freqtrade_row,
    more_than_luck,
    sharpe_interval,
)
from strategy_runs import FEE, TRAIN_DAYS, Job, RunError, backtest, variants
from strategy_tables import Intervals, document, interval_table, table, without_nan

from aurum_plugins.errors import DataError
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.evaluation.bootstrap import Interval
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

# Settings of the strategy that were tried on the design block, those thrown away included.
VARIANTS_TRIED = 230
LEAST_SHARPE, LARGEST_DRAWDOWN = 1.0, 0.20
HOLD, IDEAL = "buy and hold, equal weights", "Donchian, idealised, resized hourly"
CAVEATS = (
    "One market, one history: five pairs that move together, so the trades are not independent.",
    "The blocks have one bull and one bear market between them; the whole is made of both blocks.",
    "Fills are at the next open, and {fee:.1%} a side is all they cost: no spread, no slippage.",
    "FreqAI trained on the {days} days before each month, for candles begin in 2020-09.",
)


def baseline_rows(candles: Candles, parts: list[Block]) -> dict[str, Row]:
    """Holding, bought anew at the start of each block, and the idealised breakouts."""
    resized = {
        part.name: breakout(IDEAL, candles=candles, span=part.span, fee=FEE, resized=True)
        for part in parts
    }
    entry = "Donchian, idealised, sized at entry"
    sized = {part.name: breakout(entry, candles=candles, span=part.span, fee=FEE) for part in parts}
    held = {part.name: hold(HOLD, candles, part.span) for part in parts}
    return {HOLD: held, IDEAL: resized, entry: sized}


def freqtrade_rows(
    job: Job, identifier: str, folder: Path, candles: Candles, parts: list[Block]
) -> dict[str, Row]:
    """Run the backtests one after the other, with a progress display."""
    results = one_after_the_other(variants(identifier), job, folder, backtest)
    return {name: freqtrade_row(name, found, candles, parts) for name, found in results.items()}


def intervals(rows: dict[str, Row], parts: list[Block]) -> Intervals:
    """Sharpe ratios of the strategy and what the AI adds, each with an interval, by block.

    None where a block is too short to be resampled.
    """
    _, without, with_ai = (variant.name for variant in variants(""))

    def by_block(name: str, other: str | None = None) -> dict[str, Interval | None]:
        found: dict[str, Interval | None] = {}
        for part in parts:
            ours = rows[name][part.name]
            try:
                found[part.name] = (
                    sharpe_interval(ours)
                    if other is None
                    else difference_interval(ours, rows[other][part.name])
                )
            except TooLittleData:
                found[part.name] = None
        return found

    return {
        f"{with_ai}, Sharpe": by_block(with_ai),
        f"{without}, Sharpe": by_block(without),
        "with AI minus without": by_block(with_ai, without),
        "with AI minus Donchian, idealised": by_block(with_ai, IDEAL),
        "with AI minus buy and hold": by_block(with_ai, HOLD),
    }


def promises(rows: dict[str, Row], block: str) -> dict[str, bool]:
    """What was promised of the strategy with AI on a block, and whether it holds.

    Better than another means a higher Sharpe ratio and a smaller drawdown.
    """
    name = variants("")[-1].name
    sharpe, drawdown, _ = rows[name][block].figures()
    kept = {
        f"Sharpe at least {LEAST_SHARPE:g}": sharpe >= LEAST_SHARPE,
        f"drawdown at most {LARGEST_DRAWDOWN:.0%}": -drawdown <= LARGEST_DRAWDOWN,
    }
    for other in (row for row in rows if row != name):
        theirs, lost, _ = rows[other][block].figures()
        kept[f"better on both than {other}"] = sharpe > theirs and drawdown > lost
    return kept


def main(
    datadir: Annotated[Path, typer.Option(help="Folder with PAIR-1h, -4h and -1d.feather files.")],
    identifier: Annotated[str, typer.Option(help="FreqAI's folder of forecasts.")] = "strategy",
    userdir: Annotated[
        Path | None, typer.Option(help="Keeps the forecasts; default: a temporary folder.")
    ] = None,
    start: Annotated[str, typer.Option(help="First day, UTC.")] = "2021-10-01",
    split: Annotated[str, typer.Option(help="First day of the confirmation.")] = "2023-07-01",
    end: Annotated[str, typer.Option(help="The day after the last, UTC.")] = "2025-01-01",
    tried: Annotated[
        int, typer.Option("--variants", min=1, help="How many were tried on the design block.")
    ] = VARIANTS_TRIED,
    written: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Run every backtest and print one table."""
    for name, day in {"--start": start, "--split": split, "--end": end}.items():
        _check_day(name, day)
    if not start < min(split, end):
        raise typer.BadParameter(f"--start {start} must lie before --split and --end")
    parts = blocks(start, split, end)
    try:
        candles = load(datadir, PAIRS)
        with tempfile.TemporaryDirectory(prefix="aurum-strategy-") as name:
            kept_in = Path(name, "user_data") if userdir is None else userdir.resolve()
            kept_in.mkdir(parents=True, exist_ok=True)
            replay = ReplayConfig(directory=datadir.resolve())
            config = SandboxConfig(port=0, replay=replay, request_weight=None)
            with SandboxServer(config) as server:
                job = Job(datadir.resolve(), kept_in, server.url, start, end)
                made = freqtrade_rows(job, identifier, Path(name), candles, parts)
    except (DataError, RunError) as error:
        Console(stderr=True).print(f"error: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    rows = baseline_rows(candles, parts) | made
    found, last = intervals(rows, parts), parts[-1].name
    kept = promises(rows, last)
    luck = more_than_luck(rows[list(made)[-1]][last], tried)
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    through = date.fromisoformat(end) - timedelta(days=1)
    title = f"{len(PAIRS)} pairs, 1h, {start} to {through}, {FEE:.1%} a side"
    console.print(table(rows, parts, title), interval_table(found, parts))
    console.print(
        f"{tried} variants were tried; the Sharpe ratio with AI ({last}) is more than the luck of "
        f"the best of them with a probability of {luck:.0%}."
    )
    for caveat in CAVEATS:
        console.print(f"- {caveat.format(fee=FEE, days=TRAIN_DAYS)}")
    for promise, holds in kept.items():
        console.print(f"{'holds ' if holds else 'MISSED'} {promise} ({last})")
    if written is not None:
        figures = without_nan(document(rows, found, parts, tried, kept, luck))
        written.write_text(json.dumps(figures, indent=2) + "\n")
    raise typer.Exit(0 if all(kept.values()) else 1)


def _check_day(option: str, day: str) -> None:
    try:
        same = date.fromisoformat(day).isoformat() == day
    except ValueError:
        same = False
    if not same:
        raise typer.BadParameter(f"{option} must be a day such as 2021-10-01, got {day!r}")


if __name__ == "__main__":
    typer.run(main)
