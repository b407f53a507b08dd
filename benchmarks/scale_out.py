"""How much faster an evaluation is on two workers than on one.

    python benchmarks/scale_out.py --datadir FOLDER -t 5m

trains and forecasts the windows of `aurum evaluate` on a Dask cluster of one worker, and then of
two, in turn, and compares windows a second. Every run must give the same forecasts. `--local` does
it on processes of joblib's, without Dask.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from aurum_plugins.commands.evaluate_request import EvaluateRequest
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.walk_forward_run import WindowResult, walk_forward
from aurum_plugins.forecasting.workers.open_workers import open_workers
from aurum_plugins.forecasting.workers.workers import Workers

AIM = 1.7
PORT = 18_786


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    """Scheduler and workers, each a process; gives the scheduler's address."""
    address = f"tcp://127.0.0.1:{PORT}"
    shared = ("--host", "127.0.0.1", "--no-dashboard")
    on_worker = (address, "--nthreads", "1", "--local-directory", str(folder))
    asked = [
        ("scheduler", "--port", str(PORT)),
        *([("worker", *on_worker)] * workers),
    ]
    with (folder / f"cluster_{workers}.log").open("ab") as log:
        processes = [
            subprocess.Popen([sys.executable, "-m", "dask", *what, *shared], stdout=log, stderr=log)
            for what in asked
        ]
        try:
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(timeout=30)


def warm_up(request: EvaluateRequest, rows: Sequence[PairRows], workers: Workers) -> None:
    """Have every worker load its libraries, and get the data, before the clock starts."""
    plan = request.plan
    few = replace(plan, stop=min(plan.stop, plan.first + 2 * plan.step_candles))
    for _ in walk_forward(rows, few, request.new_ensemble, workers):
        pass


def seconds_of(
    request: EvaluateRequest, rows: Sequence[PairRows], workers: Workers
) -> tuple[float, str]:
    """Time that the windows took, and a digest of the forecasts."""
    begun = time.perf_counter()
    results = list(walk_forward(rows, request.plan, request.new_ensemble, workers))
    return time.perf_counter() - begun, _digest(results)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a line a round and the median."""
    options = _options().parse_args(arguments)
    request = EvaluateRequest.of(
        pairs=options.pairs,
        datadir=options.datadir,
        timeframe=options.timeframe,
        begin=options.begin,
        end=options.end,
        train_days=options.train_days,
        threshold=0.9,
        cost=10.0,
    )
    rows = list(request.rows())
    print(
        f"{request.windows} windows of {len(rows)} pairs, {request.data.survey.timeframe} candles"
    )
    ratios, digests = [], set()
    with tempfile.TemporaryDirectory(prefix="aurum-scale-") as made:
        for number in range(options.rounds):
            took = {}
            # In turn, so that a machine that slows down does not decide.
            for count in (1, 2) if number % 2 == 0 else (2, 1):
                with _workers(count, Path(made), local=options.local) as workers:
                    warm_up(request, rows, workers)
                    took[count], digest = seconds_of(request, rows, workers)
                digests.add(digest)
            ratios.append(took[1] / took[2])
            print(f"one worker {took[1]:.1f} s, two {took[2]:.1f} s: {ratios[-1]:.2f} times")
    ratio = statistics.median(ratios)
    print(f"throughput of two over one, median of {len(ratios)}: {ratio:.2f} (aim {AIM})")
    print("forecasts are the same" if len(digests) == 1 else "FORECASTS DIFFER")
    return 0 if len(digests) == 1 and ratio >= AIM else 1


@contextmanager
def _workers(count: int, folder: Path, *, local: bool) -> Iterator[Workers]:
    if local:
        with open_workers(count, None, print) as workers:
            yield workers
        return
    with cluster(count, folder) as address, open_workers(1, address, print) as workers:
        yield workers


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="*", help="all with candles by default")
    parser.add_argument("--datadir", type=Path, required=True, help="freqtrade's feather files")
    parser.add_argument("--timeframe", "-t", default="5m")
    parser.add_argument("--from", dest="begin", help="first candle that is forecast, UTC")
    parser.add_argument("--to", dest="end", help="where forecasts end, UTC")
    parser.add_argument("--train-days", type=int, help="as of aurum evaluate")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--local", action="store_true", help="processes of joblib's, not Dask")
    return parser


def _digest(results: Sequence[WindowResult]) -> str:
    digest = hashlib.sha256()
    for result in sorted(results, key=lambda one: (one.pair, one.window)):
        for target, table in sorted(result.tables.items()):
            digest.update(f"{result.pair} {result.window} {target} {result.error}".encode())
            digest.update(pd.util.hash_pandas_object(table).to_numpy().tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
