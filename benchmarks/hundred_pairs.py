"""How long a bot of a hundred pairs needs from a candle's close to the last pair's decision.

    python benchmarks/hundred_pairs.py [--pairs 100] [--candles 10] [--kind ours --kind models ...]

`freqtrade trade`, dry-run, on candles of one minute of the simulated exchange, which runs in a
process of its own on the same machine. Measured from outside is when the last pair's decision of a
candle can be read in the journal; a stock strategy has no journal: there it is when freqtrade has
analysed the last pair. The first candles of a run are left out: freqtrade fetches the history of
all pairs then. Where there are models, candles count once a share of the pairs has one (`--wait`;
not all, for a model that is worse than none does not serve). Memory is the most that was seen
resident.

Targets: each candle within 20 s of its close, and less than 3 GiB. They want an idle machine.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from load_report import LoadRun, breakdown, summary
from pair_bots import KINDS, LINES, pair_bot
from pair_latency import POLL_SECONDS, JournalWatch, loops, read_lines
from rich.console import Console
from rich.progress import Progress
from sandbox_process import sandbox_process

from aurum_plugins.soak.resident_memory import memory_mb

SECONDS, MEMORY_MB = 20.0, 3_072.0
WARM_UP = 2  # loops
WAIT = 0.7  # of the pairs have a model


def run(
    name: str,
    pairs: int,
    candles: int,
    minutes: float,
    wait: float = WAIT,
    profile: Path | None = None,
    log: Path | None = None,
) -> LoadRun:
    """Let a bot decide on so many candles.

    Parameters
    ----------
    name : str
        Of `KINDS`.
    pairs, candles : int
    minutes : float
        The longest that it may take; the last candles count then, whatever was waited for.
    wait : float
        The share of the pairs that must have a model before candles count.
    profile, log : pathlib.Path, optional
        Take cProfile's statistics of the deciding thread, and the bot's log.

    Raises
    ------
    RuntimeError
        If the bot ends by itself, or does not begin to decide in time.
    """
    kind = KINDS[name]
    least = wait * pairs if kind.freqai else 0
    with tempfile.TemporaryDirectory() as text, sandbox_process(Path(text), pairs) as exchange:
        folder = Path(text)
        lines = folder / LINES
        bot = pair_bot(folder, exchange.url, kind, pairs)
        if profile is not None:
            bot.config["loop_times"]["profile"] = str(profile.resolve())
        watch = JournalWatch(bot.records, pairs)
        memory = [0.0, 0.0]
        stop_by = time.monotonic() + 60 * minutes
        bot.start()
        try:
            with Progress(console=Console(stderr=True)) as progress:
                told = progress.add_task(f"{kind.title}, {pairs} pairs", total=candles)
                done = 0
                while bot.alive and done < candles and time.monotonic() < stop_by:
                    time.sleep(POLL_SECONDS)
                    watch.look()
                    now = bot.memory_mb, memory_mb(exchange.pid)
                    memory = [max(both) for both in zip(memory, now, strict=True)]
                    seen = read_lines(lines)[WARM_UP:]
                    done = sum(line["models"] >= least for line in seen)
                    progress.update(told, completed=done)
            if not bot.alive or not seen:
                raise RuntimeError(f"the bot ended, or decided nothing: {bot.tail(40)}")
        finally:
            bot.stop()
            if log is not None:
                log.write_bytes(bot.logs[-1].read_bytes())
        found = loops(read_lines(lines), watch.complete)[WARM_UP:]
    ready = [each for each in found if each.models >= least]
    return LoadRun(name, kind.title, pairs, (ready or found)[-candles:], *memory, kind.freqai)


def main(
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help=f"Repeatable: {', '.join(KINDS)}.")
    ] = None,
    pairs: Annotated[int, typer.Option(min=1, max=500)] = 100,
    candles: Annotated[int, typer.Option(min=1, help="That count.")] = 10,
    minutes: Annotated[float, typer.Option(help="The longest that one kind may take.")] = 15.0,
    wait: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the pairs that wait for a model.")
    ] = WAIT,
    profile: Annotated[
        Path | None, typer.Option(help="Takes cProfile's statistics; of the last kind.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Takes the last bot's log.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all loops as JSON.")] = False,
) -> None:
    """Measure, print two tables, and say whether the targets are met."""
    unknown = set(kinds or ()) - set(KINDS)
    if unknown:
        raise typer.BadParameter(f"must be of {', '.join(KINDS)}, got {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    Console(stderr=True).print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    runs = [run(name, pairs, candles, minutes, wait, profile, log) for name in kinds or KINDS]
    if as_json:
        print(json.dumps([each.document() for each in runs]))
    else:
        console.print(summary(runs, SECONDS, MEMORY_MB))
        console.print(breakdown(runs))
    met = all(max(each.latencies) <= SECONDS and each.memory_mb < MEMORY_MB for each in runs)
    raise typer.Exit(0 if met else 1)


if __name__ == "__main__":
    # Whoever ends this ends its bots and exchanges too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typer.run(main)
