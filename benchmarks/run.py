"""All benchmarks that have a figure of stock freqtrade beside them, in one table.

    python benchmarks/run.py [--datadir FOLDER] [--only features ...] [--quick] [--json]

Parts, each of which is a script of its own with more to tell:

    features   all features of a year of 5-minute candles, and pandas-ta      features.py
    decisions  a decision beyond its forecast, at 1 and 20 pairs              decision_cost.py
    pairs      a running bot of 100 pairs: latency and memory                 hundred_pairs.py
    orders     a live bot that orders as often as it can                      order_throughput.py
    backtest   a FreqAI backtest of a month; wants --datadir                  ensemble.py

A ratio is ours over stock's: of seconds and of memory, less than 1 is better. Everything takes
three quarters of an hour on two idle cores; `--quick` takes few candles and pairs, shows that all
of it runs, and says nothing about speed.
"""

# ruff: noqa: PLC0415 - each part loads libraries of its own: who leaves it out need not wait
from __future__ import annotations

import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from figure_table import Figure, markdown, table
from rich.console import Console

from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes
    ----------
    candles, repeat : int
        Of the features; runs of which the fastest counts.
    decided : int
        Candles that are decided by a pretended bot.
    pairs, minutes : int
        Pairs of the running bot, and candles of a minute that count.
    ordering, order_minutes : int
        Pairs of the live bot, and how long it orders.
    """

    candles: int = 105_120  # a year of five minutes
    repeat: int = 5
    decided: int = 300
    pairs: int = 100
    minutes: int = 10
    ordering: int = 40
    order_minutes: int = 10


QUICK = Size(candles=4_000, repeat=1, decided=20, pairs=9, minutes=1, ordering=9, order_minutes=4)


def of_features(size: Size) -> Iterable[Figure]:
    """What all features cost, and those that pandas-ta has as well."""
    import features

    year = features.a_year(features.synthetic(size.candles, seed=0), size.repeat)
    yield Figure(f"all features of {size.candles:,} candles, CPU", year["all"], "s", target=0.5)
    count = len(features.INDICATORS)
    what = f"{count} indicators of {size.candles:,} candles, CPU"
    yield Figure(what, year["ours"], "s", year["pandas-ta"], beside="pandas-ta with TA-Lib")


def of_decisions(size: Size) -> Iterable[Figure]:
    """What a decision costs beyond its forecast."""
    import decision_cost
    from decision_times import DECISION

    for count in (1, 20):
        with decision_cost.quiet(), tempfile.TemporaryDirectory() as folder:
            stock = decision_cost.stock_decisions(count, size.decided, Path(folder))
        with (
            decision_cost.quiet(),
            tempfile.TemporaryDirectory() as folder,
            decision_cost.records(None),
        ):
            ours = decision_cost.our_decisions(count, size.decided, Path(folder))
        plural = "pair" if count == 1 else "pairs"
        for name, share in (("median", 0.5), ("p99", 0.99)):
            mine, theirs = (float(np.quantile(c.cpu[DECISION], share)) for c in (ours, stock))
            what = f"a decision beyond its forecast, {count} {plural}, CPU, {name}"
            yield Figure(what, mine, "ms", theirs)
        wall = float(np.quantile(ours.wall[DECISION], 0.99))
        what = f"the same, wall time, {count} {plural}, p99"
        yield Figure(what, wall, "ms", target=decision_cost.BUDGET_MS)


def of_pairs(size: Size) -> Iterable[Figure]:
    """What a running bot of many pairs takes, without models."""
    import hundred_pairs

    stock, ours = (
        hundred_pairs.run(name, size.pairs, size.minutes, 3 * size.minutes + 5)
        for name in ("stock", "ours")
    )
    for name, pick in (("median", np.median), ("longest", max)):
        found = [float(pick(each.latencies)) for each in (ours, stock)]
        what = f"close of a candle to the decision of the last of {size.pairs} pairs, {name}"
        target = hundred_pairs.SECONDS if name == "longest" else None
        yield Figure(what, found[0], "s", found[1], target=target)
    cpu = [float(np.median([loop.cpu["loop"] for loop in e.loops])) for e in (ours, stock)]
    yield Figure(f"a loop with new candles of {size.pairs} pairs, CPU, median", cpu[0], "s", cpu[1])
    what = f"most memory of a bot of {size.pairs} pairs"
    yield Figure(what, ours.memory_mb, "MB", stock.memory_mb, target=hundred_pairs.MEMORY_MB)


def of_orders(size: Size) -> Iterable[Figure]:
    """How much a live bot orders."""
    import order_throughput

    done = order_throughput.run(size.ordering, size.order_minutes, 5)
    note = f"{size.ordering} pairs, candles of a minute"
    targets = {"orders": order_throughput.ORDERS, "trades": order_throughput.TRADES}
    for name, target in targets.items():
        rate = done.hourly(getattr(done, name))
        yield Figure(f"{name} an hour", rate, more_is_better=True, target=target, note=note)
    yield Figure("from one order of a loop to the next, median", done.gap_ms, "ms")


def of_backtest(datadir: Path | None) -> Iterable[Figure]:
    """What a FreqAI backtest of a month costs."""
    what = "a FreqAI backtest of a month, four pairs, 5m"
    if datadir is None:
        yield Figure(what, None, note="wants --datadir with 5m, 15m and 1h candles")
        return
    import ensemble

    replay = ReplayConfig(directory=datadir.resolve())
    config = SandboxConfig(port=0, replay=replay, request_weight=None)
    with SandboxServer(config) as server:
        costs = ensemble.side_by_side(
            datadir.resolve(), server.url, "AurumEnsemble", Console(stderr=True), lstm=False
        )
    stock, ours = ([each for each in costs if each.who == who] for who in ("stock", "ours"))
    for unit, name, field in (("s", "CPU", "cpu_s"), ("s", "wall time", "wall_s")):
        mine, theirs = (sum(getattr(c, field) for c in side) / 2 for side in (ours, stock))
        target = theirs / ensemble.TIMES_LESS_CPU if field == "cpu_s" else None
        yield Figure(f"{what}, {name}", mine, unit, theirs, target=target)
    mine, theirs = (max(c.peak_mb for c in side) for side in (ours, stock))
    yield Figure(f"{what}, most memory", mine, "MB", theirs, target=theirs)


PARTS: Mapping[str, Callable[[Size], Iterable[Figure]]] = {
    "features": of_features,
    "decisions": of_decisions,
    "pairs": of_pairs,
    "orders": of_orders,
}
BACKTEST = "backtest"


def measured(name: str, part: Callable[[], Iterable[Figure]]) -> list[Figure]:
    """The figures of a part; a part that fails leaves a row that says so."""
    try:
        return list(part())
    except Exception as error:  # noqa: BLE001 - the other parts still count
        text = str(error) or type(error).__name__
        return [Figure(name, None, note=text.splitlines()[0])]


def machine() -> str:
    """Cores, load and interpreter, in one line."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"{cores} cores, load {load:.1f} at the start, Python {platform.python_version()}"


