"""The exceptions of the database.

AurumError
└── DatabaseUnavailable       it cannot be used as it is: url, reason
    └── RecordConflict        a row contradicts one that is there, or a rule of its table

Catching `DatabaseUnavailable` is enough to fail closed: nothing else comes out of a `Database`.
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class DatabaseUnavailable(AurumError):
    """The database cannot be read or written: away, locked, full, damaged, of another version.

    What was to be written was not. Only if the connection broke during the commit itself is that
    unknown; a transaction that is repeated must therefore bear to have happened already.

    Attributes
    ----------
    url : str
        Without password and parameters.
    reason : str
        What is wrong, and how to mend it where that is known.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"database {url}: {reason}")


class RecordConflict(DatabaseUnavailable):
    """A row was refused: its key exists already, or a column that must be filled is empty."""
