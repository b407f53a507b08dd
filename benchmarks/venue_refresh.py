"""What it takes to ask three venues what fifty pairs are worth.

    python benchmarks/venue_refresh.py [--pairs 50] [--rounds 20] [--pause 1.5] [--json]

ccxt's own Binance, Coinbase and Kraken classes, each behind its guard, in one event loop; what they
say goes to a board, which computes each pair's consensus. The venues are a sandbox in a process of
its own with invented pairs, on the other core where there are two. Markets are loaded once; then
come rounds in which all venues are asked at once, with a pause in between: ccxt lets no more than
ten requests in ten seconds through to Kraken, and rounds would wait for those before.

Wall time includes the sandbox's; CPU time is ours alone. Budget: 2 s of wall time for a round in
the 99th percentile.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from aurum_plugins.clock import DAY_MS
from aurum_plugins.market_data.consensus import Consensus
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_feeds import new_feed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.market.synthetic import SyntheticTape

BUDGET_S = 2.0
SEED = 7
HISTORY_DAYS = 3


@dataclass
class Cost:
    """Seconds of each round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def quantiles(self) -> dict[str, float]:
        """Median and 99th percentile of both, seconds."""
        return {
            f"{name}_p{share}_s": float(np.quantile(values, share / 100))
            for name, values in asdict(self).items()
            for share in (50, 99)
        }


def instruments(count: int) -> tuple[Instrument, ...]:
    """Invented pairs of many prices; none shares its name with an asset that a venue renames."""
    return tuple(
        Instrument(
            base=f"Q{chr(65 + rank // 26)}{chr(65 + rank % 26)}",
            quote="USDT",
            tick_size=Decimal("0.0001"),
            step_size=Decimal("0.001"),
            reference_price=1.7 ** (rank % 20) * 0.1,
        )
        for rank in range(count)
    )


def serve(count: int, core: int, pipe: Pipe) -> None:
    """Run a sandbox of so many pairs on one core until the other end says stop."""
    os.sched_setaffinity(0, {core})
    listed = instruments(count)
    server = SandboxServer(SandboxConfig(port=0, seed=SEED, request_weight=None))
    first_ms = (server.exchange.clock.now_ms() // DAY_MS - HISTORY_DAYS) * DAY_MS
    market = Market(SyntheticTape(listed, SEED, first_ms), listed, SEED)
    server.exchange = replace(server.exchange, market=market)
    with server:
        pipe.send(server.url)
        pipe.recv()


def settings(url: str) -> VenueSettings:
    """The three venues at the sandbox, else as they are by default."""
    api = {
        "binance": {"public": f"{url}/api/v3"},
        "coinbase": {"rest": url},
        "kraken": {"public": url},
    }
    currencies = {"binance": ["USDT"], "coinbase": ["USD"], "kraken": ["USD"]}
    sources = {
        name: {
            "currencies": currencies[name],
            "requests_per_minute": 1_000,
            "ccxt_config": {"urls": {"api": api[name]}},
        }
        for name in api
    }
    return VenueSettings.model_validate({"sources": sources, "timeout_seconds": 30})


async def rounds(feed: VenueFeed, pairs: list[str], count: int, pause_s: float) -> Cost:
    """Load the markets, then time `count` rounds.

    Raises
    ------
    RuntimeError
        If a round brings less than a consensus of all three for every pair: then something else
        would have been timed.
    """
    connections: list[Any] = list(feed._connections)  # noqa: SLF001 - timed from outside
    feed.watch(pairs)
    await asyncio.gather(*(connection.load() for connection in connections))
    # A warm-up, which is not counted.
    await asyncio.gather(*(feed.refresh(connection) for connection in connections))
    cost = Cost()
    for _ in range(count):
        await asyncio.sleep(pause_s)
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(feed.refresh(connection) for connection in connections))
        cost.wall.append(time.perf_counter() - wall)
        cost.cpu.append(time.process_time() - cpu)
        check(feed, pairs, len(connections))
    await asyncio.gather(*(connection.close() for connection in connections))
    return cost


def check(feed: VenueFeed, pairs: list[str], venues: int) -> None:
    """Raise where a venue has failed or a pair has no consensus of all venues."""
    failed = {health.venue: dict(health.errors) for health in feed.health() if health.errors}
    if failed:
        raise RuntimeError(f"venues failed: {failed}")
    now_ms = time.time_ns() // 1_000_000
    for pair in pairs:
        found = feed.board.consensus(pair, now_ms)
        if not isinstance(found, Consensus) or len(found.venues) != venues:
            raise RuntimeError(f"{pair}: {found}")


def main(
    pairs: Annotated[int, typer.Option(min=1, max=600)] = 50,
    count: Annotated[int, typer.Option("--rounds", min=2)] = 20,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between rounds.")] = 1.5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Time rounds and print a table."""
    cores = sorted(os.sched_getaffinity(0))
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(pairs, cores[0], theirs), daemon=True)
    server.start()
    os.sched_setaffinity(0, {cores[-1]})
    feed = new_feed(settings(ours.recv()))
    names = [instrument.pair for instrument in instruments(pairs)]
    cost = asyncio.run(rounds(feed, names, count, pause))
    ours.send("stop")
    server.join(10)
    found = cost.quantiles()
    late = found["wall_p99_s"] > BUDGET_S
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        show(found, pairs, count)
        verdict = "MISSED" if late else "holds"
        Console().print(f"{verdict}: a round of {pairs} pairs at most {BUDGET_S:g} s of wall time")
    raise typer.Exit(1 if late else 0)


def show(found: dict[str, float], pairs: int, count: int) -> None:
    """Print a table."""
    shared = "" if len(os.sched_getaffinity(0)) < (os.cpu_count() or 1) else ", core shared"
    table = Table(title=f"{pairs} pairs, 3 venues, {count} rounds, one core{shared}")
    for column in ("", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    for name, words in (("wall", "wall, the sandbox's included"), ("cpu", "CPU, ours")):
        table.add_row(words, *(f"{1_000 * found[f'{name}_p{share}_s']:.0f}" for share in (50, 99)))
    console = Console(highlight=False)
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
