"""Whether a cluster may be used: closed to others, with workers, and alike everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.forecasting.workers.cluster_client import ClusterClient
from aurum_plugins.forecasting.workers.errors import (
    NoWorkers,
    OpenCluster,
    SchedulerLost,
    WorkersDiffer,
)
from aurum_plugins.forecasting.workers.scheduler_address import is_exposed
from aurum_plugins.forecasting.workers.surroundings import differences, surroundings
from aurum_plugins.forecasting.workers.timed_asking import answer_within

# How long the first worker, and an answer, are waited for.
FIRST_WORKER_SECONDS = 30.0
ANSWER_SECONDS = 60.0
POLL_SECONDS = 0.2


def checked_cluster(
    client: ClusterClient,
    address: str,
    clock: Clock,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, int]:
    """Check the scheduler and its workers.

    Parameters
    ----------
    client : ClusterClient
        Connected.
    address : str
        Of the scheduler; named in errors.
    clock : Clock
    pause : callable
        Waits so many seconds.

    Returns
    -------
    dict of str to int
        Threads of each worker, by address.

    Raises
    ------
    aurum_plugins.forecasting.workers.errors.ClusterError
        `SchedulerLost`, `OpenCluster`, `NoWorkers` or `WorkersDiffer`.
    """
    try:
        _check_versions(address, {"the scheduler": _of_scheduler(client)})
        threads = _threads(client, address, clock, pause)
        said = answer_within(ANSWER_SECONDS, client.scheduler_info)
        exposed = [url for url in (str(said["address"]), *sorted(threads)) if is_exposed(url)]
        if exposed:
            raise OpenCluster(address, exposed)
        answers = answer_within(ANSWER_SECONDS, client.run, surroundings, on_error="return")
    except OSError:
        raise SchedulerLost(address) from None
    _check_versions(address, {f"worker {url}": answers[url] for url in sorted(answers)})
    return threads


def _of_scheduler(client: ClusterClient) -> Any:
    try:
        return answer_within(ANSWER_SECONDS, client.run_on_scheduler, surroundings)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Dask makes of a package that is missing
        return error


def _threads(
    client: ClusterClient, address: str, clock: Clock, pause: Callable[[float], None]
) -> dict[str, int]:
    end = clock.now_ms() + FIRST_WORKER_SECONDS * SECOND_MS
    while True:
        found = answer_within(ANSWER_SECONDS, client.nthreads)
        if found:
            return dict(found)
        if clock.now_ms() >= end:
            raise NoWorkers(address, FIRST_WORKER_SECONDS)
        pause(POLL_SECONDS)


def _check_versions(address: str, answers: dict[str, Any]) -> None:
    ours = surroundings()
    found = []
    for who, theirs in answers.items():
        if not isinstance(theirs, dict):
            kind = type(theirs).__name__
            found.append(f"{who} cannot say its versions ({kind}: {theirs}): no AurumBotX there?")
        elif unlike := differences(ours, theirs):
            found.append(f"{who} has {', '.join(unlike)}")
    if found:
        raise WorkersDiffer(address, found)
