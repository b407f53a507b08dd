"""The databases of tests/support, and the migrations as they are."""

from __future__ import annotations

import pytest
from postgres_server import database, database_address, postgres

__all__ = ["database", "database_address", "migrations", "postgres"]


@pytest.fixture(autouse=True, scope="module")
def migrations() -> None:
    """Those of the package."""
