"""Where AurumBotX keeps what must outlive a process: SQLite by default, PostgreSQL by URL."""

from aurum_plugins.database.database import Database
from aurum_plugins.database.errors import DatabaseUnavailable, RecordConflict
from aurum_plugins.database.opening import open_database
from aurum_plugins.database.settings import DatabaseSettings, database_url

__all__ = [
    "Database",
    "DatabaseSettings",
    "DatabaseUnavailable",
    "RecordConflict",
    "database_url",
    "open_database",
]
