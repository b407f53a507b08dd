"""What a file system may refuse an SQLite file."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.sqlite_file import keep_write_ahead_log


class NoSharedMemory:
    """A connection to a file where SQLite stays with its old journal, and says so."""

    def cursor(self) -> NoSharedMemory:
        return self

    def execute(self, _: str) -> NoSharedMemory:
        return self

    def fetchone(self) -> tuple[str]:
        return ("delete",)

    def close(self) -> None:
        pass


def test_a_file_system_without_a_write_ahead_log_is_refused() -> None:
    engine = SimpleNamespace(raw_connection=NoSharedMemory)
    database = SimpleNamespace(kind="sqlite", persistent=True, url="sqlite:///a", engine=engine)
    with pytest.raises(DatabaseUnavailable, match="keep it in a local folder"):
        keep_write_ahead_log(database)


def test_a_file_that_cannot_be_made_is_named(tmp_path, monkeypatch) -> None:
    path = tmp_path / "aurum.sqlite"
    real = os.open

    def full(name: object, *arguments: int) -> int:
        if name == path:
            raise OSError(28, "No space left on device", str(name))
        return real(name, *arguments)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(DatabaseUnavailable, match=f"{path}: No space left on device"):
        open_database(f"sqlite:///{path}")
    monkeypatch.undo()
    open_database(f"sqlite:///{path}").close()
