"""`aurum evaluate`: what it writes, what it prints, what it refuses and in which words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from fake_cluster import ADDRESS, FakeCluster
from forecast_table import forecast_table
from typer.testing import CliRunner

from aurum_plugins.commands import evaluation_run
from aurum_plugins.commands.evaluate import evaluate
from aurum_plugins.commands.evaluate_request import EvaluateRequest
from aurum_plugins.errors import AurumError, ConfigurationError, DataError
from aurum_plugins.forecasting.evaluation.report import EvaluationReport
from aurum_plugins.forecasting.evaluation.walk_forward_run import WindowResult
from aurum_plugins.forecasting.workers import dask_client as open_dask
from aurum_plugins.forecasting.workers.dask_workers import DaskWorkers
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers

HOURS = 24 * 60
DAYS = ("--train-days", "20", "--step-days", "10")
SHORT = {"horizon_candles": 4, "volatility_candles": 48}
TARGETS = ("forward_return", "forward_volatility")
FIXED = {"threshold": 0.65, "cost": 10.0}
app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False)
app.command()(evaluate)


def candles(seed: int, count: int = HOURS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(count)))
    opened = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=count, freq="1h", tz="UTC"),
            "open": opened,
            "high": np.maximum(opened, close) * (1 + 0.01 * rng.random(count)),
            "low": np.minimum(opened, close) * (1 - 0.01 * rng.random(count)),
            "close": close,
            "volume": rng.lognormal(0, 1, count),
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of the candles; the configuration asks for few features."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "user_data" / "data" / "binance"
    data.mkdir(parents=True)
    for seed, name in enumerate(("BTC_USDT-1h", "ETH_USDT-1h")):
        candles(seed).to_feather(data / f"{name}.feather")
    configure(tmp_path, targets=SHORT, features={"include": ["rsi", "body"]})
    return data


def configure(folder: Path, **sections: object) -> None:
    (folder / "user_data" / "config.json").write_text(json.dumps({"aurum": sections}))


class Walk:
    """Stands in for the training: random forecasts, and a note of what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[list, object, object, bool]] = []
        self.fails: set[tuple[str, int]] = set()

    def __call__(self, pairs, plan, ensemble, workers=1, ablate=True) -> Iterator[WindowResult]:
        self.asked.append((list(pairs), plan, workers, ablate))
        assert ensemble().horizon == 4
        for rows in pairs:
            for number, (_, start, stop) in enumerate(plan.windows):
                failed = (rows.pair, number) in self.fails
                yield WindowResult(
                    rows.pair,
                    number,
                    {name: self.table(rows, name, number, start, stop) for name in TARGETS},
                    "OneOutcome: one sign" if failed else "",
                )

    def table(self, rows, name: str, number: int, start: int, stop: int) -> pd.DataFrame:
        part = rows.between(start, stop)
        frame = forecast_table(len(part.candles), (rows.pair,), seed=number, refused=0.0)
        return frame.assign(
            candle=part.candles,
            open_ms=part.open_ms,
            window=number,
            target=part.labels[name].to_numpy(np.float64),
            close=part.close,
            usable=(rows.pair, number) not in self.fails,
        )


@pytest.fixture
def walk(monkeypatch) -> Walk:
    stand_in = Walk()
    monkeypatch.setattr(evaluation_run, "walk_forward", stand_in)
    return stand_in


def invoke(*arguments: str):
    return CliRunner().invoke(app, [*DAYS, *arguments], env={"COLUMNS": "200"})


def refusal(*arguments: str) -> str:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return str(result.exception)


def report(folder: Path = Path("user_data/evaluation")) -> EvaluationReport:
    return EvaluationReport.model_validate_json((folder / "evaluation.json").read_bytes())


