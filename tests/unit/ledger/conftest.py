"""The databases of tests/support."""

from __future__ import annotations

from postgres_server import database, database_address, postgres

__all__ = ["database", "database_address", "postgres"]
