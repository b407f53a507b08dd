"""The databases of tests/support, and a bot around a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk_bot import DeskBot
from desk_files import new_file
from desk_world import DeskWorld
from postgres_server import database, database_address, postgres

__all__ = ["bot", "database", "database_address", "postgres"]


@pytest.fixture
def bot(tmp_path) -> Iterator[DeskBot]:
    """A bot that was just started."""
    started = DeskBot(DeskWorld(), new_file(tmp_path))
    yield started
    started.database.close()