def main(
    datadir: Annotated[
        Path | None, typer.Option(help="Candles for the backtest, as freqtrade stores them.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"Repeatable: {', '.join((*PARTS, BACKTEST))}. All by default."),
    ] = None,
    quick: Annotated[bool, typer.Option(help="See that it runs; no figure counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Measure, print one table, and end with 1 if a target is missed."""
    asked = only or [*PARTS, BACKTEST]
    unknown = [name for name in asked if name not in (*PARTS, BACKTEST)]
    if unknown:
        parts = ", ".join((*PARTS, BACKTEST))
        raise typer.BadParameter(f"--only: must be of {parts}, got {', '.join(unknown)}")
    size, about, told = QUICK if quick else Size(), machine(), Console(stderr=True)
    found: list[Figure] = []
    for name in asked:
        told.print(f"{name} ...")
        part: Any = (
            (lambda: of_backtest(datadir))
            if name == BACKTEST
            else (lambda name=name: PARTS[name](size))
        )
        found += measured(name, part)
    if as_json:
        document = {
            "machine": about,
            "quick": quick,
            "figures": [each.document() for each in found],
        }
        print(json.dumps(document, indent=2))
    elif as_markdown:
        print(f"{about}\n\n{markdown(found)}", end="")
    else:
        wide = None if sys.stdout.isatty() else 150
        console = Console(width=wide, highlight=False)
        console.print(about)
        console.print(table(found))
    missed = any(each.met is False for each in found) and not quick
    raise typer.Exit(1 if missed or any(each.ours is None for each in found) else 0)


if __name__ == "__main__":
    # Whoever ends this ends its bots and exchanges too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typer.run(main)
