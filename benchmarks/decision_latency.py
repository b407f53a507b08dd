"""How long a running bot takes from a new candle to its decision, pair by pair.

    python benchmarks/decision_latency.py [--minutes 15] [--pairs 20] [--model NAME]

`freqtrade trade`, dry-run, on the simulated exchange: random walks of 1-minute candles,
AurumStrategy, and a model of FreqAI that trains one pair after the other without a pause. Measured
is freqtrade's `analyze_ticker` of every pair and candle, in which FreqAI forecasts. Wall times need
an idle machine; beside them stands the CPU time of the deciding thread. Budget: 100 ms of wall time
in the 99th percentile, 250 ms with the LSTM.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
DAYS = 5
BUDGET_MS, BUDGET_WITH_LSTM_MS = 100.0, 250.0
MEMBERS = ("linear", "random_forest", "lightgbm", "xgboost")
RAISED = re.compile(r"Training \S+ raised exception (\w+)\.")
REFUSAL = "NotPromoted"  # trained, judged, and may not serve
TIMINGS = "AURUM_BENCHMARK_TIMINGS"
# One line a pair and candle. FreqAI says by `train_timer` when its other thread trains.
STRATEGY = """\
import importlib.util
import json
import os
import time

SPEC = importlib.util.spec_from_file_location("aurum_strategy_to_time", {strategy!r})
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)


class TimedStrategy(MODULE.AurumStrategy):
    watched = None
    trainings = 0
    training = False

    def watch(self):
        def timer(do="start", pair="", tell=self.freqai.train_timer):
            self.training = do == "start"
            self.trainings += self.training
            return tell(do, pair)

        self.freqai.train_timer = timer
        self.watched = self.freqai

    def populate_indicators(self, dataframe, metadata):
        if self.watched is not self.freqai:
            self.watch()
        return super().populate_indicators(dataframe, metadata)

    def analyze_ticker(self, dataframe, metadata):
        before = self.training, self.trainings
        wall, cpu = time.perf_counter(), time.thread_time()
        found = super().analyze_ticker(dataframe, metadata)
        line = {{
            "pair": metadata["pair"],
            "wall_ms": 1e3 * (time.perf_counter() - wall),
            "cpu_ms": 1e3 * (time.thread_time() - cpu),
            "training": before[0] or self.training or self.trainings > before[1],
            "ready": self.freqai.dd.model_dictionary.get(metadata["pair"]) is not None,
            "decided": bool(found["do_predict"].iloc[-1] == 1),
        }}
        with open(os.environ[{timings!r}], "a") as file:
            file.write(json.dumps(line) + "\\n")
        return found
"""


def names(count: int) -> list[str]:
    """Names of so many invented pairs."""
    return [f"COIN{chr(ord('A') + number)}/USDT" for number in range(count)]


def write_market(folder: Path, pairs: list[str], seed: int = 0) -> None:
    """Random walks of 1-minute candles, in freqtrade's feather layout."""
    rows = DAYS * 24 * 60
    dates = pd.date_range("2025-01-01", periods=rows, freq="1min", tz="UTC").as_unit("ms")
    rng = np.random.default_rng(seed)
    for pair in pairs:
        close = 100 * np.exp(np.cumsum(rng.normal(0, 1e-3, rows)))
        opening = np.r_[close[:1], close[:-1]]
        spread = np.exp(np.abs(rng.normal(0, 5e-4, rows)))
        frame = pd.DataFrame(
            {
                "date": dates,
                "open": opening,
                "high": np.maximum(opening, close) * spread,
                "low": np.minimum(opening, close) / spread,
                "close": close,
                "volume": np.exp(rng.normal(6, 1, rows)),
            }
        )
        frame.to_feather(folder / f"{pair.replace('/', '_')}-1m.feather")


def configuration(pairs: list[str], model: str, *, lstm: bool) -> dict[str, Any]:
    """A bot on 1-minute candles that trains for ever."""
    aurum: dict[str, Any] = {"features": {"market_pairs": pairs[:5]}}
    aurum["targets"] = {"volatility_candles": 60, "include": ["forward_volatility"]}
    if model == "AurumEnsemble":
        aurum["targets"]["include"] = ["forward_return", "forward_volatility"]
        aurum["ensemble"] = {"members": [*MEMBERS, "lstm"] if lstm else list(MEMBERS)}
    return {
        "add_config_files": [
            str(ROOT / "configs" / name) for name in ("sandbox.json", "freqai.json")
        ],
        "strategy": "TimedStrategy",
        "freqaimodel": model,
        "db_url": "sqlite://",
        "api_server": {"enabled": False},
        "internals": {"process_throttle_secs": 1},
        "exchange": {"pair_whitelist": pairs},
        "freqai": {
            "identifier": "latency",
            "train_period_days": 2,
            "model_training_parameters": {"n_estimators": 300, "n_jobs": 1, "verbosity": -1},
            "live_retrain_hours": 0,
            "feature_parameters": {
                "include_timeframes": ["1m", "5m"],
                "include_corr_pairlist": [],
                "indicator_periods_candles": [10, 20],
                "label_period_candles": 10,
            },
        },
        "aurum": aurum,
    }


