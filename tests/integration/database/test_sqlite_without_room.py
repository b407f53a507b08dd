"""SQLite where it may not write, or has no room left."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import switches
from aurum_plugins.database.status import read_status

ROW = {"bot": "b", "state": "s", "reason": "x" * 10_000, "by": "b", "at_ms": 1}
# Root may write anywhere, so it becomes somebody else once all is imported, and itself again before
# it leaves: what runs at its exit may have to write where it began.
OPENER = """
import os, pwd, sys
from aurum_plugins.database import DatabaseUnavailable, open_database
open_database("sqlite://").close()
if os.geteuid() == 0:
    os.setgroups([])
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
try:
    open_database(sys.argv[1])
except DatabaseUnavailable as error:
    print(error.reason)
os.seteuid(os.getuid())
"""


def test_no_more_pages_is_a_full_disk(tmp_path) -> None:
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        with database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

        @event.listens_for(database.engine, "checkout")
        def limit(connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages + 30}")

        written: list[int] = []

        def fill() -> None:
            for number in range(100):
                with database.writing() as connection:
                    connection.execute(switches.insert().values(ROW))
                written.append(number)

        with pytest.raises(DatabaseUnavailable, match="the disk is full"):
            fill()
        assert 5 < len(written) < 50
        assert read_status(database).rows["switches"] == len(written)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not under `tmp_path`, which only its owner may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_that_cannot_be_written_to(folder: Path, exists: bool) -> None:
    file = folder / "aurum.sqlite"
    if exists:
        open_database(f"sqlite:///{file}").close()
        file.chmod(0o444)
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", OPENER, f"sqlite:///{file}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.stdout) == ("", f"{file}.lock: Permission denied\n")


def test_a_file_that_cannot_be_written_to(folder: Path) -> None:
    file = folder / "aurum.sqlite"
    open_database(f"sqlite:///{file}").close()
    file.chmod(0o444)
    (folder / "aurum.sqlite.lock").chmod(0o666)
    folder.chmod(0o777)
    program = OPENER.replace(
        "    open_database(sys.argv[1])",
        """
    database = open_database(sys.argv[1])
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM switches")
""",
    )
    done = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{file}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("it cannot be written to")
