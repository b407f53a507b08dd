"""What one decision costs beyond its forecast.

    python benchmarks/decision_cost.py [--candles 300] [--pairs 1 --pairs 20] [--profile]

`AurumStrategy` with its desk, on frames of 1,000 hourly candles with indicators and forecasts:
freqtrade's trades in an SQLite file, a pretended exchange that answers at once, the journal in a
new SQLite file, and on PostgreSQL too where a server is installed (started with `fsync` off: what
its disk costs is not measured). Every candle is a breakout, so that every pair asks for an order at
every candle, the dearest case; one pair in five is held. What is done once for all pairs is shared
out among them.

The same rules in a stock strategy stand beside it, sized by freqtrade and checked by nobody.
Budget: 10 ms for one pair from its forecast to an approved order, in the 99th percentile.
"""

from __future__ import annotations

import cProfile
import logging
import os
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from decision_bot import (
    HOUR_MS,
    SHOWN,
    StockBreakout,
    held,
    pairs,
    strategy,
    with_indicators,
)
from freqtrade.persistence import Trade
from rich.console import Console
from rich.table import Table

BUDGET_MS = 10.0
SHARE = 1_000.0  # what freqtrade would put into an entry, quote currency
WARM_UP = 10
OURS, STOCK = "AurumStrategy", "stock"
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


def our_decisions(count: int, rows: int, folder: Path) -> Cost:
    """Let the strategy decide on `rows` candles of `count` pairs, and order at each.

    Raises
    ------
    RuntimeError
        If an order is refused: then something else would have been timed.
    """
    names = pairs(count)
    built = strategy(names, SHOWN + rows, folder)
    whole = with_indicators(built, names, SHOWN + rows)
    free = [name for name in names if name not in held(names)]
    watch = Stopwatch()
    for row in range(rows):
        built.dp.frames = {name: frame[row : row + SHOWN] for name, frame in whole.items()}
        close = {name: float(frame["close"].iloc[-1]) for name, frame in built.dp.frames.items()}
        candle_ms = int(built.dp.frames[names[0]]["date"].iloc[-1].timestamp() * 1_000)
        built.host.now_ms = candle_ms + HOUR_MS + 1_000
        now = datetime.fromtimestamp(built.host.now_ms / 1_000, UTC)
        built.host.prices = dict.fromkeys(names, 100.0)
        with watch.time(STOCK_TAKING, count):
            built.bot_loop_start(now)
        for name in names:
            frame = built.dp.ohlcv(name, "1h")
            with watch.time(SIGNAL):
                decide(built, frame, name)
        with watch.time(JOURNAL, count):
            built._write_down(names)  # noqa: SLF001 - what `analyze` does after the signals
        for name in free:
            price = built.dp.price = close[name]
            with watch.time(STAKE):
                stake = ask_stake(built, name, now, price)
            with watch.time(CONFIRM):
                approved = ask_confirm(built, name, now, price, stake / price)
            if not approved:
                raise RuntimeError(f"{name} was refused on candle {row} with a stake of {stake}")
    Trade.session.remove()
    return watch.cost(rows)


def stock_decisions(count: int, rows: int, folder: Path) -> Cost:
    """The same of a stock strategy."""
    names = pairs(count)
    built = strategy(names, SHOWN + rows, folder)
    whole = with_indicators(built, names, SHOWN + rows)
    Trade.session.remove()
    plain, watch = StockBreakout({"stake_currency": "USDT", "timeframe": "1h"}), Stopwatch()
    now = datetime.now(UTC)
    for row in range(rows):
        with watch.time(STOCK_TAKING, count):
            plain.bot_loop_start(now)
        for name in names:
            frame = whole[name][row : row + SHOWN].copy()
            with watch.time(SIGNAL):
                decide(plain, frame, name)
            with watch.time(STAKE):
                ask_stake(plain, name, now, 100.0)
            with watch.time(CONFIRM):
                ask_confirm(plain, name, now, 100.0, 1.0)
    return watch.cost(rows)


