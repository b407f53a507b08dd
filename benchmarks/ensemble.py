"""What a FreqAI backtest costs with our model, beside freqtrade's own example.

    python benchmarks/ensemble.py --datadir DIR [--busy] [--with-lstm] [--own-features]

One job, twice: four pairs, 5-minute candles, a month, a training for every week on the 15 days
before it. Stock is freqtrade's `FreqaiExampleStrategy` with `LightGBMRegressor` and the settings of
its `config_freqai.example.json`, on spot markets; ours is the same with another `freqaimodel`, or,
with `--own-features`, `AurumStrategy` with its features and both of its labels.
They run in turn, stock, ours, ours, stock, each in a process of its own that is charged with all of
its CPU time; the exchange that answers them is not. Budgets: an eighth of stock's CPU time, a third
with the LSTM, and no more memory.

`--busy` measures all that again while one core is kept busy. Wall times, and the CPU time of stock,
whose threads spin while they wait for each other, need an idle machine; else `--stock-threads 1`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from freqai_job import TRAININGS, command
from rich.console import Console
from rich.table import Table

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

ORDER = ("stock", "ours", "ours", "stock")
TIMES_LESS_CPU, TIMES_LESS_CPU_WITH_LSTM = 8.0, 3.0
LARGEST_MEMORY = 1.0  # of stock's
RAISED = re.compile(r"Training \S+ raised exception (\w+)\.")
# A model that was trained, judged, and may not serve: its cost counts, and it makes no forecasts.
REFUSAL = "NotPromoted"
DONE = re.compile(r"Done training \S+ \(([\d.]+) secs\)")


@dataclass(frozen=True)
class Cost:
    """What one run took.

    CPU seconds are those of the process and all that it started, user and system; the peak is the
    largest resident set, MiB. `training_s` is the mean wall time of a training that says how long
    it took, NaN if none does; `refused` counts trainings after which
    no model served; `forecast_share` is the share of all forecasts with `do_predict` 1.
    """

    who: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    training_s: float
    refused: int
    forecast_share: float


class JobError(Exception):
    """A run did not do the whole job: its figures would mean nothing."""

    def __init__(self, who: str, what: str, log: str) -> None:
        super().__init__(f"{who}: {what}\n{log[-3_000:]}")
        self.who = who


def measure(who: str, words: list[str], url: str, folder: Path) -> Cost:
    """Run a command, and charge it for itself and for whatever it started.

    Raises
    ------
    JobError
        If it fails, or skips a training.
    """
    path = folder / "freqtrade.log"
    begin = time.perf_counter()
    with path.open("wb") as log:
        process = subprocess.Popen(
            words, env=freqtrade_environment(url), stdout=log, stderr=subprocess.STDOUT, cwd=folder
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    text = path.read_text(errors="replace")
    if process.returncode:
        raise JobError(who, f"ended with status {process.returncode}", text)
    raised = RAISED.findall(text)
    if set(raised) - {REFUSAL}:
        raise JobError(who, f"a training failed: {', '.join(sorted(set(raised)))}", text)
    peak = used.ru_maxrss / 1024
    # A new process begins with the peak of the one that starts it.
    if peak <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:
        raise JobError(who, "took less memory than this script, so its peak is not known", "")
    trainings = [float(seconds) for seconds in DONE.findall(text)]
    mean = sum(trainings) / len(trainings) if trainings else float("nan")
    share = forecast_share(who, folder / "models", text)
    return Cost(who, wall, used.ru_utime + used.ru_stime, peak, mean, len(raised), share)


def forecast_share(who: str, models: Path, log: str = "") -> float:
    """Share of a run's forecasts that may be acted on.

    Raises
    ------
    JobError
        If there are not forecasts of every window, or not one may be acted on.
    """
    files = sorted(models.glob("*/backtesting_predictions/*.feather"))
    if len(files) != TRAININGS:
        raise JobError(who, f"{len(files)} of {TRAININGS} windows left forecasts", log)
    share = float(pd.concat([pd.read_feather(file) for file in files])["do_predict"].eq(1).mean())
    if not share:
        raise JobError(who, "no forecast may be acted on", log)
    return share


@contextmanager
def one_core_busy() -> Iterator[None]:
    """Keep the last of this process's cores busy."""
    core = max(os.sched_getaffinity(0))
    script = f"import os\nos.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    spinner = subprocess.Popen([sys.executable, "-c", script])
    try:
        yield
    finally:
        spinner.kill()
        spinner.wait()


