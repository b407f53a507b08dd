from __future__ import annotations

import logging
import os
from datetime import UTC, datetime

import pytest

from aurum_plugins.forecasting.registry import history as module
from aurum_plugins.forecasting.registry.event import Event, EventKind
from aurum_plugins.forecasting.registry.history import History


def event(number: int, *reasons: str) -> Event:
    at = datetime(2025, 4, 1, tzinfo=UTC)
    return Event(number=number, time=at, kind=EventKind.TRAINED, version="a", reasons=reasons)


@pytest.fixture
def history(tmp_path) -> History:
    return History(tmp_path / "history.jsonl")


def test_without_a_file_nothing_happened(history) -> None:
    assert (history.read(), history.last_number()) == ((), 0)
    history.append([])
    assert not history.path.exists()


def test_events_are_read_in_their_order(history) -> None:
    history.append([event(1), event(2, "\N{GREEK SMALL LETTER SIGMA}\nand more")])
    history.append([event(3)])
    assert history.read() == (
        event(1),
        event(2, "\N{GREEK SMALL LETTER SIGMA}\nand more"),
        event(3),
    )
    assert history.last_number() == 3
    assert len(history.path.read_bytes().splitlines()) == 3


def test_a_line_torn_anywhere_is_not_read_and_cut_off_by_the_next(history) -> None:
    history.append([event(1)])
    first = history.path.read_bytes()
    history.append([event(2)])
    both = history.path.read_bytes()
    for end in range(len(first), len(both)):
        history.path.write_bytes(both[:end])
        assert (history.read(), history.last_number()) == ((event(1),), 1)
        history.append([event(3)])
        assert history.read() == (event(1), event(3))


@pytest.mark.parametrize("torn", [b"{", b"x" * 200_000])
def test_a_file_of_one_torn_line_is_emptied(history, torn) -> None:
    history.path.write_bytes(torn)
    assert (history.read(), history.last_number()) == ((), 0)
    history.append([event(1)])
    assert history.read() == (event(1),)


def test_a_torn_line_longer_than_a_block_is_cut_off(history) -> None:
    history.append([event(1)])
    with history.path.open("ab") as file:
        file.write(b"x" * 300_000)
    history.append([event(2)])
    assert history.read() == (event(1), event(2))


def test_a_senseless_line_is_left_out_and_reported(history, caplog) -> None:
    history.append([event(1), event(2)])
    lines = history.path.read_bytes().splitlines(keepends=True)
    history.path.write_bytes(lines[0] + b"\x00garbage\n" + lines[1] + b"\xff\n")
    with caplog.at_level(logging.WARNING):
        assert history.read() == (event(1), event(2))
    assert "line 2 makes no sense" in caplog.text
    assert history.last_number() == 2


def test_the_last_number_of_a_long_history_or_a_long_line_is_found(history, monkeypatch) -> None:
    history.append(event(number, "x" * 500) for number in range(1, 401))
    assert history.path.stat().st_size > 200_000
    assert history.last_number() == 400
    monkeypatch.setattr(module, "_TAIL", 64)
    assert history.last_number() == 400


def test_a_write_that_comes_in_parts_is_finished(history, monkeypatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    history.append([event(1), event(2)])
    assert history.read() == (event(1), event(2))
