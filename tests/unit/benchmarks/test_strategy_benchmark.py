from __future__ import annotations

import json
import math
import sys
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
START, SPLIT, END = "2024-01-01", "2024-07-01", "2025-01-01"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import strategy
    finally:
        sys.path.remove(str(BENCHMARKS))
    return strategy


@pytest.fixture(scope="module")
def runs(benchmark) -> ModuleType:
    return sys.modules["strategy_runs"]


@pytest.fixture(scope="module")
def judged(benchmark) -> ModuleType:
    return sys.modules["strategy_blocks"]


@pytest.fixture
def job(runs, tmp_path):
    datadir, userdir = tmp_path / "data", tmp_path / "user"
    return runs.Job(datadir, userdir, "http://127.0.0.1:1", START, END)


def path_of(returns: Any, start: str = START) -> pd.Series:
    days = pd.date_range(start, periods=len(returns), freq="1D", tz="UTC")
    return pd.Series(np.cumprod(1 + np.asarray(returns, dtype=float)), days)


def a_run(judged, returns: Any, name: str = "x"):
    return judged.Run(name, path_of(returns), 3, 1.5)


def noise(seed: int, mean: float = 0.001, days: int = 366) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.01, days)


def flat_candles(start: str = "2023-12-01", days: int = 100) -> dict[str, pd.DataFrame]:
    dates = pd.date_range(start, periods=24 * days, freq="1h", tz="UTC", name="date")
    prices = dict.fromkeys(("open", "high", "low", "close"), 100.0)
    return {"A/USDT": pd.DataFrame({**prices, "volume": 1.0}, index=dates)}


def ms(moment: str) -> int:
    return int(pd.Timestamp(moment, tz="UTC").timestamp() * 1_000)


def a_trade(opened: str, closed: str, profit: float) -> dict[str, Any]:
    return {
        "pair": "A/USDT",
        "amount": 10.0,
        "open_rate": 100.0,
        "close_rate": 100.0 + profit / 10,
        "fee_open": 0.0,
        "fee_close": 0.0,
        "profit_abs": profit,
        "open_timestamp": ms(opened),
        "close_timestamp": ms(closed),
    }


# Blocks


def test_two_blocks_and_both_together(judged):
    parts = judged.blocks(START, SPLIT, END)
    assert [part.name for part in parts] == ["design", "confirmation", "whole"]
    assert [part.span for part in parts] == [(START, SPLIT), (SPLIT, END), (START, END)]


@pytest.mark.parametrize("end", ["2024-06-30", SPLIT])
def test_an_end_before_the_split_leaves_the_confirmation_alone(judged, end):
    assert [part.span for part in judged.blocks(START, SPLIT, end)] == [(START, end)]


def test_a_block_starts_with_what_the_one_before_left(judged):
    result = {
        "backtest_start": "2024-01-01 00:00:00",
        "backtest_end": "2024-01-21 00:00:00",
        "starting_balance": 10_000,
        "trades": [
            a_trade("2024-01-02 00:00", "2024-01-05 00:00", 1_000.0),
            a_trade("2024-01-12 00:00", "2024-01-15 00:00", 1_100.0),
        ],
    }
    parts = judged.blocks(START, "2024-01-11", "2024-01-21")
    row = judged.freqtrade_row("r", result, flat_candles(), parts)
    design, confirmation, whole = (row[part.name] for part in parts)
    assert design.equity.iloc[-1] == pytest.approx(1.1)
    assert confirmation.equity.iloc[-1] == pytest.approx(1.1)
    assert whole.equity.iloc[-1] == pytest.approx(1.21)
    assert (design.trades, confirmation.trades, whole.trades) == (1, 1, 2)
    assert len(design.equity) + len(confirmation.equity) == len(whole.equity) == 20
    assert confirmation.figures()[1] == pytest.approx(0.0)


def test_what_is_sold_counts_in_the_block_in_which_that_is_done(judged):
    result = {
        "backtest_start": "2024-01-01 00:00:00",
        "backtest_end": "2024-01-21 00:00:00",
        "starting_balance": 10_000,
        "trades": [a_trade("2024-01-05 00:00", "2024-01-15 00:00", 0.0)],
    }
    parts = judged.blocks(START, "2024-01-11", "2024-01-21")
    row = judged.freqtrade_row("r", result, flat_candles(), parts)
    # 1,000 of 10,000 is bought in ten days, and sold in the next ten.
    assert row["design"].turnover == pytest.approx(0.1 * 36.5)
    assert row["confirmation"].turnover == pytest.approx(0.1 * 36.5)
    assert row["whole"].turnover == pytest.approx(0.2 * 18.25)
    assert (row["design"].trades, row["confirmation"].trades) == (1, 0)


