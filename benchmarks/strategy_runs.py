"""Backtests that are compared: what freqtrade is told, and what it makes of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from baselines import PAIRS, read_results

from aurum_plugins.commands.sandbox_link import freqtrade_environment

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
FEE = 0.001
# FreqAI looks back on so many days, and on the candles that features need, before the first day
# that is traded; with configs/freqai.json's 365 it would begin to trade later than 2021-10-01.
TRAIN_DAYS = 330
# Nothing but the breakout and a size by volatility: policy asks for nothing, no limit is in reach.
# The outer stop of the strategy, 35 %, stays: freqtrade wants one.
PLAIN: dict[str, Any] = {
    "policy": {"bear_entries": "all", "forecasts": "off", "cost_multiple": 0},
    "risk": {
        "risk_per_trade": 0.1,
        "stop_multiple": 100,
        "position_cap": 1,
        "group_cap": 1,
        "total_cap": 1,
        "daily_loss": 1,
        "weekly_loss": 1,
        "consecutive_losses": 1_000,
        "drawdown_throttle": 0.99,
        "drawdown_stop": 1,
        "throttle_floor": 1,
    },
}
STEP = re.compile(r"Training (\S+), (\d+)/(\d+) pairs .*?, (\d+)/(\d+) trains")
TRADING = "Running backtesting for Strategy"
RAISED = re.compile(r"Training \S+ raised exception (\w+)\.")
REFUSAL = "NotPromoted"  # trained, judged, and may not serve: that is part of the strategy
READINESS, READY = "&-readiness", 1
Tell = Callable[[str, float | None], None]


class RunError(Exception):
    """A backtest did not do what it was asked to do: its figures would mean nothing."""


@dataclass(frozen=True)
class Variant:
    """One way to run the strategy.

    `configs` are files of `configs/`, the last one counting most, and `overlay` is laid on top of
    them. `identifier` names FreqAI's folder of forecasts, None without FreqAI; `strategy`, the
    class that is run.
    """

    name: str
    configs: tuple[str, ...] = ("backtest.json",)
    overlay: Mapping[str, Any] = field(default_factory=dict)
    protections: bool = True
    identifier: str | None = None
    strategy: str = "AurumStrategy"


@dataclass(frozen=True)
class Job:
    """What all backtests share: folders, the sandbox's address, first day and day after the last.

    `userdir` keeps FreqAI's forecasts; `pairs` are those that are traded.
    """

    datadir: Path
    userdir: Path
    url: str
    start: str
    end: str
    pairs: Sequence[str] = tuple(PAIRS)

    @property
    def timerange(self) -> str:
        """As freqtrade reads it."""
        first, last = (day.replace("-", "") for day in (self.start, self.end))
        return f"{first}-{last}"


def variants(identifier: str) -> tuple[Variant, Variant, Variant]:
    """The plain breakout, the strategy without AI, and the strategy with AI."""
    freqai = {"identifier": identifier, "train_period_days": TRAIN_DAYS}
    return (
        Variant("Donchian in freqtrade, no limits", overlay={"aurum": PLAIN}, protections=False),
        Variant("AurumStrategy without AI"),
        Variant(
            "AurumStrategy with AI",
            configs=("backtest.json", "freqai.json"),
            overlay={"freqai": freqai},
            identifier=identifier,
        ),
    )


def backtest(variant: Variant, job: Job, folder: Path, tell: Tell) -> dict[str, Any]:
    """Run one backtest in a process of its own and return freqtrade's result.

    Parameters
    ----------
    variant : Variant
    job : Job
    folder : pathlib.Path
        Takes configuration, log and result.
    tell : callable
        Told what is being done, and the share of it that is, if known.

    Raises
    ------
    RunError
        If freqtrade fails, a training fails, or the first decision is not on the first day.
    """
    words = command(variant, job, folder)
    text = follow(variant.name, words, job.url, folder / "freqtrade.log", tell)
    failed = set(RAISED.findall(text)) - {REFUSAL}
    if failed:
        raise RunError(f"{variant.name}: trainings failed ({', '.join(sorted(failed))})")
    exports = sorted((folder / "results").glob("*.zip"))
    if len(exports) != 1:
        raise RunError(f"{variant.name}: one result was expected, {len(exports)} were written")
    result = read_results(exports[0])[variant.strategy]
    check_start(variant, job, result)
    return result


def command(variant: Variant, job: Job, folder: Path) -> list[str]:
    """Write the configuration into `folder`, and give freqtrade's command line."""
    (folder / "results").mkdir(parents=True)
    config = {
        "add_config_files": [str(ROOT / "configs" / name) for name in variant.configs],
        "exchange": {"pair_whitelist": list(job.pairs)},
        "fee": FEE,
        **variant.overlay,
    }
    (folder / "config.json").write_text(json.dumps(config))
    own = ROOT / "user_data"
    return [
        *(PROGRAM, "backtesting", "-c", str(folder / "config.json")),
        *("--strategy", variant.strategy),
        *("--userdir", str(job.userdir), "--strategy-path", str(own / "strategies")),
        *("--freqaimodel-path", str(own / "freqaimodels"), "--datadir", str(job.datadir)),
        *("--timerange", job.timerange, "--cache", "none", "--no-color"),
        *("--export", "trades", "--backtest-directory", str(folder / "results")),
        *(("--enable-protections",) if variant.protections else ()),
    ]


