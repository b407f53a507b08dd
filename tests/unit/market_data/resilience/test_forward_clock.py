from __future__ import annotations

from staged_clock import StagedClock

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.forward_clock import ForwardClock


def test_it_goes_with_the_clock() -> None:
    clock = VirtualClock(1_000)
    forward = ForwardClock(clock)
    clock.advance(250)
    assert forward.now_ms() == 1_250


def test_it_stands_still_while_the_clock_is_set_back_and_goes_on_from_there() -> None:
    clock = StagedClock(start_ms=1_000)
    forward = ForwardClock(clock)
    clock.set_by(500)
    assert forward.now_ms() == 1_500
    clock.set_by(-900)
    assert forward.now_ms() == 1_500
    clock.set_by(40)
    assert forward.now_ms() == 1_540
    clock.set_by(-10)
    assert forward.now_ms() == 1_540


async def test_it_sleeps_by_the_clock() -> None:
    clock = VirtualClock(0)
    forward = ForwardClock(clock)
    await forward.sleep(2.5)
    assert forward.now_ms() == clock.now_ms() == 2_500
