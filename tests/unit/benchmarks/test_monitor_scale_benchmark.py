from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
NOW_MS = 1_795_341_600_000


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import monitor_scale
    finally:
        sys.path.remove(str(BENCHMARKS))
    return monitor_scale


@pytest.mark.parametrize("pairs", [3, 1])
def test_everything_is_asked_of_a_small_database(benchmark, pairs, tmp_path) -> None:
    scale = benchmark.Scale(pairs, 60 // pairs, NOW_MS)
    url = f"sqlite:///{tmp_path}/aurum.sqlite"
    console = Console(record=True, width=120)
    with benchmark.filled(url, scale, console) as database:
        work = benchmark.sections(database, scale) | benchmark.questions(database, scale)
        console.print(benchmark.table("small", benchmark.timed(work, 2)))
    shown = console.export_text()
    assert f"60 decisions on {pairs} pairs" in shown
    assert all(name in shown for name in ("section equity", "snapshot, each", "why --summary"))


def test_a_database_that_is_in_use_is_left_alone(benchmark, tmp_path) -> None:
    scale = benchmark.Scale(1, 5, NOW_MS)
    url = f"sqlite:///{tmp_path}/aurum.sqlite"
    console = Console(quiet=True)
    with benchmark.filled(url, scale, console):
        pass
    with (
        pytest.raises(SystemExit, match="holds decisions: name an empty database"),
        benchmark.filled(url, scale, console),
    ):
        pass


def test_an_incomplete_snapshot_is_no_measurement(benchmark, tmp_path) -> None:
    scale = benchmark.Scale(2, 5, NOW_MS)
    with benchmark.filled(f"sqlite:///{tmp_path}/a.sqlite", scale, Console(quiet=True)) as database:
        reader = benchmark.SnapshotReader(database, benchmark.SnapshotSources())
        with pytest.raises(RuntimeError, match="an incomplete snapshot"):
            benchmark.checked(reader, benchmark.Scale(3, 5, NOW_MS))
