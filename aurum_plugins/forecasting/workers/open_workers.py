"""The workers that the command line asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aurum_plugins.clock import WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers
from aurum_plugins.forecasting.workers.scheduler_address import SchedulerAddress
from aurum_plugins.forecasting.workers.workers import Workers

CLOSE_SECONDS = 5.0


@contextmanager
def open_workers(
    count: int, scheduler: str | None, tell: Callable[[str], object]
) -> Iterator[Workers]:
    """Processes of this machine, or the workers of a cluster; left at the end.

    Parameters
    ----------
    count : int
        Processes.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are to be used instead.
    tell : callable
        Gets sentences on what is slower than it could be.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the address is none or not safe, or Dask is not installed.
    aurum_plugins.forecasting.workers.errors.ClusterError
        If the cluster cannot be used.
    """
    if scheduler is None:
        yield LocalWorkers(count)
        return
    if count != 1:
        rule = "counts processes of this machine; leave it out with --scheduler"
        raise ConfigurationError("--workers", rule, count)
    address = SchedulerAddress.of(scheduler)
    # Optional, and slow to load.
    from aurum_plugins.forecasting.workers.checked_cluster import checked_cluster  # noqa: PLC0415
    from aurum_plugins.forecasting.workers.dask_client import dask_client  # noqa: PLC0415
    from aurum_plugins.forecasting.workers.dask_workers import DaskWorkers  # noqa: PLC0415

    client = dask_client(address)
    try:
        threads = checked_cluster(client, address.url, WallClock())
        for worker, number in sorted(threads.items()):
            if number > 1:
                tell(
                    f"Worker {worker} has {number} threads, and trains one model at a time all the "
                    "same: start it with --nthreads 1, and as many --nworkers as it has cores."
                )
        yield DaskWorkers(client, address.url)
    finally:
        client.close(timeout=CLOSE_SECONDS)
