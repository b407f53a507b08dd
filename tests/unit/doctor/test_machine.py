"""The doctor's senses, with the processes and the network replaced."""

from __future__ import annotations

import io
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.doctor import machine
from aurum_plugins.doctor.facts import FreqtradeFacts
from aurum_plugins.doctor.request import Request

Run = Callable[..., None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Say how the next process ends."""

    def arrange(returncode: int = 0, stdout: str = "", stderr: str = "") -> None:
        def fake(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
            assert command[:2] == [sys.executable, "-P"]
            return subprocess.CompletedProcess(command, returncode, stdout, stderr)

        monkeypatch.setattr(subprocess, "run", fake)

    return arrange


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(command: list[str], timeout: float, **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", fake)


def test_facts_are_read_from_the_probe(run: Run) -> None:
    facts = FreqtradeFacts(armed=True)
    run(stdout=facts.model_dump_json())
    assert machine.ask_freqtrade(Request()) == facts


@pytest.mark.parametrize(
    ("returncode", "stderr", "message"),
    [
        (1, "Traceback\n  File\nImportError: no ccxt\n", "ImportError: no ccxt"),
        (1, "freqtrade.x.OddError: broken", "freqtrade.x.OddError: broken"),
        (2, "2026-11-22 - INFO - key hunter2", "ended with status 2"),
        (3, "", "ended with status 3"),
        (-11, "Fatal", "crashed with SIGSEGV"),
    ],
)
def test_a_probe_that_dies(run: Run, returncode: int, stderr: str, message: str) -> None:
    run(returncode, "", stderr)
    fault = machine.ask_freqtrade(Request()).fault
    assert fault is not None
    assert fault.message == message


def test_a_probe_that_hangs(hang: None) -> None:
    fault = machine.ask_freqtrade(Request()).fault
    assert fault is not None
    assert fault.message == "no answer within 120 s"


def test_a_module_that_loads(run: Run) -> None:
    run()
    assert machine.loads("talib") is None


def test_a_module_that_does_not(run: Run) -> None:
    run(1, stderr="OSError: libgomp.so.1: cannot open")
    assert machine.loads("lightgbm") == "OSError: libgomp.so.1: cannot open"


def test_a_module_that_hangs(hang: None) -> None:
    assert machine.loads("talib") == "import not done within 60 s"


def test_installed() -> None:
    assert machine.installed("aurumbotx") is not None
    assert machine.installed("no-such-distribution-anywhere") is None


class Answer(io.BytesIO):
    status = 200


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (200, None),
        (204, "status 204"),
        (urllib.error.URLError("Connection refused"), "Connection refused"),
        (TimeoutError("timed out"), "timed out"),
        (RemoteDisconnected("gone"), "gone"),
        (ValueError("odd"), "ValueError"),
    ],
)
def test_ping(monkeypatch: pytest.MonkeyPatch, result: Any, reason: str | None) -> None:
    def open_(_self: object, url: str, timeout: float) -> Answer:
        assert (url, timeout) == ("http://127.0.0.1:1/", 2.0)
        if isinstance(result, Exception):
            raise result
        answer = Answer()
        answer.status = result
        return answer

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", open_)
    assert machine.ping("http://127.0.0.1:1/") == reason


def test_free_space_of_a_folder_that_is_yet_to_be_made(tmp_path: Path) -> None:
    assert machine.free_bytes(tmp_path / "a/b") > 0
    assert machine.free_bytes(Path("no-such-folder-here/b")) > 0


def test_looking_around(run: Run) -> None:
    run(stdout=FreqtradeFacts().model_dump_json())
    around = machine.look_around(Request(user_data_dir=Path("here")))
    assert around.python.startswith("3.")
    assert ">=3.11" in around.requires_python
    assert any(text.startswith("freqtrade") for text in around.requirements)
    assert around.freqtrade_folder is not None
    assert around.freqtrade_folder.name == "freqtrade"
    assert around.user_data == Path("here")


def test_looking_around_where_nothing_is_installed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(stdout=FreqtradeFacts().model_dump_json())
    monkeypatch.setattr(machine, "DISTRIBUTION", "no-such-distribution-anywhere")
    monkeypatch.setattr(machine, "find_spec", lambda _name: None)
    around = machine.look_around(Request())
    assert (around.requires_python, around.requirements) == ("", ())
    assert around.freqtrade_folder is None


def test_a_request_as_arguments() -> None:
    request = Request((Path("a.json"), Path("b.json")), Path("u d"), "S")
    assert request.arguments() == [
        *("--config", "a.json", "--config", "b.json"),
        *("--userdir", "u d", "--strategy", "S"),
    ]
    assert request.command("x", "-y") == (
        "freqtrade x --config a.json --config b.json --userdir 'u d' -y"
    )
