"""The kill switch among processes: all at once, killed in the middle, locked out, cut off."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

import postgres_server
import pytest
import ready_processes
from sqlalchemy import select
from switch_processes import BOT, hold, open_switch, turn, turn_until_killed, watch

from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.schema import switches
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.kill_switch_refusal import kill_switch_refusal
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres
processes = ready_processes.processes

WRITERS = 4
ROUNDS = 15
KILLS = 15
LONGEST_LIFE_SECONDS = 0.08
SHORT_SECONDS = 0.3
PAGE = 4096


@pytest.fixture
def url(database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def file(tmp_path):
    """An SQLite database in which the switch is FLAT."""
    path = tmp_path / "aurum.sqlite"
    switch = open_switch(f"sqlite:///{path}")
    switch.throw(SwitchState.FLAT, "", "")
    # The last one out puts the log into the file.
    switch._database.close()
    return path


def entries(database) -> list:
    with database.reading() as connection:
        return list(connection.execute(select(switches).order_by(switches.c.number)))


def reason(switch) -> Reason | None:
    refusal = kill_switch_refusal(switch.read)
    return None if refusal is None else refusal.reason


def finish(process) -> None:
    process.join()
    assert process.exitcode == 0


def test_many_write_and_read_at_once(database, url, processes) -> None:
    # Were numbers given out before their turn, a reader would see the switch go back in time.
    pipes = [processes.Pipe(duplex=False) for _ in range(2)]
    readers = [processes.Process(target=watch, args=(url, 2.0, end)) for _, end in pipes]
    writers = [
        processes.Process(target=turn, args=(url, f"writer {number}", ROUNDS))
        for number in range(WRITERS)
    ]
    for process in (*readers, *writers):
        process.start()
    for results, _ in pipes:
        reads, in_order = results.recv()
        assert reads > 10
        assert in_order
    for process in (*readers, *writers):
        finish(process)
    rows = entries(database)
    assert len(rows) == WRITERS * ROUNDS
    for number in range(WRITERS):
        own = [row.reason for row in rows if row.by == f"writer {number}"]
        assert own == [str(count) for count in range(ROUNDS)]
    now = open_switch(url).read()
    assert (now.number, now.state, now.by) == (rows[-1].number, rows[-1].state, rows[-1].by)


def test_a_writer_killed_at_any_instant_leaves_the_switch_readable(
    database, url, processes
) -> None:
    rng = random.Random(20261123)
    switch = open_switch(url)
    before = 0
    for _ in range(KILLS):
        results, end = processes.Pipe(duplex=False)
        process = processes.Process(target=turn_until_killed, args=(url, end))
        process.start()
        end.close()
        assert results.recv() == 0
        time.sleep(rng.uniform(0, LONGEST_LIFE_SECONDS))
        process.kill()
        process.join()
        assert process.exitcode == -9
        told = 0
        while results.poll():
            try:
                told += results.recv()
            except EOFError:
                break
        rows = entries(database)
        # What was told is there; at most one throw and one re-arming more than that.
        assert 2 * told <= len(rows) - before <= 2 * told + 2
        assert {row.state for row in rows} <= {"flat", "armed"}
        assert switch.read().state == (rows[-1].state if rows else "armed")
        # The next one is not kept waiting by the dead.
        thrown = switch.throw(SwitchState.FLAT, "", "", lower=True)
        assert open_switch(url).read() == thrown
        before = len(rows) + 1
    assert before > KILLS


@contextmanager
def held(processes, path, *statements: str) -> Iterator[None]:
    results, end = processes.Pipe(duplex=False)
    process = processes.Process(target=hold, args=(str(path), list(statements), end))
    process.start()
    end.close()
    try:
        assert results.recv() == b"held"
        yield
    finally:
        process.kill()
        process.join()


def test_a_writer_that_hangs_keeps_nobody_from_reading(file, processes) -> None:
    switch = open_switch(f"sqlite:///{file}", seconds=SHORT_SECONDS)
    with held(processes, file, "BEGIN EXCLUSIVE", "DELETE FROM switches"):
        with pytest.raises(DatabaseUnavailable, match="locked"):
            switch.rearm("", "")
        with pytest.raises(DatabaseUnavailable, match="locked"):
            switch.throw(SwitchState.HALTED, "", "")
        assert reason(switch) is Reason.KILLED
    # What the killed process had not committed never was.
    assert switch.read().state is SwitchState.FLAT
    assert switch.rearm("", "").state is SwitchState.ARMED


def test_a_file_that_somebody_keeps_to_himself_cannot_be_read(file, processes) -> None:
    switch = open_switch(f"sqlite:///{file}", seconds=SHORT_SECONDS)
    switch.rearm("", "")
    assert reason(switch) is None
    switch_of_all = open_switch(f"sqlite:///{file}", EVERY_BOT, SHORT_SECONDS)
    for one in (switch, switch_of_all):
        one._database.close()
    with held(
        processes, file, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM orders"
    ):
        assert reason(switch) is Reason.SWITCH_UNREADABLE
        assert reason(switch_of_all) is Reason.SWITCH_UNREADABLE
    assert reason(switch) is None


@pytest.mark.parametrize("ruin", ["garbage", "half", "nothing", "gone"])
def test_a_ruined_file_is_never_armed(file, ruin) -> None:
    whole = file.read_bytes()
    ruined = {
        "garbage": b"\xa5" * len(whole),
        "half": whole[: len(whole) // 2],
        "nothing": b"",
    }
    switch = open_switch(f"sqlite:///{file}", seconds=SHORT_SECONDS)
    switch._database.close()
    if ruin == "gone":
        file.unlink()
    else:
        file.write_bytes(ruined[ruin])
    assert reason(switch) is not None
    switch._database.close()
    file.write_bytes(whole)
    assert reason(open_switch(f"sqlite:///{file}")) is Reason.KILLED


@pytest.mark.parametrize("filling", [b"\0", b"\xa5", b"\xff"])
def test_whichever_page_of_the_file_is_lost_it_is_never_armed(file, filling) -> None:
    whole = file.read_bytes()
    pages = len(whole) // PAGE
    switch = open_switch(f"sqlite:///{file}", seconds=SHORT_SECONDS)
    unreadable = 0
    for page in range(pages):
        switch._database.close()
        file.write_bytes(whole[: page * PAGE] + filling * PAGE + whole[(page + 1) * PAGE :])
        found = reason(switch)
        assert found is not None, page
        unreadable += found is Reason.SWITCH_UNREADABLE
    assert unreadable >= 2
    assert pages > 8


def test_a_server_that_is_away_means_that_nothing_is_known(postgres) -> None:
    address = postgres.new_database()
    switch = open_switch(address.render_as_string(hide_password=False), seconds=1.0)
    assert reason(switch) is None
    postgres.stop()
    try:
        assert reason(switch) is Reason.SWITCH_UNREADABLE
        with pytest.raises(DatabaseUnavailable) as error:
            switch.throw(SwitchState.HALTED, "", "")
        assert "pass" not in str(error.value)
    finally:
        postgres.start()
    assert reason(switch) is None
    switch.throw(SwitchState.HALTED, "after the restart", "")
    assert reason(switch) is Reason.KILLED
    switch._database.close()
    postgres.drop(address)


def test_a_bot_is_reached_whatever_it_is_called(url) -> None:
    open_switch(url, EVERY_BOT).throw(SwitchState.HALTED, "", "")
    assert reason(open_switch(url, BOT)) is Reason.KILLED
