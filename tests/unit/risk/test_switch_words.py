from __future__ import annotations

import shlex

import pytest

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch, SwitchState
from aurum_plugins.risk.switch_words import (
    is_thrown,
    name_in_words,
    switch_in_words,
    undoing_command,
)

NOW_MS = 1_795_000_000_000
BOT = "One (live)"
UNKNOWN = UnknownSwitchState(BOT, 7, "paused")


@pytest.mark.parametrize("state", SwitchState)
def test_only_an_armed_switch_is_not_thrown(state) -> None:
    assert is_thrown(Switch(state, BOT)) is (state is not SwitchState.ARMED)


def test_an_entry_that_is_not_understood_counts_as_thrown_and_says_so() -> None:
    assert is_thrown(UNKNOWN)
    words = switch_in_words(UNKNOWN, NOW_MS)
    assert words.startswith("unreadable: entry 7 of the kill switch of 'One (live)'")


def test_an_entry_tells_its_state_age_author_and_reason() -> None:
    entry = Switch(SwitchState.FLAT, BOT, "prices look wrong", "anna", NOW_MS - 3 * HOUR_MS, 1)
    assert switch_in_words(entry, NOW_MS) == "flat for 3 h, by anna: prices look wrong"


def test_a_switch_that_nobody_touched_has_a_state_and_no_age() -> None:
    assert switch_in_words(Switch(SwitchState.ARMED, BOT), NOW_MS) == "armed"


def test_whom_it_is_for_and_what_undoes_it() -> None:
    assert (name_in_words(BOT), name_in_words(EVERY_BOT)) == (BOT, "Every bot")
    assert undoing_command(EVERY_BOT) == "aurum rearm"
    assert shlex.split(undoing_command(BOT)) == ["aurum", "rearm", "--bot", BOT]
