"""`aurum kill`: it works without a question, and says plainly when it did not work."""

from __future__ import annotations

import json
import sqlite3

import postgres_server
import pytest
from switch_commands import add_decision, invoke, printed

from aurum_plugins.clock import HOUR_MS, WallClock
from aurum_plugins.commands import operator_name as operator_name_module
from aurum_plugins.commands.operator_name import operator_name
from aurum_plugins.database.schema import switches
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres

DRY, LIVE = "Mine (dry run)", "Mine (live)"
OTHER = "Other (live)"


@pytest.fixture
def bots(database, tmp_path, monkeypatch):
    """Two bots that decided something half an hour ago."""
    monkeypatch.chdir(tmp_path)
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("AURUM_DATABASE_URL", url)
    now_ms = WallClock().now_ms()
    for bot in (DRY, OTHER):
        add_decision(database, bot, now_ms - 3 * HOUR_MS // 2, decided_ms=now_ms - HOUR_MS // 2)
    return database


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    (tmp_path / "user_data").mkdir()
    return tmp_path


def state(database, bot: str) -> SwitchState:
    return KillSwitch(database, bot, WallClock()).read().state


def failure(*arguments: str) -> str:
    """Standard error, as one line, of a command that threw nothing."""
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    words = " ".join(result.stderr.split())
    assert "was NOT thrown" in words
    assert "stop the bot. Press Ctrl+C where it runs, send /stop" in words
    return words


def test_every_bot_is_halted_without_a_question(bots) -> None:
    text = printed("kill", "--reason", "prices look wrong")
    assert [state(bots, bot) for bot in (DRY, LIVE, OTHER, EVERY_BOT)] == ["halted"] * 4
    entry = KillSwitch(bots, DRY, WallClock()).read()
    assert (entry.bot, entry.reason, entry.by) == (EVERY_BOT, "prices look wrong", operator_name())
    assert f"Thrown for every bot of {bots.url}: nothing is opened; positions are left" in text
    assert f"  {DRY}: halted; last decision: 30 min ago" in text
    assert f"  {OTHER}: halted" in text
    assert "at its next loop, at most 5 s after" in text
    assert "To undo it: aurum rearm\n" in text


def test_the_url_is_shown_without_its_secret(bots) -> None:
    assert bots.engine.url.password in {None, postgres_server.PASSWORD}
    assert "pass" not in invoke("kill").output


def test_flat_sells(bots) -> None:
    assert "positions are sold" in printed("kill", "--flat")
    assert state(bots, OTHER) is SwitchState.FLAT


def test_one_bot_with_its_mode(bots) -> None:
    text = printed("kill", "--bot", OTHER)
    assert (state(bots, OTHER), state(bots, DRY)) == ("halted", "armed")
    assert f"Thrown for {OTHER} in {bots.url}" in text
    assert "To undo it: aurum rearm --bot 'Other (live)'" in text
    assert DRY not in text


def test_a_name_without_a_mode_means_both(bots) -> None:
    result = invoke("kill", "--bot", "Mine", "--flat")
    assert [state(bots, bot) for bot in (DRY, LIVE, OTHER)] == ["flat", "flat", "armed"]
    assert "Mine (dry run) and Mine (live)" in result.stdout
    assert f"{LIVE}: flat; last decision: none" in result.stdout
    assert "To undo it: aurum rearm --bot Mine" in result.stdout
    assert result.stderr == ""


def test_a_star_is_every_bot(bots) -> None:
    assert "for every bot of" in printed("kill", "--bot", "*")
    assert state(bots, OTHER) is SwitchState.HALTED


def test_a_name_that_is_not_known_is_thrown_with_a_warning(bots) -> None:
    result = invoke("kill", "--bot", "Mien")
    assert result.exit_code == 0
    assert state(bots, "Mien (live)") is SwitchState.HALTED
    assert "No such bot ever decided anything in this database" in result.stderr


def test_a_database_without_bots_is_thrown_with_a_warning(bots) -> None:
    with bots.writing() as connection:
        connection.exec_driver_sql("DELETE FROM decisions")
    result = invoke("kill")
    assert result.exit_code == 0
    assert state(bots, EVERY_BOT) is SwitchState.HALTED
    assert "Is it the one that yours uses" in result.stderr


def test_kill_after_flat_stays_flat_unless_told_to_keep(bots) -> None:
    printed("kill", "--flat")
    text = printed("kill")
    assert "It was flat already, and stays so; --keep would stop the selling." in text
    assert "positions are sold" in text
    assert state(bots, DRY) is SwitchState.FLAT
    assert "positions are left" in printed("kill", "--keep")
    assert state(bots, DRY) is SwitchState.HALTED


def test_what_counts_is_read_back(bots) -> None:
    printed("kill", "--flat")
    text = printed("kill", "--keep", "--bot", OTHER)
    assert f"{OTHER}: flat" in text


def test_loop_and_database_come_from_the_configuration(bots, tmp_path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"internals": {"process_throttle_secs": 12.5}}))
    assert "at most 12.5 s after" in printed("kill", "-c", str(path))
    path.write_text(json.dumps({"internals": {"process_throttle_secs": None}}))
    assert "at most 5 s after" in printed("kill", "-c", str(path))
    path.write_text(json.dumps({"internals": 3}))
    assert "at most 5 s after" in printed("kill", "-c", str(path))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--flat", "--keep"), "--keep: cannot be given together with --flat"),
        (("--bot", " "), "--bot: must be the name of a bot"),
        (("--bot", "x\udcff"), "--bot: must be the name of a bot"),
        (("--config", "nowhere.json"), "nowhere.json"),
    ],
)
def test_wrong_options_throw_nothing_and_say_so(bots, arguments, words) -> None:
    assert words in failure("kill", *arguments)
    assert state(bots, EVERY_BOT) is SwitchState.ARMED


