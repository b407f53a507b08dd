"""The switch as a refusal: None only where it was read and is armed."""

from __future__ import annotations

import pytest

from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState
from aurum_plugins.risk.kill_switch_refusal import kill_switch_refusal
from aurum_plugins.risk.switch import Switch, SwitchState


def test_an_armed_switch_refuses_nothing() -> None:
    assert kill_switch_refusal(lambda: Switch(SwitchState.ARMED, "Mine (live)")) is None


@pytest.mark.parametrize("state", [SwitchState.HALTED, SwitchState.FLAT])
def test_a_thrown_switch_is_told_with_who_when_and_why(state) -> None:
    refusal = kill_switch_refusal(lambda: Switch(state, "*", "prices look wrong", "anna", 7, 3))
    assert refusal == Refusal(
        Reason.KILLED,
        {
            "state": state.value,
            "thrown_for": "*",
            "explanation": "prices look wrong",
            "by": "anna",
            "since_ms": 7,
        },
    )


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnavailable("sqlite:///a", "it is locked"),
        UnknownSwitchState("*", 3, "off"),
        OSError("no"),
        RuntimeError(),
        RecursionError("deep"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_switch_that_cannot_be_read_refuses(error) -> None:
    def read() -> Switch:
        raise error

    refusal = kill_switch_refusal(read)
    assert refusal.reason is Reason.SWITCH_UNREADABLE
    assert refusal.figures == {"error": f"{type(error).__name__}: {error}"}


@pytest.mark.parametrize("answer", [None, "armed", object(), SwitchState.ARMED])
def test_what_is_no_switch_refuses(answer) -> None:
    refusal = kill_switch_refusal(lambda: answer)
    assert refusal.reason is Reason.SWITCH_UNREADABLE


@pytest.mark.parametrize("state", ["armed", None, "", 0])
def test_a_state_that_is_none_of_ours_refuses(state) -> None:
    assert kill_switch_refusal(lambda: Switch(state, "*")).reason is Reason.SWITCH_UNREADABLE


def test_an_error_that_cannot_be_shown_refuses_too() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    def read() -> Switch:
        raise Mute

    assert kill_switch_refusal(read).reason is Reason.SWITCH_UNREADABLE


def test_a_long_error_is_cut() -> None:
    def read() -> Switch:
        raise OSError("x" * 10_000)

    assert len(kill_switch_refusal(read).figures["error"]) == 500


def test_whoever_ends_the_process_is_not_held_up() -> None:
    def read() -> Switch:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kill_switch_refusal(read)
