"""Opening: made once, brought up to date, refused where it is not ours."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from filelock import FileLock
from sqlalchemy import URL, inspect, text

from aurum_plugins.database import Database, DatabaseUnavailable, open_database, opening
from aurum_plugins.database.engines import build_engine
from aurum_plugins.database.schema import metadata
from aurum_plugins.database.schema_version import HEAD, VERSION_TABLE


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def set_version(url: URL, version: str) -> None:
    with open_database(url) as database, database.writing() as connection:
        connection.execute(text("UPDATE aurum_version SET version_num = :new"), {"new": version})


def test_an_empty_database_gets_its_tables(database) -> None:
    assert tables(database) == {*metadata.tables, VERSION_TABLE}


def test_opening_again_changes_nothing(database_address) -> None:
    with open_database(database_address) as database, database.writing() as connection:
        connection.execute(
            metadata.tables["risk_states"].insert().values(bot="b", state={"a": 1}, at_ms=1)
        )
    for migrate in (True, False):
        with (
            open_database(database_address, migrate=migrate) as again,
            again.reading() as connection,
        ):
            assert connection.execute(text("SELECT bot FROM risk_states")).all() == [("b",)]


def test_without_migrating_an_empty_database_is_refused(database_address, tmp_path) -> None:
    message = "(there is none yet|its tables are not up to date): run `aurum database upgrade`"
    with pytest.raises(DatabaseUnavailable, match=message):
        open_database(database_address, migrate=False)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_a_newer_version_are_refused(database_address) -> None:
    set_version(database_address, "9999")
    for migrate in (True, False):
        with pytest.raises(DatabaseUnavailable, match=f"version 9999, this AurumBotX knows {HEAD}"):
            open_database(database_address, migrate=migrate)


def test_tables_of_another_program_are_refused_and_left_alone(database_address) -> None:
    # freqtrade's own database has orders, too.
    with Database(build_engine(database_address, 2.0)) as other, other.writing() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
    with pytest.raises(DatabaseUnavailable, match=r"another program's tables \(orders\)"):
        open_database(database_address)
    with Database(build_engine(database_address, 2.0)) as other:
        assert tables(other) == {"orders"}


def test_whoever_comes_second_finds_it_made(database_address, monkeypatch) -> None:
    """Between looking and migrating another process may have migrated."""
    looked = []
    first = opening._version

    def version(database, connection):
        looked.append(first(database, connection))
        if len(looked) == 1:
            monkeypatch.undo()
            # As a thread of another process would: not through the file's lock.
            monkeypatch.setattr(opening, "turn_to_open", lambda *_, **__: FileLock(os.devnull))
            return None
        return looked[-1]

    with open_database(database_address) as made:
        made.close()
        monkeypatch.setattr(opening, "_version", version)
        with open_database(database_address) as database:
            assert VERSION_TABLE in tables(database)


def test_threads_open_a_new_database_at_once(database_address) -> None:
    def opened(_: int) -> set[str]:
        with open_database(database_address) as database:
            return tables(database)

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(opened, range(6)))
    assert found == [{*metadata.tables, VERSION_TABLE}] * 6


def test_an_error_in_a_migration_undoes_all_of_it(database_address, monkeypatch) -> None:
    from aurum_plugins.database.migrations import upgrade as module

    real = module.command.upgrade

    def fail(*arguments: object) -> None:
        real(*arguments)
        raise ZeroDivisionError

    monkeypatch.setattr(module.command, "upgrade", fail)
    with pytest.raises(ZeroDivisionError):
        open_database(database_address)
    monkeypatch.undo()
    with Database(build_engine(database_address, 2.0)) as untouched:
        assert tables(untouched) == set()
    with open_database(database_address) as database:
        assert VERSION_TABLE in tables(database)


class TestFile:
    @pytest.fixture
    def address(self, tmp_path) -> URL:
        return URL.create("sqlite", database=str(tmp_path / "aurum.sqlite"))

    def test_only_its_owner_may_read_it(self, address, tmp_path) -> None:
        with open_database(address) as database, database.writing() as connection:
            connection.execute(text("DELETE FROM switches"))
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        names = [f"aurum.sqlite{end}" for end in ("", "-shm", "-wal", ".lock")]
        assert modes == dict.fromkeys(names, 0o600)

    def test_an_existing_file_keeps_its_mode(self, address, tmp_path) -> None:
        (tmp_path / "aurum.sqlite").touch(0o640)
        with open_database(address):
            assert (tmp_path / "aurum.sqlite").stat().st_mode & 0o777 == 0o640

    def test_any_path_will_do(self, tmp_path) -> None:
        folder = tmp_path / "a b%20?#'ü"
        folder.mkdir()
        with open_database(URL.create("sqlite", database=str(folder / "a.sqlite"))):
            assert (folder / "a.sqlite").stat().st_size > 0

    def test_a_missing_folder_is_not_made(self, tmp_path) -> None:
        with pytest.raises(DatabaseUnavailable, match=f"the folder {tmp_path}/no does not exist"):
            open_database(f"sqlite:///{tmp_path}/no/aurum.sqlite")
        assert not (tmp_path / "no").exists()

    def test_a_folder_is_no_database(self, tmp_path) -> None:
        (tmp_path / "aurum.sqlite").mkdir()
        with pytest.raises(DatabaseUnavailable, match="the file cannot be opened"):
            open_database(f"sqlite:///{tmp_path}/aurum.sqlite")

    def test_any_other_file_is_no_database(self, address, tmp_path) -> None:
        (tmp_path / "aurum.sqlite").write_text("prices\n" * 1_000)
        with pytest.raises(DatabaseUnavailable, match="the file is not an SQLite database"):
            open_database(address)
        assert (tmp_path / "aurum.sqlite").read_text() == "prices\n" * 1_000

    def test_a_damaged_file_is_named_so(self, address, tmp_path) -> None:
        open_database(address).close()
        file = tmp_path / "aurum.sqlite"
        content = bytearray(file.read_bytes())
        content[100:4096] = b"\xff" * 3_996
        file.write_bytes(content)
        with pytest.raises(DatabaseUnavailable, match="the file is damaged"):
            open_database(address)

    def test_another_journal_is_changed_back(self, address, tmp_path) -> None:
        open_database(address).close()
        with closing(sqlite3.connect(tmp_path / "aurum.sqlite")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        with open_database(address) as database, database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"

    def test_a_journal_that_cannot_be_changed_refuses(self, address, tmp_path) -> None:
        open_database(address).close()
        with closing(sqlite3.connect(tmp_path / "aurum.sqlite")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM switches").fetchall()
            with pytest.raises(DatabaseUnavailable, match="it is locked"):
                open_database(address, timeout_seconds=0.05)

    def test_a_turn_that_never_comes_is_given_up(self, address, tmp_path, monkeypatch) -> None:
        monkeypatch.setattr(opening, "_MIGRATION_SECONDS", 0.05)
        with (
            FileLock(tmp_path / "aurum.sqlite.lock"),
            pytest.raises(DatabaseUnavailable, match="another process is opening it"),
        ):
            open_database(address)

    def test_an_unusable_lock_is_named(self, address, tmp_path) -> None:
        (tmp_path / "aurum.sqlite.lock").mkdir()
        with pytest.raises(DatabaseUnavailable, match=r"(?i)is a directory|permission"):
            open_database(address)


def test_a_database_that_is_up_to_date_opens_without_alembic(database) -> None:
    program = (
        "import sys; from aurum_plugins.database import open_database\n"
        "with open_database(sys.stdin.read()): print('alembic' in sys.modules)"
    )
    url = database.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", program], input=url, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