def side_by_side(
    datadir: Path, url: str, model: str, console: Console, **options: Any
) -> list[Cost]:
    """Run both, in turn, each from an empty folder; `options` as of `freqai_job.command`."""
    costs = []
    for who in ORDER:
        with tempfile.TemporaryDirectory() as name:
            words = command(Path(name), datadir, who, model, **options)
            costs.append(measure(who, words, url, Path(name)))
        console.print(f"  {who}: {costs[-1].cpu_s:.1f} s CPU, {costs[-1].wall_s:.1f} s wall")
    return costs


def ratios(costs: list[Cost]) -> dict[str, float]:
    """Stock over ours: CPU and wall of all runs, and the largest peaks, ours over stock's."""
    stock, ours = ([cost for cost in costs if cost.who == who] for who in ("stock", "ours"))
    return {
        "cpu": sum(c.cpu_s for c in stock) / sum(c.cpu_s for c in ours),
        "wall": sum(c.wall_s for c in stock) / sum(c.wall_s for c in ours),
        "memory": max(c.peak_mb for c in ours) / max(c.peak_mb for c in stock),
    }


def table(title: str, costs: list[Cost], found: dict[str, float], least_cpu: float) -> Table:
    """Lay runs and ratios out for a terminal."""
    grid = Table(title=title)
    for column in (
        "",
        "CPU s",
        "wall s",
        "peak MiB",
        "s a training",
        "models refused",
        "forecasts used",
    ):
        grid.add_column(column, justify="right" if column else "left")
    for cost in costs:
        seconds, peak = (f"{cost.cpu_s:.1f}", f"{cost.wall_s:.1f}"), f"{cost.peak_mb:,.0f}"
        worth = f"{cost.refused} of {TRAININGS}", f"{cost.forecast_share:.1%}"
        grid.add_row(cost.who, *seconds, peak, f"{cost.training_s:.2f}", *worth)
    cpu, wall = (f"{found[key]:.1f} times less" for key in ("cpu", "wall"))
    grid.add_row("ours beside stock", cpu, wall, f"{found['memory']:.2f} of stock's")
    grid.add_row("budget", f"{least_cpu:g} times less", "", f"{LARGEST_MEMORY:g}")
    return grid


def main() -> int:
    """Measure, print a table (or JSON), and say whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datadir", type=Path, required=True, help="5m, 15m and 1h candles")
    parser.add_argument("--busy", action="store_true", help="again, with one core kept busy")
    models = ("AurumEnsemble", "AurumLightGBMRegressor")
    parser.add_argument("--model", choices=models, default=models[0])
    parser.add_argument("--with-lstm", action="store_true", help="needs the extra lstm")
    parser.add_argument(
        "--own-features", action="store_true", help="ours with AurumStrategy and its features"
    )
    parser.add_argument(
        "--stock-threads",
        type=int,
        metavar="N",
        help="threads of stock's LightGBM; by default, as it ships, one a core. 1 does not spin: "
        "what its work costs on a machine that others use",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    if options.with_lstm and options.model != "AurumEnsemble":
        parser.error("--with-lstm: only AurumEnsemble has one")
    if options.with_lstm and importlib.util.find_spec("torch") is None:
        parser.error("--with-lstm: PyTorch is not installed; pip install 'aurumbotx[lstm]'")
    least_cpu = TIMES_LESS_CPU_WITH_LSTM if options.with_lstm else TIMES_LESS_CPU
    console = Console(stderr=True, highlight=False)
    replay = ReplayConfig(directory=options.datadir.resolve())
    config = SandboxConfig(port=0, replay=replay, request_weight=None)
    runs: dict[str, list[Cost]] = {}
    with SandboxServer(config) as server:

        def run(title: str) -> None:
            console.print(f"{title}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
            runs[title] = side_by_side(
                options.datadir.resolve(),
                server.url,
                options.model,
                console,
                lstm=options.with_lstm,
                stock_threads=options.stock_threads,
                own_features=options.own_features,
            )

        try:
            run("as it is")
            if options.busy:
                with one_core_busy():
                    run("one core busy")
        except JobError as error:
            console.print(f"error: {error}", markup=False)
            return 2
    found = {title: ratios(costs) for title, costs in runs.items()}
    if options.json:
        answer = {t: {"runs": [asdict(c) for c in runs[t]], "ratios": found[t]} for t in runs}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        for title, costs in runs.items():
            Console(width=120).print(
                table(f"{options.model}, {title}", costs, found[title], least_cpu)
            )
    held = all(r["cpu"] >= least_cpu and r["memory"] <= LARGEST_MEMORY for r in found.values())
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
