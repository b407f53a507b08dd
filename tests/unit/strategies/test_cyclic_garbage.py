"""Garbage in cycles goes every minute, whatever thresholds freqtrade sets."""

from __future__ import annotations

import gc
import linecache
import weakref
from collections.abc import Iterator

import pytest
from freqtrade.system import gc_set_threshold

from aurum_plugins.strategies.cyclic_garbage import EVERY_MS, CyclicGarbage


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def discarded() -> weakref.ref[Ring]:
    """A ring that nobody else knows."""
    return weakref.ref(Ring())


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """Those of freqtrade, for one test."""
    before = gc.get_threshold()
    gc_set_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_was_discarded_is_collected_once_a_minute_has_passed() -> None:
    garbage = CyclicGarbage()
    garbage.collect_when_due(0)
    ring = discarded()
    garbage.collect_when_due(EVERY_MS - 1)
    assert ring() is not None
    garbage.collect_when_due(EVERY_MS)
    assert ring() is None


def test_what_was_discarded_before_the_first_loop_is_collected_there() -> None:
    ring = discarded()
    CyclicGarbage().collect_when_due(0)
    assert ring() is None


def test_a_bot_that_begins_anew_also_collects_what_the_last_one_froze() -> None:
    kept = Ring()
    CyclicGarbage().collect_when_due(0)
    ring = weakref.ref(kept)
    del kept
    gc.collect()
    assert ring() is not None
    CyclicGarbage().collect_when_due(0)
    assert ring() is None


def test_a_clock_set_back_does_not_stop_it() -> None:
    garbage = CyclicGarbage()
    garbage.collect_when_due(10 * EVERY_MS)
    ring = discarded()
    garbage.collect_when_due(0)
    assert ring() is None


def test_lines_of_source_files_are_not_kept() -> None:
    linecache.getlines(__file__)
    assert __file__ in linecache.cache
    CyclicGarbage().collect_when_due(0)
    assert __file__ not in linecache.cache
