"""Milliseconds of the steps that a decision takes, and their sums."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from rich.table import Table

WARM_UP = 10
SIGNAL, STOCK_TAKING, JOURNAL, STAKE, CONFIRM = (
    "signal: entries and exits",
    "stock-taking, each loop",
    "journal: the decision",
    "stake: sizing",
    "confirm: checks and approval",
)
DECISION, ORDER = "a decision", "a decision and its order"
STEPS = SIGNAL, STOCK_TAKING, JOURNAL, STAKE, CONFIRM, DECISION, ORDER
SHORTEST_MS = 0.05  # of less than this no ratio says anything
Samples = dict[str, list[float]]


class Cost(NamedTuple):
    """Milliseconds by step."""

    wall: Samples
    cpu: Samples


class Stopwatch:
    """Milliseconds of wall time and of this thread's CPU time, by step."""

    def __init__(self) -> None:
        self.wall: Samples = defaultdict(list)
        self.cpu: Samples = defaultdict(list)

    @contextmanager
    def time(self, step: str, share: int = 1) -> Iterator[None]:
        """Time a block; `share` pairs pay for it."""
        wall, cpu = time.perf_counter(), time.thread_time()
        yield
        self.cpu[step].append(1e3 * (time.thread_time() - cpu) / share)
        self.wall[step].append(1e3 * (time.perf_counter() - wall) / share)

    def cost(self, rows: int) -> Cost:
        """What each step took, but for the first candles."""
        return Cost(*(together(warm(samples, rows)) for samples in (self.wall, self.cpu)))


def warm(samples: Samples, rows: int) -> Samples:
    """Leave out the first candles, on which everything is done for the first time."""
    return {step: values[WARM_UP * (len(values) // rows) :] for step, values in samples.items()}


def together(samples: Samples) -> Samples:
    """Add the sums of one pair's steps: of a decision, and of a decision with its order.

    The step of one pair is added to those of another of the same candle only where they are
    shared out; with one pair all steps are those of the same candle.
    """
    loops = len(samples[STOCK_TAKING])

    def by_loop(step: str) -> np.ndarray:
        return np.array(samples.get(step, [0.0] * loops)).reshape(loops, -1)

    signal, stake, confirm = by_loop(SIGNAL), by_loop(STAKE), by_loop(CONFIRM)
    shared = by_loop(STOCK_TAKING) + by_loop(JOURNAL)
    decision = signal + shared
    ordering = stake + confirm
    order = decision[:, -ordering.shape[1] :] + ordering
    return {**samples, DECISION: list(decision.ravel()), ORDER: list(order.ravel())}


def table(title: str, ours: Cost, stock: Cost) -> Table:
    """Lay the steps out for a terminal."""
    grid = Table(title=title)
    columns = "wall p50", "p99", "CPU p50", "p99", "stock, CPU p50", "p99", "times stock"
    for column in ("ms for one pair", *columns):
        grid.add_column(column, justify="right" if grid.columns else "left")
    for step in STEPS:
        quantiles = [
            np.quantile(cost[step], [0.5, 0.99]) if step in cost else (0.0, 0.0)
            for cost in (ours.wall, ours.cpu, stock.cpu)
        ]
        cells = [f"{value:.2f}" for pair in quantiles for value in pair]
        usual, most = quantiles[1][0], quantiles[2][0]
        cells.append(f"{usual / most:.1f}" if most > SHORTEST_MS else "")
        grid.add_row(step, *cells, end_section=step == CONFIRM)
    return grid