# Intervals


def test_the_interval_is_around_the_ratio_of_the_table(judged):
    run = a_run(judged, noise(1))
    shown = judged.sharpe_interval(run)
    assert shown.estimate == pytest.approx(run.figures()[0])
    assert shown.lower < shown.estimate < shown.upper


def test_a_ratio_without_skill_is_not_told_from_zero(judged):
    shown = judged.sharpe_interval(a_run(judged, noise(2, mean=0.0)))
    assert shown.lower < 0 < shown.upper


def test_the_difference_of_a_run_and_itself_is_nothing(judged):
    run = a_run(judged, noise(3))
    shown = judged.difference_interval(run, run)
    assert (shown.estimate, shown.lower, shown.upper) == (0, 0, 0)


def test_a_difference_is_surer_than_its_parts_where_runs_move_together(judged):
    common = noise(4)
    better, worse = a_run(judged, common + 0.0005), a_run(judged, common)
    shown = judged.difference_interval(better, worse)
    alone = judged.sharpe_interval(better)
    assert shown.estimate == pytest.approx(better.figures()[0] - worse.figures()[0])
    assert shown.lower > 0
    assert shown.upper - shown.lower < alone.upper - alone.lower


def test_runs_of_other_days_are_not_compared(judged):
    run = a_run(judged, noise(5))
    other = judged.Run("y", path_of(noise(5), "2023-01-01"), 0, 0.0)
    with pytest.raises(ValueError, match="y and x must cover the same days"):
        judged.difference_interval(run, other)


def test_many_variants_make_a_ratio_likelier_luck(judged):
    run = a_run(judged, noise(6))
    assert judged.more_than_luck(run, 100) < judged.more_than_luck(run, 1)


# Running freqtrade


def test_the_three_variants(runs):
    plain, without, with_ai = runs.variants("mine")
    assert not plain.protections
    assert without.protections
    assert with_ai.protections
    assert (without.configs, without.overlay) == (("backtest.json",), {})
    assert with_ai.configs == ("backtest.json", "freqai.json")
    assert with_ai.overlay["freqai"] == {"identifier": "mine", "train_period_days": 330}


def test_the_plain_breakout_is_a_configuration_that_aurum_takes(runs):
    from aurum_plugins.risk.settings import RiskSettings
    from aurum_plugins.signals import PolicySettings

    policy = PolicySettings.from_config({"aurum": runs.PLAIN})
    assert not policy.asks_market
    risk = RiskSettings.from_config({"aurum": runs.PLAIN})
    assert (risk.position_cap, risk.drawdown_stop, risk.throttle_floor) == (1, 1, 1)


def test_the_command_names_every_folder(runs, job, tmp_path):
    words = runs.command(runs.variants("mine")[2], job, tmp_path / "run")
    line = " ".join(words)
    assert "--timerange 20240101-20250101 --cache none" in line
    assert f"--userdir {job.userdir}" in line
    assert f"--datadir {job.datadir}" in line
    assert f"--backtest-directory {tmp_path}/run/results" in line
    assert words[-1] == "--enable-protections"
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert [Path(name).name for name in config["add_config_files"]] == [
        "backtest.json",
        "freqai.json",
    ]
    assert all(Path(name).is_file() for name in config["add_config_files"])
    assert config["fee"] == 0.001
    assert config["freqai"]["train_period_days"] == 330


def test_the_plain_breakout_runs_without_protections(runs, job, tmp_path):
    words = runs.command(runs.variants("")[0], job, tmp_path / "run")
    assert "--enable-protections" not in words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x - INFO - Running backtesting for Strategy AurumStrategy", ("trading", None)),
        (
            "Training ETH/USDT, 2/5 pairs from 2023-03-25 00:00:00 to 2024-02-18, 11/40 trains",
            ("forecasts of ETH/USDT", 0.25),
        ),
        ("Training BTC/USDT, 1/1 pairs from a to b, 1/4 trains", ("forecasts of BTC/USDT", 0.0)),
        ("Found backtesting prediction file at /x", None),
    ],
)
def test_steps_read_from_the_log(runs, line, found):
    assert runs.step(line) == found


def follow(runs, tmp_path, script: str):
    told: list[Any] = []
    words = [sys.executable, "-c", script]
    log = tmp_path / "freqtrade.log"
    url = "http://127.0.0.1:1"
    return runs.follow("r", words, url, log, lambda *said: told.append(said)), told, log