def prepare(folder: Path, config: dict[str, Any]) -> list[str]:
    """Write configuration and strategy, and return the bot's command line."""
    strategies = folder / "strategies"
    strategies.mkdir(parents=True)
    own = ROOT / "user_data"
    text = STRATEGY.format(strategy=str(own / "strategies" / "AurumStrategy.py"), timings=TIMINGS)
    (strategies / "TimedStrategy.py").write_text(text)
    (folder / "config.json").write_text(json.dumps(config))
    files = ("-c", str(folder / "config.json"), "--userdir", str(folder))
    places = ("--strategy-path", str(strategies), "--freqaimodel-path", str(own / "freqaimodels"))
    return [PROGRAM, "trade", *files, *places]


def run(words: list[str], url: str, folder: Path, minutes: float) -> list[dict[str, Any]]:
    """Let a bot run, and return its timings.

    Raises
    ------
    RuntimeError
        If it ends by itself, or its log shows an error.
    """
    log, timings = folder / "freqtrade.log", folder / "timings.jsonl"
    environment = {**freqtrade_environment(url), TIMINGS: str(timings)}
    with log.open("wb") as output:
        bot = subprocess.Popen(words, env=environment, stdout=output, stderr=output, cwd=folder)
        try:
            ended = bot.wait(60 * minutes)
        except subprocess.TimeoutExpired:
            ended = None
        finally:
            for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
                if bot.poll() is None:
                    bot.send_signal(number)
                    stop_by = time.monotonic() + 30
                    while bot.poll() is None and time.monotonic() < stop_by:
                        time.sleep(0.1)
    text = log.read_text(errors="replace")
    if ended is not None or not timings.is_file():
        raise RuntimeError(f"the bot ended, or decided nothing\n{text[-3_000:]}")
    failed = set(RAISED.findall(text)) - {REFUSAL}
    if failed:
        raise RuntimeError(f"trainings failed: {', '.join(sorted(failed))}\n{text[-3_000:]}")
    return [json.loads(line) for line in timings.read_text().splitlines()]


def quantiles(rows: list[dict[str, Any]], key: str) -> tuple[float, float, float]:
    """Median, 99th percentile and maximum; NaN of nothing."""
    values = [row[key] for row in rows]
    if not values:
        return (float("nan"),) * 3
    p50, p99 = np.quantile(values, [0.5, 0.99])
    return float(p50), float(p99), max(values)


def table(rows: list[dict[str, Any]], title: str) -> Table:
    """Lay the timings out for a terminal; rows without a model are counted, and left out."""
    grid = Table(title=title)
    for column in ("", "decisions", "wall p50 ms", "p99", "max", "CPU p50 ms", "p99", "max"):
        grid.add_column(column, justify="right" if column else "left")
    ready = [row for row in rows if row["ready"]]
    parts = {
        "all": ready,
        "while a training runs": [row for row in ready if row["training"]],
        "while none runs": [row for row in ready if not row["training"]],
        "before the first model": [row for row in rows if not row["ready"]],
    }
    for name, part in parts.items():
        figures = (*quantiles(part, "wall_ms"), *quantiles(part, "cpu_ms"))
        grid.add_row(name, str(len(part)), *(f"{figure:.1f}" for figure in figures))
    return grid


def main() -> int:
    """Measure, print a table (or JSON lines), and say whether the budget holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15.0, help="how long the bot runs")
    parser.add_argument("--pairs", type=int, default=20, help="from 5 to 26")
    models = ("AurumEnsemble", "AurumLightGBMRegressor")
    parser.add_argument("--model", choices=models, default=models[0])
    parser.add_argument("--with-lstm", action="store_true", help="needs the extra lstm")
    parser.add_argument("--json", action="store_true", help="print the timings as JSON lines")
    options = parser.parse_args()
    if not 5 <= options.pairs <= 26:  # noqa: PLR2004 - one for each letter
        parser.error(f"--pairs: must be from 5 to 26, got {options.pairs}")
    if options.with_lstm and importlib.util.find_spec("torch") is None:
        parser.error("--with-lstm: PyTorch is not installed; pip install 'aurumbotx[lstm]'")
    console = Console(stderr=True, highlight=False)
    pairs = names(options.pairs)
    with tempfile.TemporaryDirectory() as name:
        folder, market = Path(name, "bot"), Path(name, "market")
        market.mkdir()
        write_market(market, pairs)
        words = prepare(folder, configuration(pairs, options.model, lstm=options.with_lstm))
        config = SandboxConfig(port=0, replay=ReplayConfig(directory=market), request_weight=None)
        with SandboxServer(config) as server:
            console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
            try:
                rows = run(words, server.url, folder, options.minutes)
            except RuntimeError as error:
                console.print(f"error: {error}", markup=False)
                return 2
    if options.json:
        sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)
    else:
        Console(width=120).print(table(rows, f"{options.model}, {options.pairs} pairs, 1m"))
    budget = BUDGET_WITH_LSTM_MS if options.with_lstm else BUDGET_MS
    p99 = quantiles([row for row in rows if row["ready"]], "wall_ms")[1]
    return 0 if p99 <= budget else 1


if __name__ == "__main__":
    sys.exit(main())