def test_it_writes_a_report_a_page_and_the_forecasts(folder, walk) -> None:
    result = invoke("--threshold", "0.65", "--trials", "7", "--cost", "15", "--workers", "2")
    assert result.exit_code == 0, result.output
    found = report()
    assert [target.target for target in found.targets] == list(TARGETS)
    direction, volatility = found.targets
    assert direction.strategy is not None
    assert volatility.strategy is None
    assert [canary.name for canary in direction.canaries] == ["shuffled labels", "shuffled splits"]
    header = found.header
    assert (header.data_set, header.timeframe, header.horizon_candles) == ("binance", "1h", 4)
    assert (header.threshold, header.trials, header.cost) == (0.65, 7, 0.0015)
    assert (header.train_days, header.step_days) == (20, 10)
    assert header.pairs == ("BTC/USDT", "ETH/USDT")
    assert header.settings["aurum.targets"]["volatility_candles"] == 48
    assert "numpy" in header.versions
    page = Path("user_data/evaluation/evaluation.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    forecasts = pd.read_parquet("user_data/evaluation/forecasts.parquet")
    assert list(forecasts.columns[:3]) == ["label", "pair", "candle"]
    assert len(forecasts) == sum(target.forecasts for target in found.targets)
    for words in ("forward_return", "right at 0.65", "evaluation.json", "forecasts.parquet"):
        assert words in result.stdout
    assert {path.name for path in Path("user_data/evaluation").iterdir()} == {
        "evaluation.json",
        "evaluation.html",
        "forecasts.parquet",
    }
    (rows, plan, workers, ablate), (_, few, _, spared) = walk.asked
    assert (len(rows), workers, ablate, spared) == (2, LocalWorkers(2), True, False)
    assert len(few.windows) == 3 < len(plan.windows)


def test_with_a_scheduler_its_workers_walk_forward(folder, walk, monkeypatch) -> None:
    cluster = FakeCluster()
    cluster.threads["tcp://127.0.0.1:4000"] = 2
    monkeypatch.setattr(open_dask, "dask_client", lambda address: cluster)
    result = invoke("--scheduler", ADDRESS, "--no-canaries")
    assert result.exit_code == 0, result.output
    ((_, _, workers, _),) = walk.asked
    assert isinstance(workers, DaskWorkers)
    assert "Worker tcp://127.0.0.1:4000 has 2 threads" in result.stderr
    assert cluster.closed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scheduler", "tcp://10.0.0.1:8786"), "must begin with tls:// beyond this machine"),
        (("--scheduler", ADDRESS, "--workers", "2"), "leave it out with --scheduler"),
    ],
)
def test_a_scheduler_that_makes_no_sense_is_refused(folder, walk, arguments, words) -> None:
    assert words in refusal(*arguments)
    assert walk.asked == []


