"""How evidence is gathered: what is run with what, quick and full; the long parts are stand-ins."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from validation_accounts import soak

from aurum_plugins.commands import validate_evidence as gathering
from aurum_plugins.commands.validate_evidence import Request, evidence_of
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.evaluation.report import TargetReport
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.gathering.broken_exchange import PLAN
from aurum_plugins.validation.gathering.synthetic_candles import synthetic_frames, write_candles

CHECKOUT = Path(__file__).resolve().parents[3]


def request(folder: Path, **changes: Any) -> Request:
    facts: dict[str, Any] = {
        "full": False,
        "checkout": CHECKOUT,
        "work": folder,
        "datadir": None,
        "timeframe": None,
        "on_seconds": lambda _: None,
    }
    return Request(**{**facts, **changes})


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> None:
    """No configuration of the checkout is read."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def candles(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("candles")
    return write_candles(folder, synthetic_frames(("BTC", "ETH"), "1h", 60), "1h")


def test_of_a_quick_run_the_candles_are_invented(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(gathering, "DAYS", 40)
    asked = request(tmp_path)
    account = evidence_of(asked).data()
    assert account.is_synthetic
    assert [pair.pair for pair in account.report.pairs] == ["BTC/USDT", "ETH/USDT", "SOL/USDT"]
    assert {pair.completeness for pair in account.report.pairs} == {1.0}
    assert asked.data == "the synthetic market"


def test_of_a_full_run_they_are_those_that_were_named(tmp_path, candles) -> None:
    asked = request(tmp_path, full=True, datadir=candles)
    account = evidence_of(asked).data()
    assert not account.is_synthetic
    assert len(account.report.pairs) == 2
    assert asked.data == candles.name


@pytest.mark.parametrize("name", ["data", "forecasts"])
def test_a_full_run_without_candles_invents_none(tmp_path, name) -> None:
    asked = request(tmp_path, full=True)
    with pytest.raises(NotMeasured, match="no candles were named: --datadir"):
        getattr(evidence_of(asked), name)()
    assert asked.data == "no candles"


class Run:
    """An evaluation that forecasts nothing."""

    def __init__(self, asked: Any, *, with_canaries: bool) -> None:
        self.asked, self.with_canaries = asked, with_canaries
        self.worked: list[int] = []
        Run.last = self

    last: Run

    def steps(self) -> Any:
        return [SimpleNamespace(work=iter([1, 2])), SimpleNamespace(work=iter([3]))]

    @property
    def forecasts(self) -> Any:
        rows = {
            "label": ["a", "a", "a", "b"],
            "usable": [True, True, False, True],
            "confidence": [0.5, 0.7, 0.0, float("nan")],
        }
        return pd.DataFrame(rows)

    def report(self, created: Any) -> Any:
        target = TargetReport.model_construct(target="a")
        return SimpleNamespace(created=created, targets=(target,))


def test_forecasts_of_years_are_of_the_last_one(tmp_path, candles, monkeypatch) -> None:
    monkeypatch.setattr(gathering, "EvaluationRun", Run)
    monkeypatch.setattr(gathering, "TRAINED_DAYS", 10)
    monkeypatch.setattr(gathering, "_frames", lambda _: synthetic_frames(("BTC", "ETH"), "1h", 60))
    monkeypatch.setattr(gathering, "FULL_DAYS", 10)
    account = evidence_of(request(tmp_path)).forecasts()
    plan = Run.last.asked.plan
    assert plan.stop - plan.first == 10 * 24
    assert not Run.last.with_canaries
    assert account.mean_confidence == {"a": pytest.approx(0.6)}
    assert account.is_synthetic


def test_forecasts_of_real_candles_are_checked_by_canaries(tmp_path, monkeypatch) -> None:
    asked: dict[str, Any] = {}

    def of(**options: Any) -> Any:
        asked.update(options)
        return SimpleNamespace(
            plan=SimpleNamespace(first=0, stop=100),
            data=SimpleNamespace(survey=SimpleNamespace(timeframe="1h")),
        )

    known = SimpleNamespace(pairs=tuple("ABCDEFG"))
    monkeypatch.setattr(gathering.QualityRequest, "of", lambda **_: known)
    monkeypatch.setattr(gathering.EvaluateRequest, "of", of)
    monkeypatch.setattr(gathering, "replace", lambda thing, **_: thing)
    monkeypatch.setattr(gathering, "EvaluationRun", Run)
    evidence_of(request(tmp_path, full=True, datadir=tmp_path)).forecasts()
    assert Run.last.with_canaries
    assert (asked["pairs"], asked["train_days"]) == (tuple("ABCDE"), None)


@pytest.mark.parametrize("full", [False, True])
def test_the_soak_is_longer_and_worse_in_a_full_run(tmp_path, monkeypatch, full) -> None:
    asked: list[Any] = []

    def run(*arguments: Any) -> Any:
        asked.extend(arguments)
        return soak()

    monkeypatch.setattr(gathering, "broken_exchange", run)
    evidence_of(request(tmp_path, full=full)).soak()
    folder, checkout, timetable, plan, _ = asked
    assert (folder, checkout) == (tmp_path / "soak", CHECKOUT)
    assert (timetable.end, plan == PLAN) == ((1_800.0, False) if full else (90.0, True))


def test_a_checkout_without_the_plan_is_no_soak(tmp_path) -> None:
    gathered = evidence_of(request(tmp_path, full=True, checkout=tmp_path))
    with pytest.raises(ConfigurationError):
        gathered.soak()


def test_a_deployment_is_for_full_runs(tmp_path, monkeypatch) -> None:
    with pytest.raises(LeftOut, match="only `aurum validate --full`"):
        evidence_of(request(tmp_path)).deployment()
    monkeypatch.setattr(gathering, "deployment_account", lambda *places: places)
    places = evidence_of(request(tmp_path, full=True)).deployment()
    assert places == (tmp_path / "deployment", CHECKOUT)


def test_the_rest_is_handed_what_it_needs(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(gathering, "_frames", lambda days: f"{days} days")
    monkeypatch.setattr(gathering, "door_account", lambda *given: given)
    monkeypatch.setattr(gathering, "times_here", lambda *given: given)
    monkeypatch.setattr(gathering, "coverage_account", lambda *given: given)
    gathered = evidence_of(request(tmp_path))
    assert gathered.door() == ("200 days", gathering.SEED)
    assert gathered.times() == ("200 days", gathering.TIMED_CANDLES)
    assert gathered.coverage() == (CHECKOUT,)


def test_decisions_of_a_full_run_are_timed_in_a_bot(tmp_path, monkeypatch) -> None:
    asked: dict[str, Any] = {}

    class Bot:
        def __init__(self, folder: Path, checkout: Path, pairs: list[str]) -> None:
            asked.update(folder=folder, checkout=checkout, pairs=len(pairs))

        def run(self, environment: Any, minutes: float) -> list[dict[str, Any]]:
            asked.update(minutes=minutes, environment=environment)
            row = {"wall_ms": 10.0, "ready": True, "training": True}
            return [row, {**row, "training": False}, {**row, "ready": False}]

    @contextmanager
    def server(_: Any) -> Any:
        yield SimpleNamespace(url="http://127.0.0.1:1")

    monkeypatch.setattr(gathering, "TimedBot", Bot)
    monkeypatch.setattr(gathering, "SandboxServer", server)
    monkeypatch.setenv("FREQTRADE__EXCHANGE__KEY", "of a real account")
    monkeypatch.setenv("AURUM_DATABASE_URL", "sqlite:///of-a-real-bot.sqlite")
    times = evidence_of(request(tmp_path, full=True)).times()
    assert (times.milliseconds, times.while_training, times.pairs) == ((10.0, 10.0), 1, 8)
    assert asked["folder"] == tmp_path / "timed"
    assert any("127.0.0.1:1" in value for value in asked["environment"].values())
    assert not {"FREQTRADE__EXCHANGE__KEY", "AURUM_DATABASE_URL"} & set(asked["environment"])
