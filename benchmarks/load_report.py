"""What a bot of many pairs was seen to do, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pair_latency import Loop
from rich.table import Table

# Steps in the order in which a loop takes them, each with those within it.
STEPS: dict[str, tuple[str, ...]] = {
    "candles": (),
    "stock-taking": (),
    "forecast": (),
    "indicators": ("forecast",),
    "signals": (),
    "analysis": ("indicators", "signals", "journal"),
    "journal": (),
    "loop": ("candles", "stock-taking", "analysis"),
}
WORDS = {
    "candles": "fetching candles (freqtrade, ccxt)",
    "stock-taking": "taking stock (ours)",
    "forecast": "FreqAI: features and forecasts",
    "indicators": "indicators",
    "signals": "entry and exit signals",
    "analysis": "freqtrade around the above",
    "journal": "journal and reports (ours)",
    "loop": "positions, orders and the rest",
}


@dataclass(frozen=True)
class LoadRun:
    """A run of one kind of bot.

    Attributes
    ----------
    kind, title : str
    pairs : int
    loops : sequence of Loop
        Without those of the warm-up.
    memory_mb, exchange_mb : float
        The most that was resident, of the bot and of the exchange.
    freqai : bool
        Whether there are models.
    """

    kind: str
    title: str
    pairs: int
    loops: Sequence[Loop]
    memory_mb: float
    exchange_mb: float
    freqai: bool

    @property
    def latencies(self) -> list[float]:
        """Seconds from each candle's close to the last pair's decision."""
        return [each.analysed if each.decided is None else each.decided for each in self.loops]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "latencies": self.latencies}


def own_seconds(loops: Sequence[Loop], clock: str) -> dict[str, float]:
    """Seconds that a loop spends in each step and in none within it, means.

    Parameters
    ----------
    loops : sequence of Loop
        One or more.
    clock : {"wall", "cpu"}
    """
    means = {
        step: float(np.mean([getattr(e, clock).get(step, 0.0) for e in loops])) for step in STEPS
    }
    return {
        step: means[step] - sum(means[within] for within in inner) for step, inner in STEPS.items()
    }


def summary(runs: Sequence[LoadRun], seconds: float, megabytes: float) -> Table:
    """A row a run: latencies, memory, and whether the targets are met."""
    grid = Table(title="From a candle's close to the last pair's decision")
    columns = "pairs", "models", "candles", "p50 s", "max s", "loop CPU s", "bot MB", "exchange MB"
    grid.add_column("")
    for column in (*columns, "targets"):
        grid.add_column(column, justify="right")
    for run in runs:
        late = run.latencies
        held = bool(late) and max(late) <= seconds and run.memory_mb < megabytes
        models = [each.models for each in run.loops]
        grid.add_row(
            run.title,
            str(run.pairs),
            f"{min(models, default=0)}-{max(models, default=0)}" if run.freqai else "",
            str(len(late)),
            *(f"{part(late):.1f}" if late else "-" for part in (np.median, max)),
            f"{np.median([each.cpu['loop'] for each in run.loops]):.1f}" if late else "-",
            *(f"{value:.0f}" for value in (run.memory_mb, run.exchange_mb)),
            "met" if held else "MISSED",
        )
    return grid


def breakdown(runs: Sequence[LoadRun]) -> Table:
    """What a loop spends its time on, means in seconds: wall time, and CPU time of its thread."""
    grid = Table(title="Seconds of a loop with new candles, wall / CPU of the deciding thread")
    grid.add_column("")
    runs = [run for run in runs if run.loops]
    for run in runs:
        grid.add_column(f"{run.kind}, {run.pairs}", justify="right")
    spent = [(own_seconds(run.loops, "wall"), own_seconds(run.loops, "cpu")) for run in runs]
    for step, words in WORDS.items():
        grid.add_row(words, *(f"{wall[step]:.2f} / {cpu[step]:.2f}" for wall, cpu in spent))
    return grid