def test_after_an_entry_that_is_not_understood(bots) -> None:
    with bots.writing() as connection:
        row = {"bot": EVERY_BOT, "state": "?", "reason": "", "by": "", "at_ms": 0}
        connection.execute(switches.insert().values(row))
    result = invoke("kill", "--bot", OTHER)
    assert result.exit_code == 0
    assert "It could not be read back: entry 1" in result.stderr
    printed("kill")
    assert state(bots, OTHER) is SwitchState.HALTED


def test_a_missing_table(bots) -> None:
    with bots.writing() as connection:
        switches.drop(connection)
    assert "a table is missing" in failure("kill")


def test_a_server_that_is_away(postgres, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = postgres.url().set(port=postgres_server._free_port())
    monkeypatch.setenv("AURUM_DATABASE_URL", url.render_as_string(hide_password=False))
    words = failure("kill")
    assert "the server does not answer" in words
    assert "pass" not in words


def test_a_second_bot_s_switch_that_fails_does_not_hide_the_first(bots, monkeypatch) -> None:
    throw = KillSwitch.throw
    calls = []

    def once(self, *arguments, **named):
        calls.append(self)
        if len(calls) == 2:
            raise OSError("disk gone")
        return throw(self, *arguments, **named)

    monkeypatch.setattr(KillSwitch, "throw", once)
    result = invoke("kill", "--bot", "Mine")
    assert result.exit_code == 2
    assert f"was NOT thrown (for {DRY} it was): disk gone" in " ".join(result.stderr.split())
    assert state(bots, DRY) is SwitchState.HALTED


def test_no_database_is_made_where_no_bot_made_one(folder) -> None:
    words = failure("kill")
    assert f"no bot made one yet in {folder}" in words
    assert list((folder / "user_data").iterdir()) == []


def test_a_file_that_is_no_database(folder) -> None:
    (folder / "user_data/aurum.sqlite").write_bytes(b"not a database, but long enough " * 99)
    assert "the file is not an SQLite database" in failure("kill")


def test_a_database_that_somebody_holds(folder, monkeypatch) -> None:
    path = folder / "user_data/aurum.sqlite"
    monkeypatch.setattr("aurum_plugins.commands.bot_database._PATIENCE_SECONDS", 0.1)
    with postgres_server.open_database(f"sqlite:///{path}"):
        pass
    with sqlite3.connect(path) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert "it is locked" in failure("kill")
    assert "Thrown" in printed("kill")


def test_tables_of_an_older_version_are_no_obstacle(folder) -> None:
    # The file that a first start was killed in: there, and empty.
    (folder / "user_data/aurum.sqlite").touch()
    assert "Thrown for every bot" in printed("kill")


def test_a_user_without_a_name_is_a_number(monkeypatch) -> None:
    def nobody() -> str:
        raise OSError("no username set in the environment")

    monkeypatch.setattr(operator_name_module.getpass, "getuser", nobody)
    assert operator_name().split("@")[0].isdigit()
