from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.workers.scheduler_address import SchedulerAddress, is_exposed


@pytest.mark.parametrize(
    "text",
    ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786", " tcp://127.9.9.9:1 "],
)
def test_loopback_needs_no_certificates(text) -> None:
    assert SchedulerAddress.of(text) == SchedulerAddress(text.strip(), encrypted=False)


@pytest.mark.parametrize("text", ["tls://127.0.0.1:8786", "tls://scheduler.example.org:8786"])
def test_with_certificates_any_host_will_do(text) -> None:
    assert SchedulerAddress.of(text) == SchedulerAddress(text, encrypted=True)


@pytest.mark.parametrize(
    "text",
    ["tcp://10.0.0.2:8786", "tcp://0.0.0.0:8786", "tcp://scheduler:8786", "tcp://[::]:8786"],
)
def test_plain_tcp_beyond_loopback_is_refused_with_the_reason(text) -> None:
    rule = "must begin with tls:// beyond this machine: over plain tcp, whoever reaches"
    with pytest.raises(ConfigurationError, match=rule) as caught:
        SchedulerAddress.of(text)
    assert caught.value.key == "--scheduler"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:8786",
        "http://127.0.0.1:8786",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:99999",
        "tcp://:8786",
        "tcp://127.0.0.1:8786/x",
        "tcp://me:secret@127.0.0.1:8786",
        "inproc://127.0.0.1:8786",
    ],
)
def test_what_is_no_address_is_refused(text) -> None:
    with pytest.raises(ConfigurationError, match="--scheduler: must be an address such as tcp://"):
        SchedulerAddress.of(text)


def test_what_dask_calls_a_worker_inside_the_process_is_not_exposed() -> None:
    assert not is_exposed("inproc://10.0.0.1/23/4")
    assert is_exposed("tcp://")
