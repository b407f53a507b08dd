"""How many orders and trades an hour a live bot puts through freqtrade, and what bounds them.

    python benchmarks/order_throughput.py [--pairs 40] [--minutes 10] [--throttle 5]

`freqtrade trade` in live mode, with keys and signed orders, on the simulated exchange: the strategy
of `aurum soak --eager`, which enters on most closed candles of a minute and leaves a candle later.
Every order passes the pre-trade checks and is written down before it leaves. Counted are the orders
of the exchange's own books. The first minutes, until the first order, do not count.

Beside the orders an hour stands what one order takes while there is another to be sent: the gap
between two orders of one loop, and from it what freqtrade could send at most if there were always
something to send. Targets: 100 trades and 1,000 orders an hour.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Action
from aurum_plugins.sandbox import AccountConfig, SandboxConfig, SandboxServer
from aurum_plugins.sandbox.listed_instruments import listed_instruments
from aurum_plugins.sandbox.matching import Order, OrderStatus
from aurum_plugins.soak.counted_exchange import FUNDS, KEY, SECRET
from aurum_plugins.soak.eager_strategy import make_eager
from aurum_plugins.soak.sandboxed_bot import SandboxedBot
from aurum_plugins.soak.sqlite_rows import read

ROOT = Path(__file__).resolve().parents[1]
TRADES, ORDERS = 100, 1_000  # an hour
# Orders further apart than this are not of one burst: something else was waited for.
BURST_MS = 2_000
# So small that ten minutes of costs reach no loss limit.
POSITION_CAP = 0.005


@dataclass(frozen=True)
class Throughput:
    """What came of the run.

    Attributes
    ----------
    pairs : int
    throttle : int
        Seconds that freqtrade waits between two loops at least.
    minutes : float
        From the first order to the last candle that had its full minute.
    orders, filled : int
        At the exchange.
    trades : int
        Entered and left again.
    gap_ms : float
        From one order to the next of the same burst, median; NaN without any.
    refused : dict of str to int
        Entries that were wanted and did not come to be, by reason.
    decided, wanted : int
        Decisions on closed candles, and those that wanted an entry.
    """

    pairs: int
    throttle: int
    minutes: float
    orders: int
    filled: int
    trades: int
    gap_ms: float
    refused: dict[str, int]
    decided: int
    wanted: int

    def hourly(self, number: int) -> float:
        """So many in the run, an hour."""
        return 60 * number / self.minutes

    def document(self) -> dict[str, Any]:
        """As JSON."""
        rates = {name: self.hourly(getattr(self, name)) for name in ("orders", "filled", "trades")}
        return {**asdict(self), "hourly": rates}


def counted(
    orders: Sequence[Order],
    decisions: Sequence[dict[str, Any]],
    closed: int,
    until_ms: int,
    pairs: int,
    throttle: int,
) -> Throughput:
    """Count what happened from the first order on.

    Parameters
    ----------
    orders : sequence of Order
        The account's, oldest first; one or more.
    decisions : sequence of dict
        Rows of the journal: `candle_ms`, `action`, `verdict` and `reason`.
    closed : int
        Trades that freqtrade has closed.
    until_ms : int
        Before which an order must have been taken to count, UTC milliseconds.
    pairs : int
    throttle : int

    Raises
    ------
    RuntimeError
        If there was no order.
    """
    if not orders:
        raise RuntimeError("the bot ordered nothing")
    first_ms = orders[0].created_ms
    within = [order for order in orders if order.created_ms < until_ms]
    filled = [order for order in within if order.status is OrderStatus.FILLED]
    made = [row for row in decisions if first_ms - 2 * MINUTE_MS < row["candle_ms"]]
    wanted = [row for row in made if row["action"] == Action.ENTER.name]
    refused = [row for row in wanted if row["verdict"] == Verdict.REFUSED]
    gaps = np.diff([order.created_ms for order in within])
    bursts = gaps[gaps < BURST_MS]
    return Throughput(
        pairs=pairs,
        throttle=throttle,
        minutes=(until_ms - first_ms) / MINUTE_MS,
        orders=len(within),
        filled=len(filled),
        trades=closed,
        gap_ms=float(np.median(bursts)) if len(bursts) else float("nan"),
        refused=dict(Counter(row["reason"] for row in refused).most_common()),
        decided=len(made),
        wanted=len(wanted),
    )


def run(pairs: int, minutes: float, throttle: int, log: Path | None = None) -> Throughput:
    """Let a bot order for so long.

    Raises
    ------
    RuntimeError
        If the bot ends by itself, or orders nothing.
    """
    account = AccountConfig(api_key=KEY, secret=SecretStr(SECRET), balances=FUNDS)
    config = SandboxConfig(port=0, pairs=pairs, history_days=30, accounts=(account,))
    with tempfile.TemporaryDirectory() as text, SandboxServer(config) as server:
        bot = SandboxedBot(Path(text), server.url, ROOT, live=True)
        make_eager(bot)
        bot.config["aurum"]["risk"] = {**bot.config["aurum"]["risk"], "position_cap": POSITION_CAP}
        bot.config["aurum"]["checks"] = {"orders_per_minute": 1_000, "orders_per_hour": 10_000}
        bot.config["max_open_trades"] = pairs
        bot.config["internals"]["process_throttle_secs"] = throttle
        names = [instrument.pair for instrument in listed_instruments(pairs)]
        bot.config["exchange"]["pair_whitelist"] = names
        bot.start()
        try:
            _wait(bot, minutes)
            until_ms = int(time.time() * SECOND_MS)
            if not bot.alive:
                raise RuntimeError(f"the bot ended: {bot.tail(40)}")
        finally:
            bot.stop()
            if log is not None:
                log.write_bytes(bot.logs[-1].read_bytes())
        decisions = read(bot.records, "SELECT candle_ms, action, verdict, reason FROM decisions")
        orders = list(server.exchange.engine.account(KEY).orders.values())
        closed = read(bot.trades, "SELECT COUNT(*) AS number FROM trades WHERE NOT is_open")
    return counted(orders, decisions, closed[0]["number"], until_ms, pairs, throttle)


def _wait(bot: SandboxedBot, minutes: float) -> None:
    with Progress(console=Console(stderr=True)) as progress:
        seconds = round(60 * minutes)
        for _ in progress.track(range(seconds), description="a live bot orders"):
            time.sleep(1)
            if not bot.alive:
                return


def table(done: Throughput) -> Table:
    """Lay it out for a terminal."""
    grid = Table("", "in the run", "an hour", "target", title="Orders through freqtrade, live mode")
    grid.add_row("orders taken by the exchange", *_cells(done, done.orders, ORDERS))
    grid.add_row("of them filled", *_cells(done, done.filled, None))
    grid.add_row("trades entered and left", *_cells(done, done.trades, TRADES))
    most = HOUR_MS / done.gap_ms if done.gap_ms > 0 else float("nan")
    gap = f"{done.gap_ms:.0f} ms apart"
    grid.add_row("orders of one loop, sent one after the other", gap, f"{most:.0f}", "")
    grid.add_row("candles decided", str(done.decided), f"{done.hourly(done.decided):.0f}", "")
    grid.add_row("of them with an entry wanted", str(done.wanted), "", "")
    for reason, number in done.refused.items():
        grid.add_row(f"  refused: {reason}", str(number), "", "")
    return grid


def _cells(done: Throughput, number: int, target: int | None) -> tuple[str, str, str]:
    rate = done.hourly(number)
    held = "" if target is None else f"{target:,}: {'met' if rate >= target else 'MISSED'}"
    return str(number), f"{rate:.0f}", held


def main(
    pairs: Annotated[int, typer.Option(min=1, max=500)] = 40,
    minutes: Annotated[float, typer.Option(min=1, help="From the bot's start.")] = 10.0,
    throttle: Annotated[int, typer.Option(min=0, help="freqtrade's process_throttle_secs.")] = 5,
    log: Annotated[Path | None, typer.Option(help="Takes the bot's log.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure, print a table, and say whether the targets are met."""
    Console(stderr=True).print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    done = run(pairs, minutes, throttle, log)
    if as_json:
        print(json.dumps(done.document()))
    else:
        Console(width=None if sys.stdout.isatty() else 110, highlight=False).print(table(done))
    met = done.hourly(done.orders) >= ORDERS and done.hourly(done.trades) >= TRADES
    raise typer.Exit(0 if met else 1)


if __name__ == "__main__":
    # Whoever ends this ends its bots and exchanges too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typer.run(main)
