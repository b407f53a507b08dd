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
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering.timed_bot import TimedBot

ROOT = Path(__file__).resolve().parents[1]
DAYS = 5
BUDGET_MS, BUDGET_WITH_LSTM_MS = 100.0, 250.0


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
        bot = TimedBot(folder, ROOT, pairs, options.model, lstm=options.with_lstm)
        config = SandboxConfig(port=0, replay=ReplayConfig(directory=market), request_weight=None)
        with SandboxServer(config) as server:
            console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
            try:
                rows = bot.run(freqtrade_environment(server.url), options.minutes)
            except NotMeasured as error:
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
