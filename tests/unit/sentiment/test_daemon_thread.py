"""Calls that block, in threads that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from aurum_plugins.sentiment.daemon_thread import in_daemon_thread


async def test_it_gives_what_the_call_returns() -> None:
    name = await in_daemon_thread(lambda: threading.current_thread().name, "errand")
    assert name == "errand"


@pytest.mark.parametrize(
    "error", [ValueError("x"), StopIteration(), SystemExit(3), asyncio.CancelledError()]
)
async def test_it_raises_what_the_call_raises(error: BaseException) -> None:
    def call() -> None:
        raise error

    # A coroutine cannot raise a StopIteration, and nobody cancelled this one.
    is_misleading = isinstance(error, StopIteration | asyncio.CancelledError)
    expected = RuntimeError if is_misleading else type(error)
    with pytest.raises(expected):
        await in_daemon_thread(call, "errand")


def test_an_ending_loop_does_not_wait_and_the_call_goes_on_to_its_end() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def call() -> None:
        assert go_on.wait(10)
        ended.set()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_daemon_thread(call, "errand"), 0.01)

    asyncio.run(give_up())
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(10)
