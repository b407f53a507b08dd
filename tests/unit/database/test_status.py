"""What a database holds."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import equity_marks, metadata
from aurum_plugins.database.schema_version import HEAD
from aurum_plugins.database.status import read_status


def test_rows_and_size_are_counted(database) -> None:
    empty = read_status(database)
    assert empty.rows == dict.fromkeys(sorted(metadata.tables), 0)
    assert (empty.url, empty.kind, empty.version) == (database.url, database.kind, HEAD)
    rows = [
        {"bot": "bot", "at_ms": number, "equity": 1.0, "exposure": 0.0, "drawdown": 0.0}
        for number in range(2_000)
    ]
    with database.writing() as connection:
        connection.execute(insert(equity_marks), rows)
    full = read_status(database)
    assert full.rows == {**empty.rows, "equity_marks": 2_000}
    assert full.size_bytes > empty.size_bytes + 50_000


def test_a_damaged_page_is_found(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/aurum.sqlite"
    with open_database(url) as database, database.writing() as connection:
        root = connection.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'risk_states'")
        )
    file = tmp_path / "aurum.sqlite"
    content = bytearray(file.read_bytes())
    start = (root - 1) * 4096
    content[start : start + 12] = b"\x0d\x00\x00\x00\x05\xff\xff\xff\xff\xff\xff\xff"
    file.write_bytes(content)
    with open_database(url) as database, pytest.raises(DatabaseUnavailable, match="is damaged"):
        read_status(database)


def test_in_memory_nothing_is_on_the_disk() -> None:
    with open_database("sqlite://") as database:
        assert read_status(database).size_bytes == 0