def follow(name: str, words: list[str], url: str, log: Path, tell: Tell) -> str:
    """Run a command, keep what it prints in a file, and tell how far it is.

    Raises
    ------
    RunError
        If it ends with anything but 0.
    """
    # Forecasting libraries start a thread a core, and wait for each other by spinning.
    environment = {**freqtrade_environment(url), "OMP_NUM_THREADS": "1"}
    tell("loading candles", None)
    with (
        log.open("w") as copy,
        subprocess.Popen(
            words,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=log.parent,
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - narrows the type
        try:
            for line in process.stdout:
                copy.write(line)
                found = step(line)
                if found is not None:
                    tell(*found)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        tail = "".join(deque(log.read_text().splitlines(keepends=True), 25))
        raise RunError(f"{name}: freqtrade ended with status {process.returncode}\n{tail}")
    return log.read_text()


def step(line: str) -> tuple[str, float | None] | None:
    """What a line of freqtrade's log says is being done, and the share of it that is."""
    if TRADING in line:
        return "trading", None
    found = STEP.search(line)
    if found is None:
        return None
    pair = found[1]
    number, pairs, training, trainings = (int(found[group]) for group in range(2, 6))
    done = ((number - 1) * trainings + training - 1) / (pairs * trainings)
    return f"forecasts of {pair}", done


def check_start(variant: Variant, job: Job, result: Mapping[str, Any]) -> None:
    """See to it that decisions begin on the first day, with a forecast where there are any.

    Raises
    ------
    RunError
        If they do not.
    """
    first = pd.Timestamp(job.start, tz="UTC")
    began = pd.Timestamp(result["backtest_start"], tz="UTC")
    if began != first:
        raise RunError(
            f"{variant.name}: trading began on {began:%F %R} instead of {first:%F}: too few "
            f"candles before that day in {job.datadir}"
        )
    if variant.identifier is None:
        return
    folder = job.userdir / "models" / variant.identifier / "backtesting_predictions"
    ready = 0
    for pair in job.pairs:
        coin = pair.split("/", maxsplit=1)[0].lower()
        path = folder / f"cb_{coin}_{int(first.timestamp())}_prediction.feather"
        if not path.is_file():
            raise RunError(
                f"{variant.name}: no forecasts of {pair} begin on {first:%F} ({path} is missing): "
                f"FreqAI needs {TRAIN_DAYS} days and the features' candles before it"
            )
        window = pd.read_feather(path)
        day = window[window["date"] < first + pd.Timedelta(days=1)]
        ready += int((day[READINESS] == READY).sum()) if READINESS in day else 0
    if not ready:
        raise RunError(f"{variant.name}: no forecast of {first:%F} may be acted on")
