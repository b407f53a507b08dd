"""What one decision costs beyond its forecast.

    python benchmarks/decision_cost.py [--candles 300] [--pairs 1 --pairs 20] [--profile]

`AurumStrategy` with its desk, on frames of 1,000 hourly candles with indicators and forecasts:
freqtrade's trades in an SQLite file, a pretended exchange that answers at once, the journal in a
new SQLite file, and on PostgreSQL too where a server is installed (started with `fsync` off: what
its disk costs is not measured). Every candle is a breakout, so that every pair asks for an order at
every candle, the dearest case; one pair in five is held. What is done once for all pairs is shared
out among them.

The same rules in a stock strategy stand beside it, sized by freqtrade and checked by nobody.
Budget: 10 ms of wall time for a decision of one pair, from its forecast to its row in the journal,
in the 99th percentile. Wall times need an idle machine; beside them stands the CPU time. What an
order adds to a decision is printed and has no budget: it happens some times a month.
"""

from __future__ import annotations

import cProfile
import logging
import os
import pstats
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

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
from decision_times import (
    CONFIRM,
    DECISION,
    JOURNAL,
    SIGNAL,
    STAKE,
    STOCK_TAKING,
    Cost,
    Stopwatch,
    table,
)
from freqtrade.persistence import Trade
from rich.console import Console

BUDGET_MS = 10.0
SHARE = 1_000.0  # what freqtrade would put into an entry, quote currency


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
        built.host.prices.update(dict.fromkeys(names, 100.0))
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
def quiet() -> Iterator[None]:
    """Without freqtrade's words about each setting; errors are shown."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def installed_postgres() -> Any:
    """A server of our own, as the tests start it; None if none is installed."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
    try:
        import postgres_server  # noqa: PLC0415 - there in a checkout, and wants pytest
    except ImportError:
        return None
    binaries = postgres_server._binaries()  # noqa: SLF001
    return binaries and postgres_server.PostgresServer(binaries)


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], str | None]]]:
    """By kind, what gives the address of a new database; None is a file of the bot's folder."""
    kinds: dict[str, Callable[[], str | None]] = {"SQLite": lambda: None}
    server = installed_postgres()
    if server is None:
        yield kinds
        return
    kinds["PostgreSQL, fsync off"] = lambda: server.new_database().render_as_string(
        hide_password=False
    )
    try:
        yield kinds
    finally:
        server.remove()


def main(
    rows: Annotated[int, typer.Option("--candles", min=20, help="Decided of each pair.")] = 300,
    counts: Annotated[list[int] | None, typer.Option("--pairs", help="Repeatable.")] = None,
    profile: Annotated[bool, typer.Option(help="Print what takes the time, on SQLite.")] = False,
) -> None:
    """Time decisions and print a table for each database and number of pairs."""
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    late = False
    with quiet(), databases() as kinds:
        if len(kinds) == 1:
            console.print("PostgreSQL is left out: no server is installed.")
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
                late |= float(np.quantile(ours.wall[DECISION], 0.99)) > BUDGET_MS
    console.print(f"{'MISSED' if late else 'holds'}: {DECISION}, p99 at most {BUDGET_MS:g} ms")
    raise typer.Exit(1 if late else 0)


def _profiled(profiler: cProfile.Profile | None, count: int, rows: int, folder: Path) -> Cost:
    if profiler is None:
        return our_decisions(count, rows, folder)
    return profiler.runcall(our_decisions, count, rows, folder)


if __name__ == "__main__":
    typer.run(main)
