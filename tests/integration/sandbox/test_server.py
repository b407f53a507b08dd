"""The assembled exchange over HTTP: control endpoints, ports, both clocks."""

from __future__ import annotations

import socket

import pytest
import requests

from aurum_plugins.clock import DAY_MS
from aurum_plugins.errors import PortInUse
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

START = 20_500 * DAY_MS


@pytest.fixture(scope="module")
def virtual():
    with SandboxServer(SandboxConfig(port=0, history_days=3, clock_start_ms=START)) as server:
        yield server


def test_it_listens_on_loopback_unless_told_otherwise(virtual) -> None:
    assert SandboxConfig().host == "127.0.0.1"
    assert virtual.url.startswith("http://127.0.0.1:")
    assert requests.get(f"{virtual.url}/sandbox/health", timeout=5).json()["status"] == "ok"


def test_a_virtual_clock_moves_only_when_told(virtual) -> None:
    clock = f"{virtual.url}/sandbox/clock"
    before = requests.get(clock, timeout=5).json()
    assert before["virtual"]
    server_time = requests.get(f"{virtual.url}/api/v3/time", timeout=5).json()["serverTime"]
    assert server_time == before["now_ms"]
    after = requests.post(clock, json={"advance_s": 90}, timeout=5).json()
    assert after["now_ms"] == before["now_ms"] + 90_000


@pytest.mark.parametrize("body", ['{"advance_s": -1}', '{"advance": 5}', "{", '{"advance_s": "x"}'])
def test_a_wrong_move_is_refused(virtual, body) -> None:
    clock = f"{virtual.url}/sandbox/clock"
    before = requests.get(clock, timeout=5).json()
    assert requests.post(clock, data=body, timeout=5).status_code == 400
    assert requests.get(clock, timeout=5).json() == before


def test_two_starts_with_one_seed_show_the_same_market(virtual) -> None:
    path = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=500"
    end = f"&endTime={START - 1}"
    first = requests.get(virtual.url + path + end, timeout=5).content
    later = SandboxConfig(port=0, history_days=5, clock_start_ms=START + DAY_MS)
    with SandboxServer(later) as other:
        assert requests.get(other.url + path + end, timeout=5).content == first
    with SandboxServer(later.model_copy(update={"seed": 8})) as other:
        assert requests.get(other.url + path + end, timeout=5).content != first


def test_the_walls_clock_cannot_be_moved() -> None:
    with SandboxServer(SandboxConfig(port=0, history_days=2)) as server:
        moved = requests.post(f"{server.url}/sandbox/clock", json={"advance_s": 1}, timeout=5)
        assert moved.status_code == 409
        assert "--virtual-clock" in moved.json()["error"]
        assert not requests.get(f"{server.url}/sandbox/clock", timeout=5).json()["virtual"]


def test_a_taken_port_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        server = SandboxServer(SandboxConfig(port=port, history_days=2))
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port} is already in use"):
            server.__enter__()


def test_an_address_that_is_not_ours_is_an_error() -> None:
    server = SandboxServer(SandboxConfig(host="192.0.2.1", port=0, history_days=2))
    with pytest.raises(OSError, match="address"):
        server.__enter__()
