"""Processes on this machine."""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import joblib

from aurum_plugins.forecasting.workers.call import Call, Data, Result
from aurum_plugins.forecasting.workers.on_one_thread import on_one_thread


@dataclass(frozen=True)
class LocalWorkers:
    """Makes calls in processes of joblib's, or one after the other in this one.

    Attributes
    ----------
    count : int, 1 or more
        Processes; 1 is this one.
    """

    count: int = 1

    def results(self, calls: Sequence[Call[Data, Result]]) -> Generator[Result]:
        """Make every call; see `Workers.results`."""
        # Cut here, so that a process is sent no more than it needs.
        jobs = (
            joblib.delayed(on_one_thread)(call.function, call.part(call.data)) for call in calls
        )
        # Ctrl-C reaches every process of a terminal: ours alone is to answer it.
        with joblib.parallel_config(backend="loky", initializer=_leave_interrupts):
            parallel = joblib.Parallel(
                n_jobs=self.count, return_as="generator_unordered", batch_size=1
            )
            results = parallel(jobs)
        yield from results


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
