"""`aurum rearm`: it asks, undoes one switch only, and names those that are still thrown."""

from __future__ import annotations

import postgres_server
import pytest
import typer
from switch_commands import add_decision, invoke, printed

from aurum_plugins.clock import HOUR_MS, WallClock
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.schema import switches
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.kill_switch_errors import SwitchChanged
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres

DRY, LIVE = "Mine (dry run)", "Mine (live)"
OTHER = "Other (live)"


@pytest.fixture
def bots(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("AURUM_DATABASE_URL", url)
    now_ms = WallClock().now_ms()
    for bot in (DRY, LIVE, OTHER):
        add_decision(database, bot, now_ms - HOUR_MS)
    return database


def switch(database, bot: str) -> KillSwitch:
    return KillSwitch(database, bot, WallClock())


def throw(database, bot: str, reason: str = "prices look wrong") -> None:
    switch(database, bot).throw(SwitchState.HALTED, reason, "anna")


def state(database, bot: str) -> SwitchState:
    return switch(database, bot).read().state


@pytest.mark.parametrize(
    ("answer", "expected"), [("y\n", "armed"), ("n\n", "halted"), ("", "halted")]
)
def test_it_tells_who_and_why_and_asks(bots, answer, expected) -> None:
    throw(bots, EVERY_BOT)
    result = invoke("rearm", "--reason", "prices are right", answer=answer)
    assert "Every bot: halted for 0 s, by anna: prices look wrong" in result.stdout
    assert "Let positions be opened again?" in result.stderr
    assert result.exit_code == (0 if expected == "armed" else 1)
    assert state(bots, DRY) == expected
    assert ("Every bot: armed, from the next loop on" in result.stdout) is (expected == "armed")


def test_yes_asks_nothing_and_the_reason_is_kept(bots) -> None:
    throw(bots, EVERY_BOT)
    result = invoke("rearm", "--yes", "--reason", "prices are right")
    assert (result.exit_code, result.stderr) == (0, "")
    assert switch(bots, EVERY_BOT).read().reason == "prices are right"


def test_what_is_armed_is_left_and_not_asked_about(bots) -> None:
    assert printed("rearm") == "Every bot: armed already\n"
    assert printed("rearm", "--bot", "Mine") == f"{DRY} and {LIVE}: armed already\n"
    assert switch(bots, EVERY_BOT).read().number == 0


def test_a_bot_thrown_on_its_own_is_still_thrown(bots) -> None:
    throw(bots, EVERY_BOT)
    throw(bots, OTHER, "loses")
    text = printed("rearm", "--bot", "*", "--yes")
    assert "Every bot: armed" in text
    assert f"Still thrown: {OTHER}: halted for 0 s, by anna: loses" in text
    assert "(to undo it: aurum rearm --bot 'Other (live)')" in text
    assert (state(bots, DRY), state(bots, OTHER)) == ("armed", "halted")


def test_the_switch_of_every_bot_is_still_thrown(bots) -> None:
    throw(bots, EVERY_BOT, "maintenance")
    throw(bots, OTHER)
    text = printed("rearm", "--bot", OTHER, "--yes")
    assert f"{OTHER}: armed, from the next loop on" in text
    assert "Still thrown: Every bot: halted for 0 s, by anna: maintenance" in text
    assert "(to undo it: aurum rearm)" in text
    assert state(bots, OTHER) is SwitchState.HALTED


def test_a_name_without_a_mode_means_both_and_only_what_was_thrown(bots) -> None:
    throw(bots, LIVE)
    text = printed("rearm", "--bot", "Mine", "--yes")
    assert f"{LIVE}: armed" in text
    assert DRY not in text
    throw(bots, LIVE)
    throw(bots, DRY)
    printed("rearm", "--bot", "Mine", "--yes")
    assert (state(bots, DRY), state(bots, LIVE)) == ("armed", "armed")


def test_a_name_that_is_not_known_is_refused_with_near_ones(bots) -> None:
    error = invoke("rearm", "--bot", "Othr", "--yes").exception
    assert isinstance(error, ConfigurationError)
    assert str(error) == (
        "--bot: must be a bot that the database knows; known are Other (live) (got 'Othr')"
    )
    assert f"known are {DRY}, {LIVE}, {OTHER}" in str(invoke("rearm", "--bot", "zzz").exception)
    with bots.writing() as connection:
        connection.exec_driver_sql("DELETE FROM decisions")
    assert "none is known yet" in str(invoke("rearm", "--bot", "Mine").exception)


def test_an_alarm_that_was_not_seen_is_not_undone(bots, monkeypatch) -> None:
    throw(bots, EVERY_BOT)

    def slow_answer(*_: object, **__: object) -> bool:
        throw(bots, EVERY_BOT, "second alarm")
        return True

    monkeypatch.setattr(typer, "confirm", slow_answer)
    assert isinstance(invoke("rearm").exception, SwitchChanged)
    assert switch(bots, EVERY_BOT).read().reason == "second alarm"


@pytest.mark.parametrize("bot", [EVERY_BOT, OTHER])
def test_an_entry_that_is_not_understood_can_be_undone(bots, bot) -> None:
    with bots.writing() as connection:
        for scope in (EVERY_BOT, OTHER):
            row = {"bot": scope, "state": "?", "reason": "", "by": "", "at_ms": 0}
            connection.execute(switches.insert().values(row))
    text = printed("rearm", "--bot", bot, "--yes")
    assert "unreadable: entry" in text
    assert "Still thrown:" in text
    other = OTHER if bot == EVERY_BOT else EVERY_BOT
    printed("rearm", "--bot", other, "--yes")
    assert state(bots, OTHER) is SwitchState.ARMED


def test_without_a_database_nothing_is_re_armed(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    error = invoke("rearm", "--yes").exception
    assert isinstance(error, DatabaseUnavailable)
    assert "no bot made one yet" in str(error)
