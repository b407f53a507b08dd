"""A PostgreSQL server of the tests' own, and databases on it and on SQLite.

A folder's tests get the fixtures by a `conftest.py` that says

    from postgres_server import database, database_address, postgres

    __all__ = ["database", "database_address", "postgres"]
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from aurum_plugins.database import Database, open_database

USER = "aurum"
# Every character that a URL must escape.
PASSWORD = "pass:w/o@r%d?#"
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 60.0
# A database's files are made and removed for every test: in memory, that takes a third of the time.
_MEMORY = Path("/dev/shm")  # noqa: S108 - folders with names of their own are made there
_NEEDED_BYTES = 2_000_000_000


class PostgresServer:
    """A server on a free port of loopback; it ends with the process."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="aurum-pg-", dir=_place()))
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = _unprivileged()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.port = _free_port()
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        subprocess.run(
            [
                binaries / "initdb",
                *("-D", self.folder / "data", "-U", USER, "--pwfile", password),
                *("-A", "scram-sha-256", "-E", "UTF8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
            **self._as,
        )
        self.start()

    def url(self, name: str = "postgres", user: str = USER, password: str = PASSWORD) -> URL:
        return URL.create(
            "postgresql+psycopg",
            username=user,
            password=password,
            host="127.0.0.1",
            port=self.port,
            database=name,
        )

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._binaries / "postgres",
                    *("-D", self.folder / "data", "-p", str(self.port), "-k", self.folder),
                    *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
                    *("-c", "shared_buffers=16MB", "-c", "max_connections=50"),
                    *("-c", "max_wal_size=64MB"),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "LC_ALL": "C"},
                preexec_fn=_end_with_parent,  # noqa: PLW1509
                **self._as,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "server.log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        """End every connection at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str, name: str = "postgres") -> None:
        """As the superuser, outside of a transaction."""
        address = self.url(name).set(drivername="postgresql")
        target = address.render_as_string(hide_password=False)
        with psycopg.connect(target, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def new_database(self, template: str = "template1") -> URL:
        """An empty one, or a copy."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    @functools.cached_property
    def with_tables(self) -> str:
        """Name of a database with our tables, to be copied: a fifth of the time to make them."""
        url = self.new_database()
        open_database(url).close()
        return str(url.database)

    def drop(self, url: URL) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The server, running; started once a process."""
    return _running()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Where a database may be: no file yet, or an empty database.

    A server's has the tables already where the test asks for `database`, too.
    """
    if request.param == "sqlite":
        yield URL.create("sqlite", database=str(tmp_path / "aurum.sqlite"))
        return
    server = request.getfixturevalue("postgres")
    is_opened = "database" in request.fixturenames
    url = server.new_database(server.with_tables) if is_opened else server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_address: URL) -> Iterator[Database]:
    """An open database with empty tables."""
    with open_database(database_address) as opened:
        yield opened


@functools.cache
def _running() -> PostgresServer:
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (initdb was not found)")
    server = PostgresServer(binaries)
    atexit.register(server.remove)
    return server


def _place() -> Path:
    """Memory if there is enough, or else the disk."""
    is_there = os.access(_MEMORY, os.W_OK)
    enough = is_there and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES
    return _MEMORY if enough else Path("/tmp")  # noqa: S108 - a path short enough for a socket


def _binaries() -> Path | None:
    """The folder of the newest installed server."""
    on_path = shutil.which("initdb")
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = [*([Path(on_path).resolve()] if on_path else []), *installed]
    return found[-1].parent if found else None


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip(f"PostgreSQL does not run as {getpass.getuser()}, and nobody else is there")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _end_with_parent() -> None:
    """A test run that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