def test_what_is_printed_is_kept_and_told(runs, tmp_path):
    script = "import os; print('Running backtesting for Strategy', os.environ['OMP_NUM_THREADS'])"
    text, told, log = follow(runs, tmp_path, script)
    assert text == log.read_text() == "Running backtesting for Strategy 1\n"
    assert told == [("loading candles", None), ("trading", None)]


def test_a_failure_shows_the_end_of_the_log(runs, tmp_path):
    script = "import sys; print(*range(100), sep='\\n'); sys.exit(3)"
    with pytest.raises(runs.RunError, match=r"(?s)r: freqtrade ended with status 3\n75\n.*99"):
        follow(runs, tmp_path, script)


def test_the_process_ends_with_an_interruption(runs, tmp_path):
    def interrupt(step: str, _: float | None) -> None:
        if step == "trading":
            raise KeyboardInterrupt

    script = "import time; print('Running backtesting for Strategy', flush=True); time.sleep(600)"
    words = [sys.executable, "-c", script]
    with pytest.raises(KeyboardInterrupt):
        runs.follow("r", words, "http://x", tmp_path / "log", interrupt)


RESULT = {"strategy": {"AurumStrategy": {"backtest_start": "2024-01-01 00:00:00", "trades": []}}}


@pytest.fixture
def freqtrade(runs, monkeypatch):
    """`freqtrade(log, result)`: what the process is to leave."""

    def pretend(log: str = "", result: Any = RESULT, exports: int = 1) -> None:
        def follow(name, words, url, path, tell):
            folder = Path(words[words.index("--backtest-directory") + 1])
            for number in range(exports):
                with zipfile.ZipFile(folder / f"r{number}.zip", "w") as archive:
                    archive.writestr(f"r{number}.json", json.dumps(result))
            return log

        monkeypatch.setattr(runs, "follow", follow)

    return pretend


def backtest(runs, job, tmp_path, variant: int = 1):
    return runs.backtest(runs.variants("mine")[variant], job, tmp_path / "run", lambda *_: None)


def test_a_backtest_gives_its_result(runs, job, tmp_path, freqtrade):
    freqtrade()
    assert backtest(runs, job, tmp_path) == RESULT["strategy"]["AurumStrategy"]


@pytest.mark.parametrize("exports", [0, 2])
def test_a_backtest_without_one_result_is_refused(runs, job, tmp_path, freqtrade, exports):
    freqtrade(exports=exports)
    with pytest.raises(runs.RunError, match=f"one result was expected, {exports} were written"):
        backtest(runs, job, tmp_path)


def test_a_failed_training_is_refused_and_a_refused_model_is_not(runs, job, tmp_path, freqtrade):
    refused = "Training BTC/USDT raised exception NotPromoted. Message: x"
    freqtrade(log=refused)
    backtest(runs, job, tmp_path)
    freqtrade(log=f"{refused}\nTraining BTC/USDT raised exception ValueError. Message: x")
    with pytest.raises(runs.RunError, match=r"trainings failed \(ValueError\)"):
        backtest(runs, job, tmp_path / "again")


def test_trading_that_begins_late_is_refused(runs, job, tmp_path, freqtrade):
    late = {"backtest_start": "2024-01-09 04:00:00", "trades": []}
    freqtrade(result={"strategy": {"AurumStrategy": late}})
    wanted = "trading began on 2024-01-09 04:00 instead of 2024-01-01: too few candles"
    with pytest.raises(runs.RunError, match=wanted):
        backtest(runs, job, tmp_path)


def leave_forecasts(runs, job, readiness: float | None = 1.0) -> None:
    folder = job.userdir / "models" / "mine" / "backtesting_predictions"
    folder.mkdir(parents=True)
    dates = pd.date_range(START, periods=48, freq="1h", tz="UTC")
    for pair in runs.PAIRS:
        frame = pd.DataFrame({"date": dates})
        if readiness is not None:
            # The second day is ready whatever the first one is.
            frame[runs.READINESS] = [readiness] * 24 + [1.0] * 24
        coin = pair.split("/")[0].lower()
        frame.to_feather(folder / f"cb_{coin}_{ms(START) // 1_000}_prediction.feather")


def test_forecasts_of_the_first_day_are_what_ai_begins_with(runs, job, tmp_path, freqtrade):
    freqtrade()
    with pytest.raises(runs.RunError, match="no forecasts of BTC/USDT begin on 2024-01-01"):
        backtest(runs, job, tmp_path, 2)
    leave_forecasts(runs, job)
    backtest(runs, job, tmp_path / "again", 2)


