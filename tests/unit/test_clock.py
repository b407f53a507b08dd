from __future__ import annotations

import time

import pytest

from aurum_plugins.clock import VirtualClock, WallClock


def test_the_wall_clock_is_the_machines() -> None:
    assert abs(WallClock().now_ms() - time.time() * 1_000) < 5_000


async def test_sleeping_on_the_wall_takes_real_time() -> None:
    begin = time.monotonic()
    await WallClock().sleep(0.01)
    assert time.monotonic() - begin >= 0.009


async def test_a_virtual_clock_sleeps_at_once() -> None:
    clock = VirtualClock(5)
    await clock.sleep(3_600)
    assert clock.now_ms() == 3_600_005


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="by_ms must be 0 or more, got -1"):
        VirtualClock(0).advance(-1)
