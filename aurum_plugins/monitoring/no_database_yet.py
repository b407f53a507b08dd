"""There is nothing to watch yet."""

from __future__ import annotations

from aurum_plugins.database import DatabaseUnavailable


class NoDatabaseYet(DatabaseUnavailable):
    """No bot has made the database yet, which is no failure before it was ever there."""
