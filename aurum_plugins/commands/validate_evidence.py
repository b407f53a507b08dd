"""How `aurum validate` comes by what it measures: in three minutes, or in an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS, WallClock
from aurum_plugins.commands.evaluate_request import EvaluateRequest
from aurum_plugins.commands.evaluation_run import EvaluationRun
from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.preprocessing.quality.report import DataQualityReport
from aurum_plugins.sandbox import SandboxConfig, SandboxServer
from aurum_plugins.sandbox.faults import load_plan
from aurum_plugins.soak.plain_environment import plain_environment
from aurum_plugins.soak.sandboxed_bot import PAIRS
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.evidence import Evidence, left_out
from aurum_plugins.validation.gathered import Gathered
from aurum_plugins.validation.gathering.broken_exchange import BRIEF, PLAN, broken_exchange
from aurum_plugins.validation.gathering.coverage_account import coverage_account
from aurum_plugins.validation.gathering.data_account import DataAccount
from aurum_plugins.validation.gathering.decision_times import DecisionTimes, times_here
from aurum_plugins.validation.gathering.deployment_account import deployment_account
from aurum_plugins.validation.gathering.door_account import door_account
from aurum_plugins.validation.gathering.forecast_account import ForecastAccount
from aurum_plugins.validation.gathering.soak_account import SoakAccount
from aurum_plugins.validation.gathering.synthetic_candles import (
    SEED,
    synthetic_frames,
    write_candles,
)
from aurum_plugins.validation.gathering.timed_bot import TimedBot

if TYPE_CHECKING:
    import pandas as pd

TIMEFRAME: Final = "1h"
# Of the synthetic market, for what needs no real candles: enough to judge forecasts by, and enough
# to train on once.
BASES: Final = ("BTC", "ETH", "SOL")
DAYS: Final = 900
FEW_DAYS: Final = 200
TRAINED_DAYS: Final = 180
STEP_DAYS: Final = 60
FULL_SOAK: Final = Timetable.of(minutes=30.0)
TIMED: Final = 10.0  # minutes
# Latency is of so many candles a pair in the quick run.
TIMED_CANDLES: Final = 60
THRESHOLD, COST_BPS = 0.9, 10.0
FULL_PAIRS: Final = 5
FULL_DAYS: Final = 365
ONLY_FULL: Final = "only `aurum validate --full` measures it"
NO_CANDLES: Final = "no candles were named: --datadir FOLDER, of freqtrade's feather files"

OnSeconds = Callable[[float], None]


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Attributes
    ----------
    full : bool
    checkout, work : pathlib.Path
        Where the code is, and an empty folder for whatever is made.
    datadir : pathlib.Path or None
        Real candles.
    timeframe : str or None
        Of them.
    on_seconds : callable
        Called with the seconds that passed within the evidence that is being gathered.
    """

    full: bool
    checkout: Path
    work: Path
    datadir: Path | None
    timeframe: str | None
    on_seconds: OnSeconds

    @property
    def data(self) -> str:
        """Which candles, in words."""
        if not self.full:
            return "the synthetic market"
        return "no candles" if self.datadir is None else self.datadir.resolve().name


def evidence_of(request: Request) -> Gathered:
    """Everything that measures may read; nothing is gathered yet."""
    market = Evidence("synthetic candles", lambda: _frames(DAYS), seconds=2.0)
    brief = Evidence("some synthetic candles", lambda: _frames(FEW_DAYS), seconds=1.0)
    return Gathered(
        door=Evidence(
            "training on broken candles", lambda: door_account(brief(), SEED), seconds=3.0
        ),
        data=Evidence(
            "the quality of the candles",
            lambda: _data(request, market),
            seconds=120.0 if request.full else 2.0,
        ),
        forecasts=Evidence(
            "walking forward over the candles",
            lambda: _forecasts(request, market),
            seconds=900.0 if request.full else 25.0,
        ),
        times=_times(request, brief),
        soak=_soak(request),
        coverage=Evidence(
            "the last test run", lambda: coverage_account(request.checkout), seconds=10.0
        ),
        deployment=Evidence(
            "a clone, and a bot from it",
            lambda: deployment_account(request.work / "deployment", request.checkout),
            seconds=240.0,
        )
        if request.full
        else left_out(ONLY_FULL),
    )


