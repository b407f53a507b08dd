from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import ensemble
    finally:
        sys.path.remove(str(BENCHMARKS))
    return ensemble


@pytest.fixture(scope="module")
def job(benchmark) -> ModuleType:
    return sys.modules["freqai_job"]


def cost(benchmark, who: str, cpu: float, peak: float, wall: float = 1.0):
    return benchmark.Cost(who, wall, cpu, peak, 0.5, 0, 1.0)


def leave_forecasts(folder: Path, count: int, do_predict: int = 1) -> None:
    place = folder / "models" / "x" / "backtesting_predictions"
    place.mkdir(parents=True)
    for number in range(count):
        frame = pd.DataFrame({"do_predict": [do_predict, 0]})
        frame.to_feather(place / f"{number}.feather")


# Holds more memory than the test, prints what freqtrade would, and burns a known amount of CPU.
WORK = """
import resource, sys, time
keep = bytearray(int({megabytes} * 2**20))
keep[::4096] = b"x" * len(keep[::4096])
while time.process_time() < 0.3: pass
print({text!r})
sys.exit({status})
"""


def run(benchmark, folder: Path, text: str = "", status: int = 0, megabytes: int = 1_500):
    script = WORK.format(megabytes=megabytes, text=text, status=status)
    return benchmark.measure("ours", [sys.executable, "-c", script], "http://nowhere", folder)


def test_ratios_are_stock_over_ours_and_peaks_the_largest(benchmark):
    costs = [
        cost(benchmark, "stock", 100, 1_000, 50),
        cost(benchmark, "ours", 10, 300, 20),
        cost(benchmark, "ours", 15, 500, 5),
        cost(benchmark, "stock", 150, 900, 50),
    ]
    assert benchmark.ratios(costs) == {"cpu": 10.0, "wall": 4.0, "memory": 0.5}


def test_both_are_the_same_job(job):
    stock = job.configuration("stock", "AurumEnsemble", lstm=False)
    ours = job.configuration("ours", "AurumEnsemble", lstm=False)
    for key in job.JOB:
        assert stock[key] == ours[key]
    for key in job.WINDOWS:
        assert stock["freqai"][key] == ours["freqai"][key]
    horizon = "label_period_candles"
    parameters = [made["freqai"]["feature_parameters"] for made in (stock, ours)]
    assert parameters[0][horizon] == parameters[1][horizon]


def test_stock_uses_the_threads_it_ships_with_unless_told(job):
    stock = job.configuration("stock", "AurumEnsemble", lstm=False)
    assert stock["freqai"]["model_training_parameters"] == {}
    stock = job.configuration("stock", "AurumEnsemble", lstm=False, stock_threads=1)
    assert stock["freqai"]["model_training_parameters"] == {"n_jobs": 1}


def test_the_lstm_is_a_member_only_if_asked_for(job):
    def members(*, lstm: bool) -> list[str]:
        return job.configuration("ours", "AurumEnsemble", lstm=lstm)["aurum"]["ensemble"]["members"]

    assert "lstm" not in members(lstm=False)
    assert set(members(lstm=True)) - set(members(lstm=False)) == {"lstm"}


def test_the_command_names_only_files_that_are_there(job, tmp_path):
    for who in ("stock", "ours"):
        folder = tmp_path / who
        folder.mkdir()
        words = job.command(folder, tmp_path, who, "AurumLightGBMRegressor", lstm=False)
        given = dict(pairwise(words))
        for option in ("-c", "--strategy-path", "--freqaimodel-path", "--datadir"):
            assert Path(given[option]).exists()
        written = json.loads(Path(given["-c"]).read_text())
        strategy = Path(given["--strategy-path"]) / f"{written['strategy']}.py"
        assert f"class {written['strategy']}(" in strategy.read_text()


def test_a_run_is_charged_for_its_cpu_and_peak(benchmark, tmp_path):
    leave_forecasts(tmp_path, benchmark.TRAININGS)
    text = "Done training A/B (2.00 secs)\nDone training C/D (4.00 secs)"
    found = run(benchmark, tmp_path, text)
    assert 0.3 <= found.cpu_s < 10
    assert found.peak_mb > 1_500
    assert found.training_s == pytest.approx(3.0)
    assert (found.refused, found.forecast_share) == (0, 0.5)


def test_a_failed_run_shows_the_end_of_its_log(benchmark, tmp_path):
    with pytest.raises(benchmark.JobError, match=r"ours: ended with status 3\nthe reason"):
        run(benchmark, tmp_path, "the reason", status=3)


def test_a_training_that_failed_spoils_the_run(benchmark, tmp_path):
    text = "Training A/B raised exception ValueError. Message: no, skipping."
    with pytest.raises(benchmark.JobError, match="a training failed: ValueError"):
        run(benchmark, tmp_path, text)


def test_a_model_that_may_not_serve_is_counted(benchmark, tmp_path):
    leave_forecasts(tmp_path, benchmark.TRAININGS)
    text = "Training A/B raised exception NotPromoted. Message: no, skipping."
    assert run(benchmark, tmp_path, text).refused == 1


def test_a_peak_under_our_own_is_not_believed(benchmark, tmp_path, monkeypatch):
    class Used:
        ru_maxrss = 2**40

    monkeypatch.setattr(benchmark.resource, "getrusage", lambda _: Used)
    with pytest.raises(benchmark.JobError, match="its peak is not known"):
        run(benchmark, tmp_path, megabytes=1)


def test_skipped_windows_spoil_the_run(benchmark, tmp_path):
    leave_forecasts(tmp_path, 3)
    with pytest.raises(benchmark.JobError, match="stock: 3 of 20 windows left forecasts"):
        benchmark.forecast_share("stock", tmp_path / "models")


def test_forecasts_that_are_all_refused_spoil_the_run(benchmark, tmp_path):
    leave_forecasts(tmp_path, benchmark.TRAININGS, do_predict=0)
    with pytest.raises(benchmark.JobError, match="ours: no forecast may be acted on"):
        benchmark.forecast_share("ours", tmp_path / "models")


def test_the_spinning_process_ends_with_the_block(benchmark, monkeypatch):
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def remember(*args, **kwargs):
        started.append(start(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(benchmark.subprocess, "Popen", remember)
    with benchmark.one_core_busy():
        assert started[0].poll() is None
    assert started[0].poll() is not None


def test_the_table_has_every_run_and_the_budget(benchmark):
    costs = [cost(benchmark, who, 10, 100) for who in benchmark.ORDER]
    grid = benchmark.table("t", costs, benchmark.ratios(costs), 8.0)
    first = list(grid.columns[0].cells)
    assert first == [*benchmark.ORDER, "ours beside stock", "budget"]
    assert list(grid.columns[1].cells)[-1] == "8 times less"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "AurumLightGBMRegressor", "--with-lstm"], "only AurumEnsemble has one"),
        (["--with-lstm"], "PyTorch is not installed"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    benchmark, monkeypatch, capsys, tmp_path, arguments, sentence
):
    monkeypatch.setattr(benchmark.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["ensemble.py", "--datadir", str(tmp_path), *arguments])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert sentence in capsys.readouterr().err
