"""What is used of Dask's client; `distributed.Client` has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class ClusterFuture(Protocol):
    """Something that a cluster is to compute, or holds.

    Attributes
    ----------
    status : str
        "pending", "finished", "error", "cancelled" or "lost".
    """

    @property
    def status(self) -> str:
        """How far it is."""
        ...

    def result(self, timeout: float) -> Any:
        """What came of it, fetched from the worker that has it."""
        ...

    def exception(self, timeout: float) -> BaseException | None:
        """What it raised."""
        ...


class ClusterClient(Protocol):
    """A connection to a scheduler.

    Attributes
    ----------
    status : str
        "running" as long as there is a connection.
    """

    @property
    def status(self) -> str:
        """Whether there is a connection."""
        ...

    def submit(self, function: Callable[..., Any], *args: Any, **how: Any) -> ClusterFuture:
        """Have a function called by a worker, futures among its arguments being replaced."""
        ...

    def scatter(self, data: Any, **how: Any) -> ClusterFuture:
        """Send data to the workers."""
        ...

    def nthreads(self) -> dict[str, int]:
        """Threads of each worker, by address."""
        ...

    def scheduler_info(self) -> dict[str, Any]:
        """What the scheduler says of itself, `address` among it."""
        ...

    def run(self, function: Callable[[], Any], **how: Any) -> dict[str, Any]:
        """Call a function in each worker, by address."""
        ...

    def run_on_scheduler(self, function: Callable[[], Any]) -> Any:
        """Call a function in the scheduler."""
        ...

    def cancel(self, futures: Sequence[Any], **how: Any) -> object:
        """Give futures up."""
        ...

    def close(self, timeout: float) -> object:
        """Leave the scheduler, which forgets what it was asked."""
        ...
