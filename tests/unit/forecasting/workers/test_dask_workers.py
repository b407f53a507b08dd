"""Calls on a cluster that loses workers, data and its scheduler; see `fake_cluster`."""

from __future__ import annotations

import concurrent.futures
import operator
from functools import partial

import pytest
from fake_cluster import ADDRESS, FakeCluster

from aurum_plugins.forecasting.workers import dask_workers
from aurum_plugins.forecasting.workers.call import Call
from aurum_plugins.forecasting.workers.dask_workers import MOST_TIMES, DaskWorkers
from aurum_plugins.forecasting.workers.errors import (
    CallLost,
    NoWorkers,
    SchedulerLost,
    WorkersDiffer,
)
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers

DATA = (range(10), range(100, 110))


def part(data: range, first: int) -> range:
    return data[first : first + 3]


def calls(function=sum) -> list[Call]:
    return [Call(data, partial(part, first=first), function) for data in DATA for first in range(3)]


def workers(cluster: FakeCluster) -> DaskWorkers:
    return DaskWorkers(cluster, ADDRESS, clock=cluster.clock, pause=cluster.pause)


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


EXPECTED = sorted(LocalWorkers().results(calls()))


def test_each_call_is_made_once_and_given_when_it_is_done(cluster) -> None:
    found = list(workers(cluster).results(calls()))
    assert sorted(found) == EXPECTED
    assert found != EXPECTED
    assert len(cluster.asked) == len(EXPECTED)
    assert cluster.cancelled == []


def test_data_is_sent_once_however_many_calls_name_it(cluster) -> None:
    made = workers(cluster)
    for _ in range(2):
        assert sorted(made.results(calls())) == EXPECTED
    assert cluster.scattered == list(DATA)


def test_no_calls_are_no_results(cluster) -> None:
    assert list(workers(cluster).results([])) == []


def test_what_a_call_raises_is_raised(cluster) -> None:
    with pytest.raises(AttributeError, match="no_such_method"):
        list(workers(cluster).results(calls(operator.methodcaller("no_such_method"))))
    assert cluster.cancelled


def test_a_call_that_was_given_up_is_made_again(cluster) -> None:
    def lose() -> None:
        if len(cluster.asked) == 6:
            cluster.asked[0].status = "cancelled"

    cluster.happens = lose
    assert sorted(workers(cluster).results(calls())) == EXPECTED
    assert len(cluster.asked) == 7
    assert cluster.scattered == list(DATA)


def test_a_result_that_is_gone_when_it_is_fetched_is_made_again(cluster) -> None:
    def lose() -> None:
        if len(cluster.asked) == 6:
            cluster.asked[0].troubles = [TimeoutError()]
            cluster.asked[1].troubles = [concurrent.futures.CancelledError()]

    cluster.happens = lose
    assert sorted(workers(cluster).results(calls())) == EXPECTED
    assert len(cluster.asked) == 8


def test_data_whose_holders_are_all_gone_is_sent_again(cluster) -> None:
    def lose() -> None:
        if len(cluster.asked) == 6:
            cluster.asked[0].needs[0].status = "lost"

    cluster.happens = lose
    assert sorted(workers(cluster).results(calls())) == EXPECTED
    # Three calls of it were under way, or waited for it for ever.
    assert cluster.scattered == [*DATA, DATA[0]]
    assert len(cluster.asked) == 9


def test_a_call_that_is_lost_again_and_again_ends_the_run(cluster) -> None:
    def lose() -> None:
        cluster.asked[-1].status = "cancelled"

    cluster.happens = lose
    with pytest.raises(CallLost, match=f"{ADDRESS}: the same work was lost 4 times") as caught:
        list(workers(cluster).results(calls()[:1]))
    assert caught.value.times == MOST_TIMES == len(cluster.asked)


def test_a_call_that_kills_its_workers_ends_the_run(cluster) -> None:
    class KilledWorker(Exception):
        pass

    cluster.happens = lambda: cluster.asked[0].fail(KilledWorker())
    with pytest.raises(CallLost, match="its worker died each time"):
        list(workers(cluster).results(calls()))


@pytest.mark.parametrize("given_up", [True, False])
def test_a_scheduler_that_goes_away_ends_the_run_at_once(cluster, given_up) -> None:
    def lose() -> None:
        cluster.status = "connecting"
        for future in cluster.asked if given_up else []:
            future.status = "cancelled"

    cluster.happens = lose
    with pytest.raises(SchedulerLost, match=f"{ADDRESS}: the scheduler answers no more"):
        list(workers(cluster).results(calls()))
    assert cluster.clock.now_ms() < 1_000
    assert cluster.cancelled == []


def test_a_scheduler_that_does_not_answer_is_lost(cluster) -> None:
    def broken() -> None:
        raise TimeoutError

    cluster.nthreads = broken
    cluster.happens = lambda: cluster.clock.advance(5_000)
    cluster.cancel = lambda futures, **how: broken()
    with pytest.raises(SchedulerLost):
        list(workers(cluster).results(calls()))


def test_workers_that_stay_away_end_the_run_after_a_bounded_wait(cluster) -> None:
    cluster.happens = cluster.threads.clear
    text = f"no worker for 60 s; start some with dask worker {ADDRESS}"
    with pytest.raises(NoWorkers, match=text):
        list(workers(cluster).results(calls()))
    assert 60_000 <= cluster.clock.now_ms() < 70_000
    assert len(cluster.cancelled) == len(EXPECTED)


def test_workers_that_come_back_in_time_go_on(cluster) -> None:
    there = dict(cluster.threads)

    def away_for_a_while() -> None:
        gone = cluster.clock.now_ms() % 60_000 < 50_000
        cluster.threads = {} if gone else dict(there)

    cluster.happens = away_for_a_while
    assert sorted(workers(cluster).results(calls())) == EXPECTED


def test_a_worker_that_joined_later_with_other_versions_is_refused(cluster, monkeypatch) -> None:
    real = dask_workers.surroundings()
    said = iter([*[real] * 6, {**real, "numpy": "1.0"}])
    monkeypatch.setattr(dask_workers, "surroundings", lambda: next(said))
    with pytest.raises(WorkersDiffer, match=r"a worker: numpy 1\.0, here"):
        list(workers(cluster).results(calls()))


def test_who_stops_asking_gives_the_rest_up(cluster) -> None:
    results = workers(cluster).results(calls())
    next(results)
    results.close()
    assert len(cluster.cancelled) == len(EXPECTED) - 1


def test_ctrl_c_gives_all_up(cluster) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    cluster.happens = interrupt
    with pytest.raises(KeyboardInterrupt):
        list(workers(cluster).results(calls()))
    assert len(cluster.cancelled) == len(EXPECTED)
