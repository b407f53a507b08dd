"""What AurumScalper and AurumSwing earn, before costs and after, beside holding and a breakout.

    python benchmarks/siblings.py scalper --datadir DIR [--tried] [--json FILE]
    python benchmarks/siblings.py swing --datadir DIR [--tried] [--json FILE]

Buy and hold, the breakout of the same lengths in its idealised form (`baselines.py`) and in
freqtrade without policy, limits and protections, and the strategy with all of them, without AI.
freqtrade's backtests run on the simulated exchange, at 0.1 % a side. Figures as in `strategy.py`.

With `--tried`, every set of settings that was tried, on the design block alone: that is how the
defaults were chosen. The confirmation block was looked at once, with the chosen ones.

Ends with 0, whatever was earned, and with 2 if a backtest failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from backtest_progress import one_after_the_other
from baselines import Candles, breakout, hold, load
from rich.console import Console
from sibling_variants import SIBLINGS, Sibling
from strategy_blocks import (
    Block,
    Row,
    blocks,
    freqtrade_row,
    more_than_luck,
    sharpe_interval,
)
from strategy_runs import FEE, Job, RunError, backtest
from strategy_tables import Intervals, figures, interval_table, table, without_nan
from trade_costs import Costs, cost_table, costs

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.errors import DataError
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

HOLD, IDEAL = "buy and hold, equal weights", "Donchian, idealised, resized each candle"
CAVEATS = (
    "Fills are at the next open, and {fee:.1%} a side is all they cost: no spread, no slippage.",
    "Pairs that move together: the trades are not independent.",
)


class Name(StrEnum):
    """Which one."""

    SCALPER = "scalper"
    SWING = "swing"


def baseline_rows(sibling: Sibling, candles: Candles, parts: list[Block]) -> dict[str, Row]:
    """Holding, bought anew at the start of each block, and the idealised breakout."""
    length_ms = candle_interval_ms(sibling.timeframe)
    ideal = {
        part.name: breakout(
            IDEAL,
            candles=candles,
            span=part.span,
            fee=FEE,
            resized=True,
            settings=sibling.rules,
            candle_ms=length_ms,
        )
        for part in parts
    }
    return {HOLD: {part.name: hold(HOLD, candles, part.span) for part in parts}, IDEAL: ideal}


def intervals(rows: dict[str, Row], parts: list[Block]) -> Intervals:
    """Each row's Sharpe ratio with an interval, by block; None where a block is too short."""
    found: Intervals = {}
    for name, row in rows.items():
        found[f"{name}, Sharpe"] = by_block = {}
        for part in parts:
            try:
                by_block[part.name] = sharpe_interval(row[part.name])
            except TooLittleData:
                by_block[part.name] = None
    return found


def measured(
    sibling: Sibling, datadir: Path, *, tried: bool
) -> tuple[list[Block], dict[str, Row], dict[str, dict[str, Costs]]]:
    """Run the backtests: blocks, rows of figures, and costs by row and block."""
    end = sibling.split if tried else sibling.end
    parts = blocks(sibling.start, sibling.split, end)
    variants = sibling.tried_variants() if tried else sibling.variants()
    candles = load(datadir, sibling.pairs, sibling.timeframe)
    with tempfile.TemporaryDirectory(prefix="aurum-siblings-") as name:
        userdir = Path(name, "user_data")
        userdir.mkdir()
        replay = ReplayConfig(directory=datadir.resolve())
        config = SandboxConfig(port=0, replay=replay, request_weight=None)
        with SandboxServer(config) as server:
            job = Job(
                datadir.resolve(), userdir, server.url, sibling.start, end, pairs=sibling.pairs
            )
            results = one_after_the_other(variants, job, Path(name), backtest)
    rows = baseline_rows(sibling, candles, parts)
    for name, result in results.items():
        rows[name] = freqtrade_row(name, result, candles, parts)
    spent = {
        name: {part.name: costs(result, part) for part in parts} for name, result in results.items()
    }
    return parts, rows, spent


def main(
    which: Annotated[Name, typer.Argument(help="The strategy.")],
    datadir: Annotated[Path, typer.Option(help="Folder with PAIR-TIMEFRAME.feather files.")],
    tried: Annotated[
        bool, typer.Option("--tried", help="All that was tried, on the design block alone.")
    ] = False,
    written: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Run every backtest and print its tables."""
    sibling = SIBLINGS[which.value]
    try:
        parts, rows, spent = measured(sibling, datadir, tried=tried)
    except (DataError, RunError) as error:
        Console(stderr=True).print(f"error: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    found, count = intervals(rows, parts), len(sibling.tried)
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    last_day = date.fromisoformat(parts[-1].end) - timedelta(days=1)
    title = (
        f"{len(sibling.pairs)} pairs, {sibling.timeframe}, {sibling.start} to {last_day}, "
        f"{FEE:.1%} a side"
    )
    console.print(table(rows, parts, title), cost_table(spent, parts))
    if any(interval for row in found.values() for interval in row.values()):
        console.print(interval_table(found, parts))
    else:
        console.print("The blocks are too short for intervals of a Sharpe ratio.")
    luck = None
    if tried:
        console.print(f"{count} variants were tried; {sibling.chosen!r} was chosen.")
    else:
        luck = more_than_luck(rows[sibling.strategy]["whole"], count)
        console.print(
            f"{count} variants were tried on the design block; the Sharpe ratio (whole) is more "
            f"than the luck of the best of them with a probability of {luck:.0%}."
        )
    for caveat in CAVEATS:
        console.print(f"- {caveat.format(fee=FEE)}")
    if written is not None:
        written.write_text(
            json.dumps(_document(sibling, parts, rows, spent, luck), indent=2) + "\n"
        )


def _document(
    sibling: Sibling,
    parts: list[Block],
    rows: dict[str, Row],
    spent: dict[str, dict[str, Costs]],
    luck: float | None,
) -> Any:
    return without_nan(
        {
            "strategy": sibling.strategy,
            "timeframe": sibling.timeframe,
            "pairs": list(sibling.pairs),
            "fee": FEE,
            "blocks": {part.name: part.span for part in parts},
            "rows": {
                name: {block: figures(run) for block, run in row.items()}
                for name, row in rows.items()
            },
            "costs": {
                name: {block: {**asdict(sums), "gross": sums.gross} for block, sums in row.items()}
                for name, row in spent.items()
            },
            "variants_tried": [tried.name for tried in sibling.tried],
            "chosen": sibling.chosen,
            "deflated_sharpe": luck,
        }
    )


if __name__ == "__main__":
    typer.run(main)
