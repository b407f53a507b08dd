"""A database file that is moved, deleted or replaced while it is open."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import text

from aurum_plugins.database import DatabaseUnavailable, open_database

ONE = text("SELECT 1")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "aurum.sqlite"


@pytest.fixture
def opened(path):
    with open_database(f"sqlite:///{path}") as database:
        yield database


def use(database) -> None:
    for transaction in (database.reading, database.writing):
        with transaction() as connection:
            connection.execute(ONE)


def assert_refused(database, what: str) -> None:
    said = rf"while it was open \({what}\): put it back, or start the bot again"
    for transaction in (database.reading, database.writing):
        with pytest.raises(DatabaseUnavailable, match=said), transaction():
            pass


def test_a_file_that_was_moved_is_used_again_once_it_is_back(opened, path) -> None:
    use(opened)
    path.rename(path.with_suffix(".away"))
    assert_refused(opened, "No such file or directory")
    path.with_suffix(".away").rename(path)
    use(opened)


def test_another_file_in_its_place_is_not_used(opened, path) -> None:
    copy = shutil.copy(path, path.with_suffix(".copy"))
    path.unlink()
    assert_refused(opened, "No such file or directory")
    shutil.move(copy, path)
    assert_refused(opened, "there is another file")


def test_the_next_one_to_open_it_takes_it_as_it_is(opened, path) -> None:
    shutil.move(shutil.copy(path, path.with_suffix(".copy")), path)
    assert_refused(opened, "there is another file")
    with open_database(f"sqlite:///{path}") as database:
        use(database)


def test_in_memory_there_is_no_file() -> None:
    with open_database("sqlite://") as database:
        use(database)