@pytest.mark.parametrize("readiness", [0.0, None])
def test_forecasts_that_may_not_be_acted_on_are_refused(runs, job, tmp_path, freqtrade, readiness):
    freqtrade()
    leave_forecasts(runs, job, readiness)
    with pytest.raises(runs.RunError, match="no forecast of 2024-01-01 may be acted on"):
        backtest(runs, job, tmp_path, 2)


# The table


@pytest.fixture
def rows(benchmark, judged):
    """Rows of a year in which the AI is best at everything."""
    parts = judged.blocks(START, SPLIT, END)
    plain, without, with_ai = (variant.name for variant in benchmark.variants(""))
    common = noise(7, mean=0.0)
    added = {
        benchmark.HOLD: 0.0,
        benchmark.IDEAL: 0.0002,
        plain: 0.0003,
        without: 0.0008,
        with_ai: 0.002,
    }
    made = {}
    for name, more in added.items():
        whole = judged.Run(name, path_of(common + more), 3, 1.5)
        made[name] = {
            part.name: judged.Run(name, whole.equity.loc[part.start : part.end], 3, 1.5)
            for part in parts
        }
    return made


def test_promises_that_hold(benchmark, rows):
    kept = benchmark.promises(rows, "whole")
    assert len(kept) == 6
    assert all(kept.values())


def test_a_promise_is_missed_by_the_one_that_is_beaten(benchmark, rows):
    _, without, with_ai = (variant.name for variant in benchmark.variants(""))
    rows[with_ai], rows[without] = rows[without], rows[with_ai]
    missed = [name for name, holds in benchmark.promises(rows, "whole").items() if not holds]
    assert f"better on both than {without}" in missed


def test_an_idle_strategy_keeps_no_promise_of_a_ratio(benchmark, judged, rows):
    with_ai = benchmark.variants("")[2].name
    idle = judged.Run(with_ai, path_of(np.zeros(366)), 0, 0.0)
    kept = benchmark.promises({**rows, with_ai: {"whole": idle}}, "whole")
    assert not kept["Sharpe at least 1"]
    assert kept["drawdown at most 20%"]


def test_every_row_and_block_is_in_the_table(benchmark, judged, rows):
    parts = judged.blocks(START, SPLIT, END)
    grid = benchmark.table(rows, parts, "t")
    assert list(grid.columns[0].cells) == list(rows)
    assert len(grid.columns) == 1 + 3 * 5
    assert [str(grid.columns[1 + 5 * i].header).split("\n")[0] for i in range(3)] == [
        "design",
        "confirmation",
        "whole",
    ]


def test_intervals_of_a_short_block_are_left_out(benchmark, judged):
    parts = judged.blocks(START, "2024-02-01", "2024-02-01")
    names = [benchmark.HOLD, benchmark.IDEAL, *(v.name for v in benchmark.variants(""))]
    short = {
        name: {"design": judged.Run(name, path_of(noise(8, days=31)), 1, 1.0)} for name in names
    }
    found = benchmark.intervals(short, parts)
    assert {row["design"] for row in found.values()} == {None}
    assert set(benchmark.interval_table(found, parts).columns[1].cells) == {"too short"}


def test_the_document_is_json_without_nan(benchmark, judged, rows):
    parts = judged.blocks(START, SPLIT, END)
    with_ai = benchmark.variants("")[2].name
    rows[with_ai]["design"] = judged.Run(with_ai, path_of(np.zeros(182)), 0, 0.0)
    found = benchmark.intervals(rows, [parts[2]])
    written = benchmark.document(rows, found, parts, 14, {"p": True}, math.nan)
    read = json.loads(json.dumps(benchmark.without_nan(written), allow_nan=False))
    assert read["rows"][with_ai]["design"]["sharpe"] is None
    assert read["deflated_sharpe"] is None
    assert read["blocks"]["confirmation"] == [SPLIT, END]
    difference = read["intervals"]["with AI minus without"]["whole"]
    assert difference["lower"] < difference["estimate"] < difference["upper"]


# The command


@pytest.fixture
def command(benchmark) -> typer.Typer:
    app = typer.Typer()
    app.command()(benchmark.main)
    return app


@pytest.fixture
def made(benchmark, judged, rows, monkeypatch):
    """Everything but the market, freqtrade and the sandbox is real."""
    for name in ("load", "SandboxConfig"):
        monkeypatch.setattr(benchmark, name, lambda *_, **__: {})
    monkeypatch.setattr(benchmark, "ReplayConfig", lambda **_: None)

    class Server:
        url = "http://127.0.0.1:1"

        def __init__(self, _config: Any) -> None: ...

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(benchmark, "SandboxServer", Server)
    baselines = {name: rows[name] for name in (benchmark.HOLD, benchmark.IDEAL)}
    others = {name: row for name, row in rows.items() if name not in baselines}
    monkeypatch.setattr(benchmark, "baseline_rows", lambda *_: baselines)
    monkeypatch.setattr(benchmark, "freqtrade_rows", lambda *_: others)
    return SimpleNamespace(rows=rows, baselines=baselines, others=others)


