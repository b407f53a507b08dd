"""An event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator

import pytest

from aurum_plugins.market_data.background_loop import BackgroundLoop

NAME = "under-test"


class Work:
    """Counts its runs, and does in each what it is told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.begun = threading.Event()
        self.does: Callable[[asyncio.Event], object] = lambda stopping: stopping.wait()
        self.made: list[BackgroundLoop] = []

    async def __call__(self, stopping: asyncio.Event) -> None:
        self.runs += 1
        self.begun.set()
        await self.does(stopping)  # type: ignore[misc]

    def loop(self, again_seconds: float = 0.001) -> BackgroundLoop:
        self.made.append(BackgroundLoop(self, NAME, again_seconds))
        return self.made[-1]


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    for loop in made.made:
        assert loop.stop(5)


def threads() -> int:
    return sum(thread.name == NAME for thread in threading.enumerate())


def test_it_runs_until_it_is_told_to_stop(work) -> None:
    loop = work.loop()
    assert not loop.running
    loop.start()
    assert work.begun.wait(5)
    assert loop.running
    assert loop.stop(5)
    assert not loop.running
    assert (work.runs, threads()) == (1, 0)


def test_what_is_not_running_can_be_stopped_and_called(work) -> None:
    loop = work.loop()
    loop.call(pytest.fail)
    assert loop.stop(0)
    loop.start()
    assert loop.stop(5)
    loop.call(pytest.fail)
    assert loop.stop(0)


def test_calls_are_made_in_its_thread(work) -> None:
    loop = work.loop()
    loop.start()
    assert work.begun.wait(5)
    called = threading.Event()
    names: list[str] = []

    def call() -> None:
        names.append(threading.current_thread().name)
        called.set()

    loop.call(call)
    assert called.wait(5)
    assert names == [NAME]


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), GeneratorExit(), None])
def test_what_ends_untold_begins_again(work, error, caplog) -> None:
    again = threading.Event()

    async def end(_: asyncio.Event) -> None:
        if work.runs >= 3:
            again.set()
        if error is not None:
            raise error

    work.does = end
    loop = work.loop()
    with caplog.at_level(logging.ERROR):
        loop.start()
        assert again.wait(5)
        assert loop.stop(5)
    assert f"{NAME} begins again in 0.001 s." in caplog.messages
    assert (f"{NAME} failed." in caplog.messages) is (error is not None)


def test_it_can_be_stopped_while_it_waits_to_begin_again(work) -> None:
    async def end(_: asyncio.Event) -> None:
        return

    work.does = end
    loop = work.loop(again_seconds=1_000)
    loop.start()
    assert work.begun.wait(5)
    assert loop.stop(5)
    assert work.runs == 1


def test_what_will_not_end_is_not_waited_for_and_the_next_does_not_run_beside_it(work) -> None:
    let_go = threading.Event()

    async def linger(stopping: asyncio.Event) -> None:
        await stopping.wait()
        # As a library that blocks its event loop.
        let_go.wait(5)

    work.does = linger
    loop = work.loop()
    loop.start()
    assert work.begun.wait(5)
    assert not loop.stop(0.01)
    assert not loop.running
    work.begun.clear()
    loop.start()
    assert loop.running
    assert not work.begun.wait(0.02)
    let_go.set()
    assert work.begun.wait(5)
    assert work.runs == 2


def test_many_threads_start_one(work) -> None:
    loop = work.loop()
    starting = [threading.Thread(target=loop.start) for _ in range(10)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert threads() == 1


def test_one_that_cannot_be_started_raises_and_may_be_tried_again(work, monkeypatch) -> None:
    loop = work.loop()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loop.start()
    assert not loop.running
    loop.start()
    assert work.begun.wait(5)
