from __future__ import annotations

import pytest
from fake_cluster import ADDRESS, FakeCluster

from aurum_plugins.forecasting.workers.checked_cluster import checked_cluster
from aurum_plugins.forecasting.workers.errors import (
    NoWorkers,
    OpenCluster,
    SchedulerLost,
    WorkersDiffer,
)
from aurum_plugins.forecasting.workers.surroundings import surroundings


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


def check(cluster: FakeCluster) -> dict[str, int]:
    return checked_cluster(cluster, ADDRESS, cluster.clock, cluster.pause)


def test_a_fit_cluster_says_how_many_threads_its_workers_have(cluster) -> None:
    assert check(cluster) == cluster.threads


def test_the_first_worker_is_waited_for(cluster) -> None:
    there, cluster.threads = cluster.threads, {}
    cluster.happens = lambda: cluster.threads.update(there)
    assert check(cluster) == there


def test_without_a_worker_it_ends_after_a_bounded_wait(cluster) -> None:
    cluster.threads = {}
    with pytest.raises(NoWorkers, match="no worker for 30 s; start some with dask worker") as error:
        check(cluster)
    assert error.value.seconds == 30
    assert 30_000 <= cluster.clock.now_ms() < 31_000


def test_other_versions_are_refused_by_name(cluster) -> None:
    worker = next(iter(cluster.threads))
    cluster.answers[worker] = {**surroundings(), "numpy": "1.26.0", "Python": "3.10.2"}
    numpy, python = surroundings()["numpy"], surroundings()["Python"]
    text = f"worker {worker} has Python 3.10.2, here {python}, numpy 1.26.0, here {numpy}. Install"
    with pytest.raises(WorkersDiffer) as caught:
        check(cluster)
    assert text in str(caught.value)
    assert len(caught.value.differences) == 1


def test_a_worker_without_the_package_is_refused(cluster) -> None:
    for worker in cluster.threads:
        cluster.answers[worker] = ModuleNotFoundError("No module named 'aurum_plugins'")
    with pytest.raises(WorkersDiffer, match=r"No module named 'aurum_plugins'\): no AurumBotX"):
        check(cluster)


def test_a_scheduler_without_the_package_is_refused(cluster) -> None:
    cluster.scheduler_answer = ModuleNotFoundError("No module named 'aurum_plugins'")
    with pytest.raises(WorkersDiffer, match="the scheduler cannot say its versions"):
        check(cluster)


def test_a_scheduler_that_does_not_answer_is_lost(cluster) -> None:
    cluster.scheduler_answer = TimeoutError()
    with pytest.raises(SchedulerLost):
        check(cluster)


def test_many_differences_are_counted(cluster) -> None:
    cluster.threads = {f"tcp://127.0.0.1:{port}": 1 for port in range(4000, 4008)}
    cluster.answers = {worker: {} for worker in cluster.threads}
    with pytest.raises(WorkersDiffer, match=r"; and 3 more\. Install the same versions"):
        check(cluster)


@pytest.mark.parametrize("address", ["tcp://192.168.1.5:8786", "tcp://0.0.0.0:8786"])
def test_a_scheduler_that_others_can_reach_is_refused(cluster, address) -> None:
    cluster.address = address
    with pytest.raises(OpenCluster, match=r"--host 127\.0\.0\.1, or with certificates") as caught:
        check(cluster)
    assert caught.value.exposed == (address,)


def test_a_worker_that_others_can_reach_is_refused_before_it_is_asked_anything(cluster) -> None:
    cluster.threads = {f"tcp://10.0.0.{host}:4000": 1 for host in range(7)}
    cluster.run = None
    with pytest.raises(OpenCluster, match=r"10\.0\.0\.4:4000 and 2 more can be reached"):
        check(cluster)


def test_with_certificates_it_may_be_anywhere(cluster) -> None:
    cluster.address = "tls://10.0.0.1:8786"
    cluster.threads = {"tls://10.0.0.2:4000": 1}
    assert check(cluster) == cluster.threads
