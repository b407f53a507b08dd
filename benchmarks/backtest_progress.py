"""Several backtests in a row, with a progress display."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from strategy_runs import Job, Tell, Variant

Run = Callable[[Variant, Job, Path, Tell], dict[str, Any]]


def one_after_the_other(
    variants: Iterable[Variant], job: Job, folder: Path, run: Run
) -> dict[str, dict[str, Any]]:
    """freqtrade's result of each variant, by its name.

    Parameters
    ----------
    variants : iterable of Variant
    job : Job
    folder : pathlib.Path
        Takes a folder a variant.
    run : callable
        `strategy_runs.backtest`.

    Raises
    ------
    strategy_runs.RunError
        Of the first one that fails.
    """
    results = {}
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[step]}")
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        for number, variant in enumerate(variants):
            task = progress.add_task(variant.name, total=None, step="")

            def tell(step: str, done: float | None, task: Any = task) -> None:
                progress.update(task, step=step, total=done and 1.0, completed=done or 0.0)

            results[variant.name] = run(variant, job, folder / str(number), tell)
            progress.update(task, step="done", total=1.0, completed=1.0)
    return results
