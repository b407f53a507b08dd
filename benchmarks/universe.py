"""One model for all pairs beside one for each: how good, and how dear.

    python benchmarks/universe.py --datadir DIR -c configs/freqai.json [--part second]

Both walk forward over the same windows of recorded candles. Per target, on the rows that both
forecast: Brier scores, skill over the base rate of each pair's own training, and the difference of
the two scores with a 95 % interval from resampled blocks of time, in which rows of all pairs at a
candle stay together. CPU seconds are those of the trainings alone, one thread each, in turn window
by window, so that whatever else the machine does falls on both.

Settings were chosen on the first half of the windows, after the variants that docs/forecasting.md
names; `--part second`, the default, is what may be reported. Done means: no worse Brier score on
either target, and for 8 pairs a tenth of the training time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aurum_plugins.commands.evaluate_request import EvaluateRequest
from aurum_plugins.commands.options import CandleDirectory, ConfigFiles, ForecastTimeframe
from aurum_plugins.forecasting import Ensemble, Readiness
from aurum_plugins.forecasting.evaluation.block_length import block_length
from aurum_plugins.forecasting.evaluation.bootstrap import TimeBootstrap
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.universe import Universe

EACH, ALL = "each", "all"
PAIRS_MEANT, TIMES_LESS_CPU = 8, 10.0
Fit = Callable[[Mapping[str, PairTable]], Mapping[str, Ensemble]]


@dataclass(frozen=True)
class TargetFigures:
    """Of one target, on rows that both forecast.

    `gain` is the Brier score of models for each pair less that of the model for all pairs: above 0
    the latter is better. The bounds hold 95 % of the resamples.
    """

    target: str
    rows: int
    brier_each: float
    brier_all: float
    skill_each: float
    skill_all: float
    gain: float
    gain_lower: float
    gain_upper: float


def each(request: EvaluateRequest) -> Fit:
    """A model for each pair."""

    def fit(tables: Mapping[str, PairTable]) -> Mapping[str, Ensemble]:
        return {
            pair: request.new_ensemble().fit(table.features, table.labels, table.candles)
            for pair, table in tables.items()
        }

    return fit


def together(request: EvaluateRequest) -> Fit:
    """One model for all."""

    def fit(tables: Mapping[str, PairTable]) -> Mapping[str, Ensemble]:
        return Universe(request.new_ensemble()).fit(tables).pairs_

    return fit


def forecasts(
    ensemble: Ensemble, rows: PairRows, start: int, who: str
) -> Mapping[str, pd.DataFrame]:
    """By target: probability, training base rate and outcome of each row that may be used."""
    whole = rows.between(start - ensemble.window, 2**62)
    made = ensemble.forecast(whole.features, whole.candles, whole.labels)
    found = {}
    for name, target in made.targets.items():
        outcome = whole.labels[name].to_numpy(np.float64)
        used = (made.readiness == Readiness.READY) & np.isfinite(outcome) & (whole.candles >= start)
        found[name] = pd.DataFrame(
            {
                who: target.probability[used],
                f"base_{who}": ensemble.models_[name].trained_.base_rate,
                "up": outcome[used] > 0,
            },
            index=pd.MultiIndex.from_product([[rows.pair], whole.candles[used]]),
        )
    return found


def walk(
    rows: Sequence[PairRows],
    windows: Sequence[tuple[int, int, int]],
    fits: Mapping[str, Fit],
    horizon: int,
    console: Console,
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Forecasts of both by target, side by side, and the CPU seconds of their trainings."""
    parts: dict[str, list[pd.DataFrame]] = {}
    seconds = dict.fromkeys(fits, 0.0)
    for begin, start, stop in track(windows, "windows", console=console):
        tables = {}
        for one in rows:
            past = one.between(begin, start)
            labels = past.known_before(start, horizon)
            names = list(labels.columns)
            tables[one.pair] = PairTable.of(past.features, labels, past.candles, names)
        made: dict[str, dict[str, list[pd.DataFrame]]] = {who: {} for who in fits}
        for who, fit in fits.items():
            before = time.process_time()
            models = fit(tables)
            seconds[who] += time.process_time() - before
            for one in rows:
                ahead = one.between(begin, stop)
                for name, table in forecasts(models[one.pair], ahead, start, who).items():
                    made[who].setdefault(name, []).append(table)
        for name in made[EACH]:
            one, other = (pd.concat(made[who][name]) for who in (EACH, ALL))
            parts.setdefault(name, []).append(one.join(other.drop(columns="up"), how="inner"))
    return {name: pd.concat(tables) for name, tables in parts.items()}, seconds


