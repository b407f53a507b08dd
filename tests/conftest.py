"""What holds for every test."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator

import pytest
from recorded_migrations import RecordedMigrations

from aurum_plugins.database.migrations import upgrade

_RECORDED = RecordedMigrations(upgrade.upgrade)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of what is collected is garbage: nobody looks for any in it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="module")
def migrations() -> Iterator[None]:
    """The tables without Alembic; the folders that test the migrations have them as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "upgrade", _RECORDED)
        yield
