"""The exceptions of a cluster.

ForecastingError
└── ClusterError              address: the workers of a cluster cannot be used
    ├── SchedulerUnreachable  no scheduler answers there
    ├── SchedulerLost         it answered, and then no more
    ├── NoWorkers             seconds: no worker was there for so long
    ├── OpenCluster           exposed: others can read along, or have their code run
    ├── WorkersDiffer         differences: it has other versions than this process
    └── CallLost              times: a call came to no end, however often it was made
"""

from __future__ import annotations

from collections.abc import Sequence

from aurum_plugins.forecasting.errors import ForecastingError

_SHOWN = 5


class ClusterError(ForecastingError):
    """The workers of a cluster cannot be used.

    Attributes
    ----------
    address : str
        Of the scheduler.
    """

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(f"{address}: {reason}")


class SchedulerUnreachable(ClusterError):
    """No scheduler answers."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            address,
            f"no scheduler answers ({reason}); start one with dask scheduler, or name another "
            "with --scheduler",
        )


class SchedulerLost(ClusterError):
    """The scheduler answered, and then no more."""

    def __init__(self, address: str) -> None:
        super().__init__(
            address,
            "the scheduler answers no more, and what was not finished is lost; start it and its "
            "workers again, and then this command",
        )


class NoWorkers(ClusterError):
    """The scheduler has no worker.

    Attributes
    ----------
    seconds : float
        How long it was waited for one.
    """

    def __init__(self, address: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            address,
            f"the scheduler has had no worker for {seconds:g} s; start some with "
            f"dask worker {address} --nthreads 1",
        )


class OpenCluster(ClusterError):
    """Others on the network can read along, and have their code run by the workers.

    Attributes
    ----------
    exposed : tuple of str
        Addresses of the scheduler or of workers.
    """

    def __init__(self, address: str, exposed: Sequence[str]) -> None:
        self.exposed = tuple(exposed)
        more = len(self.exposed) - _SHOWN
        also = f" and {more} more" if more > 0 else ""
        super().__init__(
            address,
            f"{', '.join(self.exposed[:_SHOWN])}{also} can be reached from beyond this machine "
            "without encryption, and whoever reaches it can run code as you; start scheduler and "
            "workers with --host 127.0.0.1, or with certificates (tls://)",
        )


class WorkersDiffer(ClusterError):
    """The scheduler or a worker has other versions than this process, so results would differ.

    Attributes
    ----------
    differences : tuple of str
        A sentence each.
    """

    def __init__(self, address: str, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        more = len(self.differences) - _SHOWN
        also = f"; and {more} more" if more > 0 else ""
        super().__init__(
            address,
            f"{'; '.join(self.differences[:_SHOWN])}{also}. Install the same versions everywhere "
            "(pip install -c constraints.txt), and start scheduler and workers again",
        )


class CallLost(ClusterError):
    """A call came to no end, however often it was made.

    Attributes
    ----------
    times : int
    """

    def __init__(self, address: str, times: int, reason: str) -> None:
        self.times = times
        super().__init__(
            address,
            f"the same work was lost {times} times ({reason}); see the workers' output, and give "
            "them more memory if they ran out of it",
        )
