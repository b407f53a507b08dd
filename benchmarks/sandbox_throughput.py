"""How fast the simulated exchange answers, on one core.

Run it on an otherwise idle machine with two cores or more:

    python benchmarks/sandbox_throughput.py

The server is pinned to one core and the load generator to another. Each row is asked for by
several connections, kept alive, one request at a time on each. Floors: 1,000 bookTicker requests
and 200 thousand-candle klines requests a second, 99 of 100 of them within 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

import numpy as np
from rich.console import Console
from rich.table import Table

from aurum_plugins.sandbox import SandboxConfig, SandboxServer

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")


@dataclass(frozen=True)
class Load:
    """One kind of request, and what it must reach."""

    name: str
    paths: tuple[str, ...]
    floor: float
    p99_ms: float = 50.0


@dataclass(frozen=True)
class Result:
    """What was measured: requests a second, and quantiles of the time to the last byte in ms."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float
    body_bytes: int
    passed: bool


LOADS = (
    Load("bookTicker", tuple(f"ticker/bookTicker?symbol={s}" for s in SYMBOLS), 1_000),
    *(
        Load(
            f"klines, 1000 x {interval}",
            tuple(f"klines?symbol={s}&interval={interval}&limit=1000" for s in SYMBOLS),
            200,
        )
        for interval in ("1m", "1h")
    ),
)


def serve(core: int, pipe: Connection) -> None:
    """Run a sandbox on one core until the other end says stop."""
    os.sched_setaffinity(0, {core})
    config = SandboxConfig(port=0, request_weight=None, orders_per_10s=None)
    with SandboxServer(config) as server:
        pipe.send(server.url)
        pipe.recv()


async def client(
    host: str, port: int, paths: tuple[str, ...], until: float
) -> tuple[list[float], int]:
    """Ask for `paths` in turn on one connection: seconds of each, bytes of the last body."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**22)
    requests = [f"GET /api/v3/{p} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for p in paths]
    taken: list[float] = []
    length = 0
    while time.perf_counter() < until:
        begin = time.perf_counter()
        writer.write(requests[len(taken) % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the sandbox refused: {head!r}")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append(time.perf_counter() - begin)
    writer.close()
    return taken, length


async def measure(load: Load, host: str, port: int, seconds: float, connections: int) -> Result:
    """Put one load on the server for some seconds, after a warm-up of one."""
    for span in (1.0, seconds):
        until = time.perf_counter() + span
        found = await asyncio.gather(
            *(client(host, port, load.paths, until) for _ in range(connections))
        )
    taken = np.concatenate([times for times, _ in found])
    p50, p99 = np.quantile(taken, [0.5, 0.99]) * 1_000
    rate = len(taken) / seconds
    passed = bool(rate >= load.floor and p99 <= load.p99_ms)
    return Result(load.name, rate, float(p50), float(p99), found[0][1], passed)


def main() -> int:
    """Measure every load, print a table (or JSON), and say whether all floors were reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each measurement")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=serve, args=(cores[0], theirs), daemon=True)
    process.start()
    os.sched_setaffinity(0, {cores[-1]})
    host, port = ours.recv().removeprefix("http://").split(":")
    results = [
        asyncio.run(measure(load, host, int(port), arguments.seconds, arguments.connections))
        for load in LOADS
    ]
    ours.send("stop")
    process.join(10)
    if arguments.json:
        sys.stdout.write(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    else:
        show(results)
    return 0 if all(result.passed for result in results) else 1


def show(results: list[Result]) -> None:
    """Print a table."""
    table = Table(title="Simulated exchange, one core")
    for column in ("request", "per second", "floor", "p50 ms", "p99 ms", "body bytes", "reached"):
        table.add_column(column, justify="left" if column == "request" else "right")
    for load, result in zip(LOADS, results):
        table.add_row(
            result.name,
            f"{result.per_second:,.0f}",
            f"{load.floor:,.0f}",
            f"{result.p50_ms:.2f}",
            f"{result.p99_ms:.2f}",
            f"{result.body_bytes:,}",
            "yes" if result.passed else "NO",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
