"""Work on closed trades: done at the start, when woken, and again when it failed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from aurum_plugins.strategies.bookkeeping import Bookkeeping


class Task:
    """Counts; fails as long as `error` is set."""

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.done = 0
        self.again = threading.Event()

    def __call__(self) -> None:
        self.done += 1
        self.again.set()
        if self.error:
            raise RuntimeError(self.error)

    def await_done(self) -> None:
        assert self.again.wait(10)
        self.again.clear()


@pytest.fixture
def tasks() -> dict[str, Any]:
    return {"Summing up": Task(), "Booking": Task()}


def test_one_that_fails_keeps_no_other_from_being_done(tasks, caplog) -> None:
    caplog.set_level("INFO")
    tasks["Summing up"].error = "database is gone"
    books = Bookkeeping(tasks, retry_seconds=30)
    assert not books.work()
    assert not books.work(everything=False)
    assert [task.done for task in tasks.values()] == [2, 1]
    assert caplog.messages == ["Summing up failed, again in 30 s: database is gone"]
    tasks["Summing up"].error = ""
    assert books.work(everything=False)
    assert books.work(everything=False)
    assert [task.done for task in tasks.values()] == [3, 1]
    assert caplog.messages[1:] == ["Summing up succeeded."]


def test_the_thread_works_at_the_start_and_when_woken(tasks) -> None:
    books = Bookkeeping(tasks)
    assert books.stop()
    books.start()
    books.start()
    tasks["Booking"].await_done()
    for done in (2, 3):
        books.wake()
        tasks["Booking"].await_done()
        assert tasks["Summing up"].done == done
    assert books.running
    assert books.stop(10)
    assert not books.running


def test_the_thread_tries_again_by_itself(tasks) -> None:
    booking = tasks["Booking"]
    booking.error = "locked"
    books = Bookkeeping(tasks, retry_seconds=0.001)
    books.start()
    for _ in range(5):
        booking.await_done()
    assert tasks["Summing up"].done == 1
    assert books.stop(10)


def test_an_end_waits_for_the_task_under_way_and_leaves_the_rest(tasks) -> None:
    working, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        working.set()
        assert go_on.wait(10)

    books = Bookkeeping({"Slow": slow, **tasks})
    books.start()
    assert working.wait(10)
    assert not books.stop(0.01)
    go_on.set()
    assert books.stop(10)
    assert tasks["Booking"].done == 0
    books.start()
    tasks["Booking"].await_done()
    assert books.stop(10)
