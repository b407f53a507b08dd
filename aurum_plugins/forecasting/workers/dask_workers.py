"""The workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from aurum_plugins.clock import SECOND_MS, Clock, WallClock
from aurum_plugins.forecasting.workers.call import Call, Data, Result
from aurum_plugins.forecasting.workers.cluster_client import ClusterClient, ClusterFuture
from aurum_plugins.forecasting.workers.errors import (
    CallLost,
    NoWorkers,
    SchedulerLost,
    WorkersDiffer,
)
from aurum_plugins.forecasting.workers.on_one_thread import on_one_thread
from aurum_plugins.forecasting.workers.surroundings import differences, surroundings
from aurum_plugins.forecasting.workers.timed_asking import answer_within

# Seconds between two looks at what is done, and at who is there.
POLL_SECONDS: Final = 0.05
WATCH_SECONDS: Final = 2.0
# How long an answer of the scheduler, the sending of data, and a worker are waited for.
ANSWER_SECONDS: Final = 20.0
SENDING_SECONDS: Final = 300.0
WORKER_SECONDS: Final = 60.0
# How often a call is made before it is held to be what kills workers; Dask's own count is alike.
MOST_TIMES: Final = 4
# Dask's error for a call that was at work in several workers when they died.
_KILLED: Final = "KilledWorker"
_GONE: Final = (OSError, asyncio.CancelledError, concurrent.futures.CancelledError)
# A model has one thread: BLAS and OpenMP are held to it for the whole process, so that two at a
# time would lift the limit of each other, and sums would come out otherwise.
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Refusal:
    """Why a worker did not make a call.

    Attributes
    ----------
    differences : tuple of str
    """

    differences: tuple[str, ...]


@dataclass(eq=False)
class _Asked:
    """A call that is not done."""

    call: Call[Any, Any]
    future: ClusterFuture
    times: int = 1


class DaskWorkers:
    """Makes calls on a cluster; what a dying worker had at hand is made again by another.

    Data is sent to the workers once, however many calls name it, and again only if all who had it
    are gone. A worker that joined later and has other versions refuses.

    Parameters
    ----------
    client : ClusterClient
        Connected, of a cluster that `checked_cluster` found to be fit.
    address : str
        Of the scheduler; named in errors.
    clock : Clock
    pause : callable
        Waits so many seconds.
    """

    def __init__(
        self,
        client: ClusterClient,
        address: str,
        *,
        clock: Clock | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._address = address
        self._clock = clock or WallClock()
        self._pause = pause
        # By identity; the data is held as well, so that no other object gets its identity.
        self._sent: dict[int, tuple[object, ClusterFuture]] = {}
        self._last_look_ms = 0
        self._alone_since_ms: int | None = None

    def results(self, calls: Sequence[Call[Data, Result]]) -> Generator[Result]:
        """Make every call; see `Workers.results`.

        Raises
        ------
        aurum_plugins.forecasting.workers.errors.ClusterError
            If the scheduler is lost, workers stay away, or a call is lost again and again.
        """
        asked: list[_Asked] = []
        self._alone_since_ms = None
        try:
            asked += [_Asked(call, self._submit(call)) for call in calls]
            while asked:
                over = [one for one in asked if self._is_over(one)]
                if not over:
                    self._watch()
                    self._pause(POLL_SECONDS)
                for one in over:
                    found = self._finished(one)
                    if found:
                        asked.remove(one)
                        yield from found
        finally:
            self._give_up([one.future for one in asked])

    def _is_over(self, one: _Asked) -> bool:
        """Whether a call has ended, or cannot because its data is gone."""
        return one.future.status != "pending" or self._has_lost_data(one.call)

    def _has_lost_data(self, call: Call[Any, Any]) -> bool:
        sent = self._sent.get(id(call.data))
        return sent is None or sent[1].status != "finished"

    def _finished(self, one: _Asked) -> tuple[Any, ...]:
        """The result alone, or nothing if the call must be made again, which it then is."""
        if one.future.status == "error":
            self._raise(one)
        if one.future.status == "finished":
            try:
                result = one.future.result(timeout=ANSWER_SECONDS)
            except _GONE:
                pass
            else:
                if isinstance(result, Refusal):
                    raise WorkersDiffer(self._address, result.differences)
                return (result,)
        self._ask_again(one)
        return ()

    def _raise(self, one: _Asked) -> None:
        error = one.future.exception(timeout=ANSWER_SECONDS)
        if error is None or type(error).__name__ == _KILLED:
            raise CallLost(self._address, MOST_TIMES, "its worker died each time") from None
        raise error

    def _ask_again(self, one: _Asked) -> None:
        # Dask gives everything up when the connection breaks.
        if self._client.status != "running":
            raise SchedulerLost(self._address)
        self._watch(at_once=True)
        if one.times >= MOST_TIMES:
            raise CallLost(self._address, one.times, "its result or its data were gone each time")
        if self._has_lost_data(one.call):
            self._sent.pop(id(one.call.data), None)
        one.future = self._submit(one.call)
        one.times += 1

    def _submit(self, call: Call[Any, Any]) -> ClusterFuture:
        if id(call.data) not in self._sent:
            # Without a hash: what was lost is not to be taken for what is sent anew.
            there = self._ask(
                SENDING_SECONDS, self._client.scatter, call.data, broadcast=True, hash=False
            )
            self._sent[id(call.data)] = (call.data, there)
        data = self._sent[id(call.data)][1]
        asked: ClusterFuture = self._ask(
            ANSWER_SECONDS,
            self._client.submit,
            make_call,
            data,
            call.part,
            call.function,
            surroundings(),
            pure=False,
        )
        return asked

    def _watch(self, *, at_once: bool = False) -> None:
        """See, every now and then, whether anybody is there."""
        if self._client.status != "running":
            raise SchedulerLost(self._address)
        now = self._clock.now_ms()
        if now - self._last_look_ms < WATCH_SECONDS * SECOND_MS and not at_once:
            return
        self._last_look_ms = now
        if self._ask(ANSWER_SECONDS, self._client.nthreads):
            self._alone_since_ms = None
            return
        if self._alone_since_ms is None:
            self._alone_since_ms = now
        if now - self._alone_since_ms >= WORKER_SECONDS * SECOND_MS:
            raise NoWorkers(self._address, WORKER_SECONDS)

    def _ask(self, seconds: float, ask: Callable[..., Any], *args: Any, **how: Any) -> Any:
        try:
            return answer_within(seconds, ask, *args, **how)
        except _GONE:
            raise SchedulerLost(self._address) from None

    def _give_up(self, futures: Sequence[ClusterFuture]) -> None:
        if futures and self._client.status == "running":
            try:
                self._ask(ANSWER_SECONDS, self._client.cancel, list(futures), force=True)
            except SchedulerLost:
                # Then nobody works on them any more.
                return


def make_call(
    data: Data,
    part: Callable[[Data], Data],
    function: Callable[[Data], Result],
    expected: dict[str, str],
) -> Result | Refusal:
    """What a worker does.

    Parameters
    ----------
    data : object
    part, function : callable
        As of `Call`.
    expected : dict of str to str
        What it is to compute with, see `surroundings`.
    """
    found = differences(expected, surroundings())
    if found:
        return Refusal(tuple(f"a worker: {difference}" for difference in found))
    with _one_at_a_time:
        return on_one_thread(function, part(data))
