"""The kill switch as a loop sees it."""

from __future__ import annotations

import logging

import pytest

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.switch import Switch, SwitchState
from aurum_plugins.trading.switch_reading import SwitchReading


class Reading:
    """What the next reading gives."""

    def __init__(self) -> None:
        self.state: SwitchState | None = SwitchState.ARMED

    def __call__(self) -> Switch:
        if self.state is None:
            raise DatabaseUnavailable("file", "it is locked")
        return Switch(self.state, "bot", "by hand", "me")


@pytest.mark.parametrize(
    ("state", "reason", "flat"),
    [
        (SwitchState.ARMED, None, False),
        (SwitchState.HALTED, Reason.KILLED, False),
        (SwitchState.FLAT, Reason.KILLED, True),
        (None, Reason.SWITCH_UNREADABLE, False),
    ],
)
def test_each_state(state, reason, flat) -> None:
    read = Reading()
    read.state = state
    switch = SwitchReading(read)
    refusal = switch.refresh()
    assert refusal is switch.refusal
    assert (None if refusal is None else refusal.reason) is reason
    assert switch.flat is flat


def test_what_cannot_be_read_takes_nothing_back() -> None:
    read = Reading()
    switch = SwitchReading(read)
    for state, flat, refused in (
        (SwitchState.FLAT, True, True),
        (None, True, True),
        (SwitchState.HALTED, False, True),
        (None, False, True),
        (SwitchState.ARMED, False, False),
    ):
        read.state = state
        assert (switch.refresh() is not None, switch.flat) == (refused, flat)


def test_the_log_is_told_of_each_change_once(caplog) -> None:
    caplog.set_level(logging.INFO)
    read = Reading()
    switch = SwitchReading(read)
    for state in (SwitchState.ARMED, SwitchState.HALTED, None, SwitchState.ARMED):
        read.state = state
        switch.refresh()
        switch.refresh()
    error = "DatabaseUnavailable: database file: it is locked"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "Nothing opens: the kill switch is thrown (halted, me, by hand)."),
        ("ERROR", f"Nothing opens: the kill switch cannot be read ({error})."),
        ("INFO", "The kill switch is armed: positions may be opened again."),
    ]


def test_a_backtest_has_none() -> None:
    switch = SwitchReading(None)
    assert switch.refresh() is None
    assert not switch.flat
