"""What the command line gets; without Dask itself, of which only the names are stood in for."""

from __future__ import annotations

import sys
import warnings
from types import SimpleNamespace

import pytest
from fake_cluster import ADDRESS, FakeCluster

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.workers.dask_workers import DaskWorkers
from aurum_plugins.forecasting.workers.errors import OpenCluster, SchedulerUnreachable
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers
from aurum_plugins.forecasting.workers.open_workers import open_workers


class Dask:
    """Stands in for the module `distributed`."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.asked: list[tuple] = []
        self.certificates = {"tls_ca_file": "ca", "tls_client_cert": "me", "tls_client_key": "key"}
        self.trouble: OSError | None = None

    def Security(self, require_encryption):  # noqa: N802
        return SimpleNamespace(require_encryption=require_encryption, **self.certificates)

    def Client(self, address, *, timeout, security, set_as_default, name):  # noqa: N802
        self.asked.append((address, security.require_encryption, set_as_default))
        warnings.warn("versions differ", stacklevel=1)
        if self.trouble is not None:
            raise self.trouble
        return self.cluster


@pytest.fixture
def dask(monkeypatch) -> Dask:
    stand_in = Dask()
    monkeypatch.setitem(sys.modules, "distributed", stand_in)
    return stand_in


def opened(scheduler: str | None = ADDRESS, count: int = 1):
    said: list[str] = []
    with open_workers(count, scheduler, said.append) as workers:
        return workers, said


def test_without_a_scheduler_it_is_this_machine() -> None:
    assert opened(None, 3) == (LocalWorkers(3), [])


def test_with_a_scheduler_it_is_its_workers(dask, recwarn) -> None:
    workers, said = opened()
    assert isinstance(workers, DaskWorkers)
    assert said == []
    assert dask.asked == [(ADDRESS, None, False)]
    assert dask.cluster.closed
    assert not recwarn.list


def test_workers_of_several_threads_are_named(dask) -> None:
    dask.cluster.threads = {"tcp://127.0.0.1:1": 1, "tcp://127.0.0.1:2": 4}
    _, (said,) = opened()
    assert said.startswith("Worker tcp://127.0.0.1:2 has 4 threads")
    assert "--nthreads 1" in said


def test_a_cluster_that_must_not_be_used_is_left(dask) -> None:
    dask.cluster.address = "tcp://10.0.0.1:8786"
    with pytest.raises(OpenCluster):
        opened()
    assert dask.cluster.closed


def test_processes_and_a_scheduler_at_once_make_no_sense(dask) -> None:
    with pytest.raises(ConfigurationError, match="--workers: counts processes of this machine"):
        opened(count=2)


def test_dask_asked_for_but_missing_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'aurumbotx\[cluster\]'"):
        opened()


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [(OSError("Timed out\nafter 10 s"), "Timed out"), (OSError(), "OSError")],
)
def test_no_scheduler_is_one_sentence(dask, trouble, shown) -> None:
    dask.trouble = trouble
    with pytest.raises(SchedulerUnreachable) as caught:
        opened()
    assert str(caught.value) == (
        f"{ADDRESS}: no scheduler answers ({shown}); start one with dask scheduler, or name "
        "another with --scheduler"
    )


class TestCertificates:
    def test_an_encrypted_address_demands_encryption(self, dask) -> None:
        dask.cluster.address = "tls://10.0.0.1:8786"
        opened("tls://10.0.0.1:8786")
        assert dask.asked == [("tls://10.0.0.1:8786", True, False)]

    def test_without_them_it_says_which_settings_are_missing(self, dask) -> None:
        dask.certificates |= {"tls_client_cert": None, "tls_client_key": None}
        text = (
            "lacks distributed.comm.tls.client.cert, distributed.comm.tls.client.key "
            r"\(or DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and so on"
        )
        with pytest.raises(ConfigurationError, match=text):
            opened("tls://10.0.0.1:8786")
        assert dask.asked == []
