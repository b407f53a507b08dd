from __future__ import annotations

import gc
import weakref
from contextlib import suppress

import pytest

from aurum_plugins.clock import MINUTE_MS, VirtualClock
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.freqai.failed_trainings import RETRY_MS, FailedTrainings

BTC, ETH = "BTC/USDT", "ETH/USDT"


def failure() -> TooLittleData:
    return TooLittleData("training window", 3, 1_000)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_700_000_000_000)


@pytest.fixture
def failed(clock) -> FailedTrainings:
    return FailedTrainings(clock)


def test_a_pair_that_never_failed_may_be_trained(failed):
    failed.check(BTC)


def test_what_was_raised_is_raised_again_for_ten_minutes(failed, clock):
    error = failure()
    assert failed.note(BTC, error)
    assert RETRY_MS == 10 * MINUTE_MS
    for _ in range(3):
        with pytest.raises(TooLittleData) as caught:
            failed.check(BTC)
        assert caught.value is error
        clock.advance(RETRY_MS // 3 - 1)
    clock.advance(2)
    with pytest.raises(TooLittleData):
        failed.check(BTC)
    clock.advance(1)
    failed.check(BTC)


def test_other_pairs_go_on(failed):
    failed.note(BTC, failure())
    failed.check(ETH)


def test_the_same_failure_is_news_once_and_does_not_put_the_next_try_off(failed, clock):
    error = failure()
    assert failed.note(BTC, error)
    clock.advance(RETRY_MS - 1)
    assert not failed.note(BTC, error)
    clock.advance(1)
    failed.check(BTC)


def test_another_failure_is_news(failed, clock):
    failed.note(BTC, failure())
    clock.advance(RETRY_MS)
    assert failed.note(BTC, failure())
    with pytest.raises(TooLittleData):
        failed.check(BTC)
    assert failed.note(ETH, failure())


def test_a_training_that_succeeds_ends_it(failed):
    error = failure()
    failed.note(BTC, error)
    failed.forget(BTC)
    failed.check(BTC)
    failed.forget(BTC)
    assert failed.note(BTC, error)


def test_the_tables_of_a_failed_training_are_let_go(failed):
    class Table:
        """Stands for hundreds of megabytes."""

    alive = []

    def train(*, first: bool) -> None:
        table = Table()
        alive.append(weakref.ref(table))
        try:
            if first:
                raise failure()
            failed.check(BTC)
        except TooLittleData as error:
            failed.note(BTC, error)
            raise

    for attempt in range(20):
        with suppress(TooLittleData):
            train(first=attempt == 0)
    gc.collect()
    assert sum(reference() is not None for reference in alive) <= 1


def test_without_a_clock_it_goes_by_the_machines():
    failed = FailedTrainings()
    failed.note(BTC, failure())
    with pytest.raises(TooLittleData):
        failed.check(BTC)