def decide(built: Any, frame: Any, pair: str) -> None:
    """What freqtrade calls once indicators are there."""
    built.populate_exit_trend(built.populate_entry_trend(frame, {"pair": pair}), {"pair": pair})


def ask_stake(built: Any, pair: str, now: datetime, price: float) -> float:
    """As freqtrade asks for the size of an entry."""
    return built.custom_stake_amount(
        pair=pair,
        current_time=now,
        current_rate=price,
        proposed_stake=SHARE,
        min_stake=5.0,
        max_stake=SHARE,
        leverage=1.0,
        entry_tag="breakout",
        side="long",
    )


def ask_confirm(built: Any, pair: str, now: datetime, price: float, amount: float) -> bool:
    """As freqtrade asks before it sends an entry."""
    return built.confirm_trade_entry(
        pair=pair,
        order_type="limit",
        amount=amount,
        rate=price,
        time_in_force="GTC",
        current_time=now,
        entry_tag="breakout",
        side="long",
    )


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


@contextmanager
def records(url: str | None) -> Iterator[None]:
    """Let the strategy keep its records in a database; None is an SQLite file of its folder."""
    before = os.environ.pop("AURUM_DATABASE_URL", None)
    if url is not None:
        os.environ["AURUM_DATABASE_URL"] = url
    try:
        yield
    finally:
        os.environ.pop("AURUM_DATABASE_URL", None)
        if before is not None:
            os.environ["AURUM_DATABASE_URL"] = before


@contextmanager
def postgres() -> Iterator[Callable[[], str] | None]:
    """A server of our own that gives addresses of new databases; None if none is installed."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
    try:
        import postgres_server  # noqa: PLC0415 - there in a checkout, and wants pytest
    except ImportError:
        yield None
        return
    binaries = postgres_server._binaries()  # noqa: SLF001
    if binaries is None:
        yield None
        return
    server = postgres_server.PostgresServer(binaries)
    try:
        yield lambda: str(server.new_database().render_as_string(hide_password=False))
    finally:
        server.remove()


def main(
    rows: Annotated[int, typer.Option("--candles", min=20, help="Decided of each pair.")] = 300,
    counts: Annotated[list[int] | None, typer.Option("--pairs", help="Repeatable.")] = None,
    profile: Annotated[bool, typer.Option(help="Print what takes the time, on SQLite.")] = False,
) -> None:
    """Time decisions and print a table for each database and number of pairs."""
    logging.disable(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    late = False
    with postgres() as server:
        kinds: dict[str, Callable[[], str | None]] = {"SQLite": lambda: None}
        if server is None:
            console.print("PostgreSQL is left out: no server is installed.")
        else:
            kinds["PostgreSQL, fsync off"] = server
        for count in counts or [1, 20]:
            with tempfile.TemporaryDirectory() as name:
                stock = stock_decisions(count, rows, Path(name))
            for kind, address in kinds.items():
                profiler = cProfile.Profile() if profile and kind == "SQLite" else None
                with tempfile.TemporaryDirectory() as name, records(address()):
                    ours = _profiled(profiler, count, rows, Path(name))
                console.print(table(f"{count} pairs, {rows} candles, {kind}", ours, stock))
                if profiler is not None:
                    pstats.Stats(profiler).sort_stats("cumulative").print_stats("aurum", 40)
                late |= float(np.quantile(ours.wall[ORDER], 0.99)) > BUDGET_MS
    console.print(f"{'MISSED' if late else 'holds'}: {ORDER}, p99 at most {BUDGET_MS:g} ms")
    raise typer.Exit(1 if late else 0)


def _profiled(profiler: cProfile.Profile | None, count: int, rows: int, folder: Path) -> Cost:
    if profiler is None:
        return our_decisions(count, rows, folder)
    return profiler.runcall(our_decisions, count, rows, folder)


if __name__ == "__main__":
    typer.run(main)
