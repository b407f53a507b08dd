"""Evidence is produced once, when it is first read, and a failure is remembered."""

from __future__ import annotations

import pytest

from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.evidence import Evidence, left_out
from aurum_plugins.validation.reading import Reading


def test_it_is_produced_once() -> None:
    produced: list[int] = []
    evidence = Evidence("counting", lambda: produced.append(1) or len(produced), seconds=1.0)
    assert not evidence.is_known
    assert [evidence(), evidence()] == [1, 1]
    assert evidence.is_known


def test_nothing_is_evidence_too() -> None:
    asked: list[int] = []
    evidence = Evidence("nothing", lambda: asked.append(1), seconds=0.0)
    assert evidence() is evidence() is None
    assert asked == [1]


def test_a_failure_is_not_tried_again() -> None:
    tries: list[int] = []

    def fail() -> int:
        tries.append(1)
        raise NotMeasured("the bot did not start")

    evidence = Evidence("a bot", fail, seconds=1.0)
    for _ in range(2):
        with pytest.raises(NotMeasured, match="the bot did not start"):
            evidence()
    assert tries == [1]
    assert evidence.is_known


def test_what_is_left_out_says_why() -> None:
    with pytest.raises(LeftOut, match="only with --full"):
        left_out("only with --full")()


def test_of_nothing_there_is_no_share() -> None:
    with pytest.raises(NotMeasured, match="there were no trades"):
        Reading.of_share(0, 0, "trades")
