"""Work away from the thread that talks to Telegram."""

from __future__ import annotations

import asyncio
import threading

import pytest

from aurum_plugins.telegram.lookups import LookupBusy, Lookups, LookupTooSlow


async def ended(lookups: Lookups) -> None:
    while lookups._under_way:  # noqa: ASYNC110 - a thread that takes no time
        await asyncio.sleep(0)


async def test_what_a_function_gives_or_raises_comes_back() -> None:
    lookups = Lookups()
    assert await lookups.look("a", lambda: 1, 5) == 1
    with pytest.raises(ZeroDivisionError):
        await lookups.look("a", lambda: 1 // 0, 5)
    assert await lookups.look("a", lambda: 2, 5) == 2


async def test_it_runs_in_another_thread() -> None:
    found = await Lookups().look("a", threading.current_thread, 5)
    assert found is not threading.current_thread()


async def test_one_of_a_name_at_a_time_also_after_nobody_waits_any_more() -> None:
    lookups, go = Lookups(), threading.Event()
    with pytest.raises(LookupTooSlow, match=r"a has not been answered within 0\.01 s"):
        await lookups.look("a", go.wait, 0.01)
    with pytest.raises(LookupBusy, match="a is being looked up already"):
        await lookups.look("a", go.wait, 0.01)
    assert await lookups.look("b", lambda: 3, 5) == 3
    go.set()
    await ended(lookups)
    assert await lookups.look("a", lambda: 4, 5) == 4


async def test_one_that_fails_after_nobody_waits_is_told_to_the_log_alone(caplog) -> None:
    caplog.set_level("DEBUG", logger="aurum_plugins.telegram.lookups")
    lookups, go = Lookups(), threading.Event()

    def fail() -> None:
        go.wait()
        raise ValueError("late")

    with pytest.raises(LookupTooSlow):
        await lookups.look("a", fail, 0.01)
    go.set()
    await ended(lookups)
    assert "late" in caplog.text
