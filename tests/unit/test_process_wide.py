"""One of a kind in a process, whoever asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aurum_plugins.process_wide import ProcessWide


class Worker:
    def __init__(self) -> None:
        self.said: list[object] = []

    def start(self) -> None:
        self.said.append("start")

    def stop(self, seconds: float = 1.0) -> bool:
        self.said.append(seconds)
        return True


@pytest.fixture
def only() -> ProcessWide[Worker]:
    return ProcessWide(stop_seconds=7.0)


def test_the_same_key_gives_the_same_one_at_work(only) -> None:
    first = only.get("a", Worker)
    assert only.get("a", Worker) is first
    assert first.said == ["start", "start"]
    assert only.keys == ("a",)


def test_another_key_ends_the_one_before_without_waiting(only) -> None:
    first = only.get("a", Worker)
    assert only.get("b", Worker) is not first
    assert first.said == ["start", 0]
    assert only.keys == ("b",)


def test_one_that_cannot_be_made_leaves_the_one_before(only) -> None:
    first = only.get("a", Worker)

    def fails() -> Worker:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        only.get("b", fails)
    assert only.get("a", fails) is first
    assert 0 not in first.said


@pytest.mark.parametrize(("given", "waited"), [((), 7.0), ((0.5,), 0.5)])
def test_an_end_waits_as_long_as_it_is_told(only, given, waited) -> None:
    ended = only.get("a", Worker)
    only.end(*given)
    assert ended.said[-1] == waited
    assert only.keys == ()
    assert only.get("a", Worker) is not ended


SCRIPT = """
import os, sys
from aurum_plugins.process_wide import ProcessWide

class Worker:
    def start(self): print("start", os.getpid() == parent, flush=True)
    def stop(self, seconds): print("stop", seconds, os.getpid() == parent, flush=True)

parent = os.getpid()
only = ProcessWide(2.0)
only.get("a", Worker)
only._turn.acquire()
child = os.fork()
if child == 0:
    assert only.keys == ()
    only.get("a", Worker)
    sys.exit(0)
os.waitpid(child, 0)
"""


def test_it_ends_with_the_process_and_a_forked_one_has_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == [
        "start True",
        "start False",
        "stop 2.0 False",
        "stop 2.0 True",
    ]