SPAN = ["--datadir", "data", "--start", START, "--split", SPLIT, "--end", END]


def test_one_command_prints_one_table_and_writes_it(command, made, tmp_path):
    path = tmp_path / "figures.json"
    done = CliRunner().invoke(command, [*SPAN, "--variants", "9", "--json", str(path)])
    assert done.exit_code == 0, done.output
    assert "5 pairs, 1h, 2024-01-01 to 2024-12-31, 0.1% a side" in done.output
    assert "9 variants were tried" in done.output
    assert "trained on the 330 days before each month" in done.output
    assert "MISSED" not in done.output
    assert json.loads(path.read_text())["variants_tried"] == 9


def test_a_missed_promise_ends_with_1(benchmark, command, made):
    _, without, with_ai = (variant.name for variant in benchmark.variants(""))
    made.others[with_ai], made.others[without] = made.others[without], made.others[with_ai]
    done = CliRunner().invoke(command, SPAN)
    assert done.exit_code == 1
    assert f"MISSED better on both than {without} (whole)" in done.output


def test_a_failed_backtest_ends_with_2(benchmark, runs, command, made, monkeypatch):
    def fail(*_: object) -> None:
        raise runs.RunError("AurumStrategy: freqtrade ended with status 2")

    monkeypatch.setattr(benchmark, "freqtrade_rows", fail)
    done = CliRunner().invoke(command, SPAN)
    assert done.exit_code == 2
    assert "error: AurumStrategy: freqtrade ended with status 2" in done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--end", "2024-12"], "must be a day such as 2021-10-01, got '2024-12'"),
        (["--end", "20241231"], "must be a day such as 2021-10-01, got '20241231'"),
        (["--start", "2025-01-01"], "must lie before --split and --end"),
        (["--variants", "0"], "Invalid value for '--variants'"),
    ],
)
def test_nonsense_is_refused(command, made, words, sentence):
    done = CliRunner(env={"COLUMNS": "200"}).invoke(command, [*SPAN, *words])
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.replace("│", " ").split())


def test_baselines_are_cut_by_block(benchmark, judged):
    rng = np.random.default_rng(0)
    dates = pd.date_range("2023-10-01", periods=24 * 160, freq="1h", tz="UTC", name="date")
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, len(dates))))
    frame = pd.DataFrame(
        dict.fromkeys(("open", "high", "low", "close"), close) | {"volume": 1.0}, index=dates
    )
    parts = judged.blocks(START, "2024-02-01", "2024-03-01")
    rows = benchmark.baseline_rows({"A/USDT": frame}, parts)
    assert list(rows)[:2] == [benchmark.HOLD, benchmark.IDEAL]
    for row in rows.values():
        design, confirmation, whole = (row[part.name].equity for part in parts)
        assert (len(design), len(confirmation), len(whole)) == (31, 29, 60)
        joined = design.iloc[-1] * confirmation.iloc[-1]
        assert whole.iloc[-1] == pytest.approx(joined)
    before = float(frame["close"].loc[:"2023-12-31"].iloc[-1])
    last = float(frame["close"].loc[:"2024-02-29"].iloc[-1])
    assert rows[benchmark.HOLD]["whole"].equity.iloc[-1] == pytest.approx(last / before)


def test_each_backtest_is_run_and_cut(benchmark, judged, job, tmp_path, monkeypatch):
    asked = []

    def run(variant, job, folder, tell):
        tell("trading", None)
        tell("forecasts of A/USDT", 0.5)
        asked.append((variant.name, folder.name))
        return {
            "backtest_start": "2024-01-01 00:00:00",
            "backtest_end": "2024-01-21 00:00:00",
            "starting_balance": 10_000,
            "trades": [],
        }

    monkeypatch.setattr(benchmark, "backtest", run)
    parts = judged.blocks(START, "2024-01-11", "2024-01-21")
    rows = benchmark.freqtrade_rows(job, "mine", tmp_path, flat_candles(), parts)
    assert asked == [(variant.name, str(i)) for i, variant in enumerate(benchmark.variants(""))]
    assert list(rows) == [name for name, _ in asked]
    assert {run.trades for row in rows.values() for run in row.values()} == {0}
