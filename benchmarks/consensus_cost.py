"""What reading the board of quotes costs the bot's loop.

    python benchmarks/consensus_cost.py [--pairs 50] [--venues 3] [--reads 100000]

Each row reads pairs in turn while another thread puts the rounds of quotes of one venue after the
other, some fifty times as often as the bot does. "Older" reads jump, after each turn, between two
moments at which not the same quotes are fresh, so that each read computes its result anew, which
happens once for a pair after a venue went dark. Budget: 50 µs of wall time for a read in the 99th
percentile. Wall times need an idle machine; beside them stands the CPU time of the reading thread.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from aurum_plugins.clock import SECOND_MS, VirtualClock
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.venue_settings import VenueSettings

BUDGET_US = 50.0
NOW_MS = 1_700_000_000_000
PAUSE_S = 0.02  # between two rounds
FIRST = "venue0"


def pretended_quotes(venue: int, pairs: list[str], in_dollars: bool) -> list[Quote]:
    """Give a round of one venue; where prices are in dollars, all but the first quote USD."""
    name, old_ms = f"venue{venue}", 15 * SECOND_MS * (venue == 0)
    currency = "USD" if in_dollars and venue else "USDT"
    quotes = [
        Quote(name, pair, currency, price, price - 0.01, price + 0.01, 1e6, NOW_MS - old_ms)
        for pair, price in ((pair, 100.0 + n + 0.03 * venue) for n, pair in enumerate(pairs))
    ]
    if venue:
        at_ms = NOW_MS - 15 * SECOND_MS * (venue == 1)
        quotes.append(Quote(name, "USDT/USD", "USD", 1.0, math.nan, math.nan, 1e6, at_ms))
    return quotes


def read_all(
    pairs: int, venues: int, reads: int, in_dollars: bool, moments: tuple[int, ...], what: str
) -> tuple[np.ndarray, float]:
    """Microseconds of each read, and of the reading thread's CPU in the mean.

    Raises
    ------
    RuntimeError
        If a pair has no consensus: then something else would have been timed.
    """
    names = [f"COIN{n}/USDT" for n in range(pairs)]
    sources = {f"venue{n}": {} for n in range(venues)}
    settings = VenueSettings.from_config({"aurum": {"venues": {"sources": sources}}})
    board = QuoteBoard(settings, VirtualClock(NOW_MS))
    rounds = [pretended_quotes(venue, names, in_dollars) for venue in range(venues)]
    for quotes in rounds:
        board.put(quotes[0].venue, quotes, names)
    if any(not hasattr(board.consensus(name, NOW_MS), "price") for name in names):
        raise RuntimeError("the pretended venues must agree")
    ended = threading.Event()

    def put() -> None:
        for quotes in itertools.cycle(rounds):
            if ended.wait(PAUSE_S):
                return
            board.put(quotes[0].venue, quotes, names)

    writer = threading.Thread(target=put, daemon=True)
    writer.start()
    taken, cpu_us = timed(getattr(board, what), names, reads, moments)
    ended.set()
    writer.join()
    return taken, cpu_us


def timed(
    read: Callable[[str, int], Any], names: list[str], reads: int, moments: tuple[int, ...]
) -> tuple[np.ndarray, float]:
    """Wall microseconds of each read and CPU microseconds in the mean."""
    taken = np.empty(reads)
    asked = itertools.cycle([(name, at_ms) for at_ms in moments for name in names])
    begin_cpu = time.thread_time_ns()
    for number, (name, at_ms) in zip(range(reads), asked):
        begin = time.perf_counter_ns()
        read(name, at_ms)
        taken[number] = time.perf_counter_ns() - begin
    return taken / 1e3, (time.thread_time_ns() - begin_cpu) / reads / 1e3


def main(
    pairs: Annotated[int, typer.Option(min=1)] = 50,
    venues: Annotated[int, typer.Option(min=2)] = 3,
    reads: Annotated[int, typer.Option(min=100)] = 100_000,
) -> None:
    """Time reads and print a table."""
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    table = Table(title=f"{pairs} pairs, {venues} venues, {reads:,} reads")
    for column in ("µs for a read", "p50", "p99", "largest", "CPU, mean"):
        table.add_column(column, justify="right" if table.columns else "left")
    older = (NOW_MS, NOW_MS + 10 * SECOND_MS)
    slowest = 0.0
    for title, in_dollars, moments, what in (
        ("consensus, one currency", False, (NOW_MS,), "consensus"),
        ("consensus, USD converted", True, (NOW_MS,), "consensus"),
        ("consensus, older", False, older, "consensus"),
        ("consensus, older, USD converted", True, older, "consensus"),
        ("price", True, (NOW_MS,), "price"),
    ):
        taken, cpu_us = read_all(pairs, venues, reads, in_dollars, moments, what)
        p50, p99 = np.quantile(taken, [0.5, 0.99])
        table.add_row(title, *(f"{value:.1f}" for value in (p50, p99, taken.max(), cpu_us)))
        slowest = max(slowest, float(p99))
    console.print(table)
    missed = slowest > BUDGET_US
    console.print(f"{'MISSED' if missed else 'holds'}: a read, p99 at most {BUDGET_US:g} µs")
    raise typer.Exit(1 if missed else 0)


if __name__ == "__main__":
    typer.run(main)
