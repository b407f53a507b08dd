"""The kill switch: what counts, what is refused, and that no doubt ever reads as armed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import postgres_server
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text, update

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.schema import switches
from aurum_plugins.risk.kill_switch import LONGEST_NAME, LONGEST_REASON, KillSwitch
from aurum_plugins.risk.kill_switch_errors import SwitchChanged, UnknownSwitchState
from aurum_plugins.risk.switch import EVERY_BOT, Switch, SwitchState
from aurum_plugins.risk.switch_history import last_entries

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres

NOW_MS = 1_795_000_000_000
ARMED, HALTED, FLAT = SwitchState
BOTS = ("One (live)", "Two (dry run)")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


@pytest.fixture
def switch(database, clock) -> KillSwitch:
    return KillSwitch(database, BOTS[0], clock)


@pytest.fixture
def every_bots(database, clock) -> KillSwitch:
    return KillSwitch(database, EVERY_BOT, clock)


def write(database, **columns) -> None:
    row = {"bot": BOTS[0], "state": "armed", "reason": "", "by": "somebody", "at_ms": NOW_MS}
    with database.writing() as connection:
        connection.execute(insert(switches).values({**row, **columns}))


def test_states_go_from_everything_to_nothing_but_leave() -> None:
    assert [state.value for state in SwitchState] == ["armed", "halted", "flat"]
    assert [state.severity for state in SwitchState] == [0, 1, 2]
    assert all("nothing is opened" in state.sentence for state in (HALTED, FLAT))


def test_a_bot_that_nobody_halted_is_armed(switch) -> None:
    assert switch.read() == Switch(ARMED, BOTS[0], reason="", by="", at_ms=0, number=0)


@pytest.mark.parametrize("state", [HALTED, FLAT])
def test_an_entry_is_kept_with_who_when_and_why(switch, clock, state) -> None:
    clock.advance(1_500)
    thrown = switch.throw(state, "prices look wrong", "anna@trader")
    assert thrown == Switch(state, BOTS[0], "prices look wrong", "anna@trader", NOW_MS + 1_500, 1)
    assert switch.read() == thrown


def test_an_entry_survives_a_power_cut_at_once(switch, database, monkeypatch) -> None:
    writing, asked = database.writing, []

    def watched(*, durable: bool = False):
        asked.append(durable)
        return writing(durable=durable)

    monkeypatch.setattr(database, "writing", watched)
    switch.throw(HALTED, "", "")
    switch.rearm("", "")
    assert asked == [True, True]


def test_another_bot_is_not_concerned(switch, database, clock) -> None:
    switch.throw(FLAT, "", "")
    assert KillSwitch(database, BOTS[1], clock).read().state is ARMED
    assert KillSwitch(database, EVERY_BOT, clock).read().state is ARMED


def test_the_switch_of_every_bot_is_each_one_s(every_bots, database, clock) -> None:
    thrown = every_bots.throw(HALTED, "maintenance", "anna")
    assert thrown.bot == EVERY_BOT
    for bot in (*BOTS, EVERY_BOT, "Three (live)"):
        assert KillSwitch(database, bot, clock).read() == thrown


@pytest.mark.parametrize(("own", "everyone"), [(HALTED, FLAT), (FLAT, HALTED)])
def test_the_more_severe_of_two_counts(switch, every_bots, own, everyone) -> None:
    switch.throw(own, "own", "")
    every_bots.throw(everyone, "everyone", "")
    assert switch.read().state is FLAT
    assert switch.read().reason == ("own" if own is FLAT else "everyone")


def test_of_two_alike_the_bot_s_own_is_told(switch, every_bots) -> None:
    every_bots.throw(HALTED, "everyone", "")
    switch.throw(HALTED, "own", "")
    assert switch.read().reason == "own"


def test_re_arming_one_leaves_the_other(switch, every_bots) -> None:
    switch.throw(HALTED, "own", "")
    every_bots.throw(FLAT, "everyone", "")
    assert every_bots.rearm("fine", "anna").state is ARMED
    left = switch.read()
    assert (left.state, left.reason) == (HALTED, "own")
    every_bots.throw(FLAT, "everyone", "")
    left = switch.rearm("fine", "anna")
    assert (left.state, left.bot) == (FLAT, EVERY_BOT)
    every_bots.rearm("fine", "anna")
    left = switch.read()
    assert (left.state, left.reason, left.by) == (ARMED, "fine", "anna")


def test_a_second_alarm_does_not_stop_the_sales_of_the_first(switch) -> None:
    switch.throw(FLAT, "", "")
    assert switch.throw(HALTED, "again", "").state is FLAT
    assert switch.read() == Switch(FLAT, BOTS[0], "again", "", NOW_MS, 2)
    assert switch.throw(HALTED, "keep the rest", "", lower=True).state is HALTED
    assert switch.read().state is HALTED


def test_the_sales_of_one_scope_do_not_raise_the_other(switch, every_bots) -> None:
    every_bots.throw(FLAT, "", "")
    assert switch.throw(HALTED, "", "").state is HALTED
    assert every_bots.rearm("", "").state is ARMED
    assert switch.read().state is HALTED


def test_armed_is_not_thrown(switch) -> None:
    with pytest.raises(ValueError, match="state must be halted or flat, got 'armed': see rearm"):
        switch.throw(ARMED, "", "")


def test_history_is_only_added_to(switch, database) -> None:
    switch.throw(HALTED, "first", "")
    switch.rearm("second", "")
    switch.throw(FLAT, "third", "")
    with database.reading() as connection:
        rows = connection.execute(text("SELECT reason, number FROM switches ORDER BY number"))
        assert [tuple(row) for row in rows] == [("first", 1), ("second", 2), ("third", 3)]


def test_what_was_not_seen_is_not_undone(switch) -> None:
    seen = switch.throw(HALTED, "seen", "").number
    switch.throw(FLAT, "unseen", "")
    with pytest.raises(
        SwitchChanged, match="entry 2 was written after entry 1, which you saw"
    ) as e:
        switch.rearm("fine", "", seen=seen)
    assert (e.value.bot, e.value.seen, e.value.number) == (BOTS[0], 1, 2)
    assert switch.read().reason == "unseen"
    assert switch.rearm("fine", "", seen=2).state is ARMED


@pytest.mark.parametrize("state", ["", "ARMED", "off", "armed ", "null"])
@pytest.mark.parametrize("bot", [BOTS[0], EVERY_BOT])
def test_a_state_that_is_not_known_is_not_armed(switch, every_bots, database, state, bot) -> None:
    write(database, bot=bot, state=state)
    with pytest.raises(UnknownSwitchState, match="must be one of armed, halted, flat") as error:
        switch.read()
    assert (error.value.bot, error.value.number, error.value.state) == (bot, 1, state)
    (switch if bot == EVERY_BOT else every_bots).throw(HALTED, "", "")
    with pytest.raises(UnknownSwitchState):
        switch.read()


@pytest.mark.parametrize("bot", [BOTS[0], EVERY_BOT])
def test_beside_flat_nothing_else_has_to_be_understood(switch, every_bots, database, bot) -> None:
    write(database, bot=bot, state="?")
    thrown = (switch if bot == EVERY_BOT else every_bots).throw(FLAT, "", "")
    assert switch.read() == thrown


def test_an_unknown_state_can_be_thrown_and_re_armed_over(switch, database) -> None:
    write(database, state="?")
    assert switch.throw(HALTED, "", "").state is HALTED
    write(database, state="?")
    assert switch.rearm("", "").state is ARMED


def test_re_arming_beside_an_unknown_state_says_so_and_holds(switch, every_bots, database) -> None:
    switch.throw(HALTED, "", "")
    write(database, bot=EVERY_BOT, state="?")
    with pytest.raises(UnknownSwitchState):
        switch.rearm("", "")
    assert every_bots.rearm("", "").state is ARMED
    assert switch.read().state is ARMED


def test_words_that_no_database_takes_do_not_keep_the_switch_from_being_thrown(switch) -> None:
    thrown = switch.throw(HALTED, "nul \0 lone \udcff end", "ü" * 300)
    assert thrown.reason == "nul   lone ? end"
    assert thrown.by == "ü" * LONGEST_NAME
    assert switch.read() == thrown
    assert len(switch.throw(HALTED, "x" * 10_000, "").reason) == LONGEST_REASON


def test_last_entries_of_many_bots_come_in_the_order_asked_for(switch, database) -> None:
    switch.throw(HALTED, "", "")
    write(database, bot="broken", state="?")
    names = ("unheard of", "broken", BOTS[0])
    with database.reading() as connection:
        found = last_entries(connection, names)
        assert last_entries(connection, ()) == {}
    assert tuple(found) == names
    assert found["unheard of"] == Switch(ARMED, "unheard of")
    assert isinstance(found["broken"], UnknownSwitchState)
    assert found[BOTS[0]].state is HALTED


def test_without_its_table_nothing_is_known(switch, database) -> None:
    with database.writing() as connection:
        switches.drop(connection)
    for action in (
        switch.read,
        lambda: switch.throw(HALTED, "", ""),
        lambda: switch.rearm("", ""),
    ):
        with pytest.raises(DatabaseUnavailable, match="table is missing"):
            action()


def test_an_entry_that_is_not_committed_does_not_count(switch, database) -> None:
    switch.throw(HALTED, "", "")
    with contextlib.suppress(ZeroDivisionError), database.writing() as connection:
        connection.execute(update(switches).values(state="armed"))
        assert 1 / 0
    assert switch.read().state is HALTED


def test_deleted_history_does_not_break_it(switch, database) -> None:
    switch.throw(FLAT, "", "")
    with database.writing() as connection:
        connection.execute(delete(switches))
    assert switch.read().state is ARMED
    assert switch.throw(HALTED, "", "").state is HALTED


OPERATIONS = st.lists(
    st.tuples(st.sampled_from([*SwitchState, "lower"]), st.sampled_from(BOTS), st.booleans()),
    max_size=25,
)


@pytest.fixture(scope="module")
def in_memory() -> Iterator[Database]:
    with open_database("sqlite://") as opened:
        yield opened


@settings(max_examples=80, deadline=None)
@given(operations=OPERATIONS)
def test_what_counts_is_the_more_severe_of_the_last_words(in_memory, operations) -> None:
    said = dict.fromkeys((*BOTS, EVERY_BOT), 0)
    handles = {bot: KillSwitch(in_memory, bot, VirtualClock(NOW_MS)) for bot in said}
    with in_memory.writing() as connection:
        connection.execute(delete(switches))
    for operation, bot, everyone in operations:
        scope = EVERY_BOT if everyone else bot
        if operation is ARMED:
            handles[scope].rearm("", "")
            said[scope] = 0
        elif operation == "lower":
            handles[scope].throw(HALTED, "", "", lower=True)
            said[scope] = 1
        else:
            handles[scope].throw(operation, "", "")
            said[scope] = max(said[scope], operation.severity)
        for name, handle in handles.items():
            assert handle.read().state.severity == max(said[name], said[EVERY_BOT])
