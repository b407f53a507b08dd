"""A cluster without processes or sockets: calls are made when its time passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aurum_plugins.clock import VirtualClock
from aurum_plugins.forecasting.workers.surroundings import surroundings

ADDRESS = "tcp://127.0.0.1:8786"


class FakeFuture:
    """What a call came to, as Dask's futures tell it."""

    def __init__(self, work: Callable[[], Any], needs: Sequence[FakeFuture] = ()) -> None:
        self.status = "pending"
        self.needs = needs
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        # Raised in place of the result, once each.
        self.troubles: list[BaseException] = []

    def make(self) -> None:
        try:
            self._result = self._work()
        except Exception as error:  # noqa: BLE001
            self.fail(error)
        else:
            self.status = "finished"

    def fail(self, error: BaseException) -> None:
        self._error, self.status = error, "error"

    def result(self, timeout: float) -> Any:
        if self.troubles:
            raise self.troubles.pop()
        return self._result

    def exception(self, timeout: float) -> BaseException | None:
        return self._error


class FakeCluster:
    """Client, scheduler and workers in one; `pause` lets time pass, and the last call be made.

    Calls are made newest first, so that results come in another order than calls.
    """

    def __init__(self, workers: int = 2) -> None:
        self.status = "running"
        self.clock = VirtualClock(0)
        self.threads = {f"tcp://127.0.0.1:{4000 + number}": 1 for number in range(workers)}
        self.address = ADDRESS
        self.answers: dict[str, Any] = {}
        self.scheduler_answer: Any = surroundings()
        self.scattered: list[Any] = []
        self.asked: list[FakeFuture] = []
        self.cancelled: list[FakeFuture] = []
        self.closed = False
        # Called at each pause, before a call is made.
        self.happens: Callable[[], object] = lambda: None

    def submit(self, function, data: FakeFuture, *args: Any, **how: Any) -> FakeFuture:
        assert how == {"pure": False}
        future = FakeFuture(lambda: function(data.result(1.0), *args), [data])
        self.asked.append(future)
        return future

    def scatter(self, data: Any, **how: Any) -> FakeFuture:
        assert how == {"broadcast": True, "hash": False}
        self.scattered.append(data)
        future = FakeFuture(lambda: data)
        future.make()
        return future

    def nthreads(self) -> dict[str, int]:
        return dict(self.threads)

    def scheduler_info(self) -> dict[str, Any]:
        return {"address": self.address}

    def run(self, function: Callable[[], Any], **how: Any) -> dict[str, Any]:
        assert how == {"on_error": "return"}
        return {worker: self.answers.get(worker, function()) for worker in self.threads}

    def run_on_scheduler(self, function: Callable[[], Any]) -> Any:
        if isinstance(self.scheduler_answer, BaseException):
            raise self.scheduler_answer
        return self.scheduler_answer

    def cancel(self, futures: Sequence[FakeFuture], **how: Any) -> None:
        assert how == {"force": True}
        self.cancelled += futures

    def close(self, timeout: float) -> None:
        self.closed = True

    def pause(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1_000))
        self.happens()
        waiting = [future for future in self.asked if future.status == "pending"]
        if waiting and self.threads and self.status == "running":
            waiting[-1].make()