def _frames(days: int) -> dict[str, pd.DataFrame]:
    return synthetic_frames(BASES, TIMEFRAME, days)


def _candles(request: Request, market: Evidence[dict[str, pd.DataFrame]]) -> Path:
    if not request.full:
        return write_candles(request.work / "candles", market(), TIMEFRAME)
    if request.datadir is None:
        raise NotMeasured(NO_CANDLES)
    return request.datadir


def _data(request: Request, market: Evidence[dict[str, pd.DataFrame]]) -> DataAccount:
    asked = QualityRequest.of(datadir=_candles(request, market), timeframe=request.timeframe)
    report = DataQualityReport(created=_now(), pairs=tuple(asked.assessments()))
    return DataAccount(report, is_synthetic=not request.full)


def _forecasts(request: Request, market: Evidence[dict[str, pd.DataFrame]]) -> ForecastAccount:
    folder = _candles(request, market)
    known = QualityRequest.of(datadir=folder, timeframe=request.timeframe).pairs
    asked = EvaluateRequest.of(
        pairs=known[:FULL_PAIRS],
        datadir=folder,
        timeframe=request.timeframe,
        train_days=None if request.full else TRAINED_DAYS,
        step_days=None if request.full else STEP_DAYS,
        threshold=THRESHOLD,
        cost=COST_BPS,
    )
    interval = candle_interval_ms(asked.data.survey.timeframe)
    # Of years of candles the last one.
    first = max(asked.plan.first, asked.plan.stop - FULL_DAYS * DAY_MS // interval)
    asked = replace(asked, plan=replace(asked.plan, first=first))
    # Canaries double the time; of invented candles nothing is believed anyway.
    run = EvaluationRun(asked, with_canaries=request.full)
    for step in run.steps():
        for _ in step.work:
            pass
    acted = run.forecasts[run.forecasts["usable"]]
    means = acted.groupby("label")["confidence"].mean().dropna()
    confidence = {str(name): float(mean) for name, mean in means.items()}
    return ForecastAccount(run.report(_now()), confidence, is_synthetic=not request.full)


def _times(request: Request, brief: Evidence[dict[str, pd.DataFrame]]) -> Evidence[DecisionTimes]:
    if not request.full:
        return Evidence(
            "a forecast of each new candle",
            lambda: times_here(brief(), TIMED_CANDLES),
            seconds=6.0,
        )
    return Evidence(
        "a bot that forecasts and trains", lambda: _timed(request), seconds=60 * TIMED + 20
    )


def _timed(request: Request) -> DecisionTimes:
    bot = TimedBot(request.work / "timed", request.checkout, list(PAIRS))
    with SandboxServer(SandboxConfig(port=0, request_weight=None)) as server:
        rows = bot.run(freqtrade_environment(server.url, plain_environment()), TIMED)
    ready = [row for row in rows if row["ready"]]
    return DecisionTimes(
        milliseconds=tuple(row["wall_ms"] for row in ready),
        what="a bot's whole analysis of a new candle, features, forecast and signal",
        pairs=len(PAIRS),
        while_training=sum(row["training"] for row in ready),
    )


def _soak(request: Request) -> Evidence[SoakAccount]:
    timetable = FULL_SOAK if request.full else BRIEF

    def run() -> SoakAccount:
        named = request.checkout / "configs" / "faults" / "soak.json"
        plan = load_plan(named) if request.full else PLAN
        folder = request.work / "soak"
        return broken_exchange(folder, request.checkout, timetable, plan, request.on_seconds)

    return Evidence("a bot on a broken exchange", run, seconds=timetable.end + 50)


def _now() -> datetime:
    return datetime.fromtimestamp(WallClock().now_ms() / 1_000, UTC)