def figures(target: str, table: pd.DataFrame, horizon: int) -> TargetFigures:
    """Judge forecasts side by side."""
    up = table["up"].to_numpy(np.float64)
    losses = {who: (table[who].to_numpy() - up) ** 2 for who in (EACH, ALL)}
    base = (table[f"base_{EACH}"].to_numpy() - up) ** 2
    gain = losses[EACH] - losses[ALL]
    candles = table.index.get_level_values(1).to_numpy(np.int64)
    bootstrap = TimeBootstrap(candles, block_length(gain, candles, horizon))
    interval = bootstrap.interval_of_sums(lambda sums, n: sums / n, gain, np.ones(len(gain)))
    return TargetFigures(
        target=target,
        rows=len(table),
        brier_each=float(losses[EACH].mean()),
        brier_all=float(losses[ALL].mean()),
        skill_each=1 - float(losses[EACH].mean() / base.mean()),
        skill_all=1 - float(losses[ALL].mean() / base.mean()),
        gain=interval.estimate,
        gain_lower=interval.lower,
        gain_upper=interval.upper,
    )


def shown(found: Sequence[TargetFigures], title: str) -> Table:
    """Lay figures out for a terminal."""
    table = Table(title=title, title_justify="left")
    for heading in ("target", "rows", "Brier: each, all", "skill: each, all", "gain, 95 %"):
        table.add_column(heading)
    for one in found:
        table.add_row(
            one.target,
            f"{one.rows:,}",
            f"{one.brier_each:.5f}, {one.brier_all:.5f}",
            f"{one.skill_each:+.4f}, {one.skill_all:+.4f}",
            f"{one.gain:+.5f} ({one.gain_lower:+.5f} to {one.gain_upper:+.5f})",
        )
    return table


def main(
    config: ConfigFiles = None,
    datadir: CandleDirectory = None,
    timeframe: ForecastTimeframe = None,
    part: Annotated[str, typer.Option(help="Windows: first or second half.")] = "second",
    every: Annotated[int, typer.Option(min=1, help="Only each so many-th window.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Measure both, and say whether the model of all pairs is as good and cheap enough."""
    if part not in {"first", "second"}:
        raise typer.BadParameter("must be first or second", param_hint="--part")
    console = Console(stderr=True)
    made = {
        who: EvaluateRequest.of(
            config=config or (),
            datadir=datadir,
            timeframe=timeframe,
            threshold=0.9,
            cost=10.0,
            universe=who == ALL,
        )
        for who in (EACH, ALL)
    }
    request = made[EACH]
    horizon, windows = request.targets.horizon_candles, request.plan.windows
    half = len(windows) // 2
    windows = (windows[:half] if part == "first" else windows[half:])[::every]
    rows = list(request.rows())
    fits = {EACH: each(made[EACH]), ALL: together(made[ALL])}
    tables, seconds = walk(rows, windows, fits, horizon, console)
    found = [figures(name, table, horizon) for name, table in tables.items()]
    times = seconds[EACH] / seconds[ALL]
    # What the model of all pairs costs hardly depends on how many they are.
    wanted = TIMES_LESS_CPU * len(rows) / PAIRS_MEANT
    if as_json:
        answer = {
            "windows": len(windows),
            "pairs": len(rows),
            "cpu_seconds": seconds,
            "times_less_cpu": times,
            "targets": [asdict(one) for one in found],
        }
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        title = f"{len(rows)} pairs, {len(windows)} windows, {part} half"
        Console(width=130).print(shown(found, title))
        print(
            f"training: {seconds[EACH]:.1f} s CPU for each pair, {seconds[ALL]:.1f} s for all, "
            f"{times:.1f} times less (wanted: {wanted:.1f})"
        )
    held = times >= wanted and all(one.gain >= 0 for one in found)
    raise typer.Exit(0 if held else 1)


if __name__ == "__main__":
    typer.run(main)
