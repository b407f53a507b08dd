"""What `strategy.py` and `siblings.py` print and write."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from baselines import PAIRS, Run
from rich.table import Table
from strategy_blocks import BLOCK_DAYS, Block, Row
from strategy_runs import FEE, TRAIN_DAYS

from aurum_plugins.forecasting.evaluation.bootstrap import LEVEL, Interval

FIGURES = ("Sharpe", "drawdown", "CAGR", "trades", "turnover")
# By name, then by block; None where a block is too short to be resampled.
Intervals = dict[str, dict[str, Interval | None]]


def table(rows: dict[str, Row], parts: list[Block], title: str) -> Table:
    """Lay rows and blocks out for a terminal."""
    grid = Table(title=title)
    grid.add_column("")
    for part in parts:
        for number, figure in enumerate(FIGURES):
            grid.add_column(f"{'' if number else part.name}\n{figure}", justify="right")
    for name, row in rows.items():
        cells = []
        for part in parts:
            run = row[part.name]
            sharpe, drawdown, growth = run.figures()
            cells += [f"{sharpe:.2f}", f"{drawdown:.1%}", f"{growth:.1%}"]
            cells += [str(run.trades), f"{run.turnover:.1f}"]
        grid.add_row(name, *cells)
    return grid


def interval_table(found: Intervals, parts: list[Block]) -> Table:
    """Lay the intervals out for a terminal."""
    grid = Table(title=f"{LEVEL:.0%} intervals, stationary bootstrap, blocks of {BLOCK_DAYS} days")
    grid.add_column("")
    for part in parts:
        grid.add_column(part.name, justify="right")
    for name, row in found.items():
        grid.add_row(name, *(_words(row[part.name]) for part in parts))
    return grid


def document(
    rows: dict[str, Row],
    found: Intervals,
    parts: list[Block],
    tried: int,
    kept: dict[str, bool],
    luck: float,
) -> dict[str, Any]:
    """Everything that is printed, for `--json`."""
    return {
        "pairs": PAIRS,
        "fee": FEE,
        "train_period_days": TRAIN_DAYS,
        "blocks": {part.name: part.span for part in parts},
        "rows": {
            name: {block: figures(run) for block, run in row.items()} for name, row in rows.items()
        },
        "intervals": {
            name: {
                block: None if interval is None else asdict(interval)
                for block, interval in row.items()
            }
            for name, row in found.items()
        },
        "variants_tried": tried,
        "deflated_sharpe": luck,
        "promises": kept,
    }


def figures(run: Run) -> dict[str, float]:
    """A run as numbers, by name."""
    sharpe, drawdown, growth = run.figures()
    return {
        "sharpe": sharpe,
        "max_drawdown": drawdown,
        "cagr": growth,
        "trades": run.trades,
        "turnover_a_year": run.turnover,
    }


def _words(interval: Interval | None) -> str:
    if interval is None:
        return "too short"
    return f"{interval.estimate:.2f} [{interval.lower:.2f} to {interval.upper:.2f}]"


def without_nan(value: Any) -> Any:
    """The same with None, which JSON knows, for what is not a finite number."""
    if isinstance(value, dict):
        return {key: without_nan(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