def test_one_model_may_be_trained_for_all_pairs(folder, walk, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(evaluation_run, "walk_universe", walk)
    monkeypatch.setattr(evaluation_run, "walk_forward", None)
    assert invoke("--universe", "--no-canaries").exit_code == 0
    settings = report().header.settings
    assert settings["aurum.universe"]["enabled"] is True
    assert settings["aurum.ensemble"]["folds"] == settings["aurum.universe"]["folds"] == 2
    configure(tmp_path, targets=SHORT, features={"include": ["rsi"]}, universe={"enabled": True})
    assert invoke("--no-canaries").exit_code == 0


def test_forecasts_begin_when_there_is_a_window_of_labels(folder) -> None:
    request = EvaluateRequest.of(train_days=20, step_days=10, **FIXED)
    begin = 24 * 20 + 48 + 4
    plan = request.plan
    start = int(pd.Timestamp("2024-01-01", tz="UTC").timestamp()) // 3_600
    assert (plan.first, plan.stop) == (start + begin, start + HOURS)
    assert (plan.train_candles, plan.step_candles) == (480, 240)
    assert request.windows == 2 * len(plan.windows)


def test_options_choose_pairs_and_period(folder, walk, tmp_path) -> None:
    result = invoke(
        *("eth_usdt", "-d", str(folder), "-t", "1h", "--from", "2024-01-25", "--to", "2024-02-10"),
        *("--no-canaries", "-o", str(tmp_path / "out")),
    )
    assert result.exit_code == 0, result.output
    found = report(tmp_path / "out")
    assert found.header.pairs == ("ETH/USDT",)
    assert f"{found.header.period.start:%Y-%m-%d}" == "2024-01-25"
    assert f"{found.header.period.stop:%Y-%m-%d}" == "2024-02-10"
    assert found.targets[0].canaries == ()
    assert found.targets[0].forecasts == 16 * 24
    assert len(walk.asked) == 1


def test_the_horizon_is_an_option(folder) -> None:
    request = EvaluateRequest.of(horizon=6, train_days=20, step_days=10, **FIXED)
    assert request.targets.horizon_candles == request.assessment.horizon == 6
    assert request.new_ensemble().horizon == 6


def test_usual_windows_depend_on_the_candle(folder, tmp_path) -> None:
    frame = candles(3, 50 * 288)
    frame["date"] = pd.date_range("2024-01-01", periods=len(frame), freq="5min", tz="UTC")
    frame.to_feather(folder / "BTC_USDT-5m.feather")
    request = EvaluateRequest.of(timeframe="5m", **FIXED)
    assert (request.train_days, request.step_days) == (30, 7)


def test_windows_without_a_model_are_told(folder, walk) -> None:
    walk.fails = {("ETH/USDT", 1)}
    result = invoke("--no-canaries")
    assert result.exit_code == 0, result.output
    (failure,) = report().failures
    assert (failure.pair, failure.window) == ("ETH/USDT", 1)
    assert "ETH/USDT, window 1, has no model: OneOutcome: one sign" in result.stdout


def test_without_any_model_it_says_so(folder, walk) -> None:
    walk.fails = {(pair, n) for pair in ("BTC/USDT", "ETH/USDT") for n in range(9)}
    result = invoke()
    assert result.exit_code == 0, result.output
    assert report().targets[0].error is not None
    assert "no forecast may be acted on" in result.stdout
    assert [canary.name for canary in report().targets[0].canaries] == ["shuffled splits"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "PAIR: There are candles of BTC/USDT, ETH/USDT"),
        (("--from", "soon"), "--from: must be a date or time such as"),
        (
            ("--from", "2024-01-10"),
            "days of candles to train on, which begin at 2024-01-01 00:00: from 2024-01-21 00:00",
        ),
        (("--to", "2024-01-10"), "--to: must lie after 2024-01-23 04:00, where forecasts begin"),
        (("--to", "2030-01-01"), "not after 2024-03-01 00:00, where candles end"),
        (("--train-days", "100"), "--to: must lie after 2024-04-12 04:00"),
        (("--datadir", "/nowhere"), "/nowhere: cannot be searched for candles"),
        (("-o", "file"), "--output: must be a folder that can be"),
    ],
)
def test_a_wrong_option_is_named_with_its_mend(folder, walk, arguments, words: str) -> None:
    Path("file").write_text("")
    assert words in refusal(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [("--threshold", "2"), ("--horizon", "0"), ("--trials", "0"), ("--cost", "-1")],
)
def test_a_number_out_of_range_is_refused(folder, arguments) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert arguments[0] in result.output


def test_a_wrong_setting_is_named(folder, tmp_path) -> None:
    configure(tmp_path, ensemble={"folds": 1})
    with pytest.raises(ConfigurationError) as caught:
        EvaluateRequest.of(**FIXED)
    assert caught.value.key == "aurum.ensemble.folds"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda frame: frame.assign(close="high"), "close: must be a column of numbers"),
        (lambda frame: frame.assign(date=frame["date"].mask(frame["volume"] > 0)), "no candle"),
    ],
)
def test_a_file_without_usable_candles_is_named(folder, damage, words) -> None:
    path = folder / "ETH_USDT-1h.feather"
    damage(candles(1)).to_feather(path)
    with pytest.raises(DataError, match=words) as caught:
        EvaluateRequest.of(**FIXED)
    assert caught.value.path.name == path.name


def test_help_teaches() -> None:
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    for word in (
        "--threshold",
        "--trials",
        "--from",
        "evaluation.html",
        "docs/evaluation",
        "-t 1h",
    ):
        assert word in text
