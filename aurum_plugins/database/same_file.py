"""Whether a path still leads to the file that was opened there."""

from __future__ import annotations

from pathlib import Path

from aurum_plugins.database.errors import DatabaseUnavailable


class SameFile:
    """Remembers which file a path leads to.

    An open file can be moved, deleted or replaced, and whoever has it open notices nothing: a bot
    would go on with a kill switch that nobody can throw any more.

    Parameters
    ----------
    path, url : str
        The second one for errors.
    """

    def __init__(self, path: str, url: str) -> None:
        self._path = Path(path)
        self._url = url
        self._identity: tuple[int, int] | None = None

    def check(self) -> None:
        """Remember the file the first time, and hold it against that from then on.

        Raises
        ------
        aurum_plugins.database.errors.DatabaseUnavailable
            If there is no file, or another one.
        """
        try:
            found = self._path.stat()
        except OSError as error:
            raise self._gone(error.strerror or str(error)) from error
        identity = found.st_dev, found.st_ino
        if self._identity is None:
            self._identity = identity
        if identity != self._identity:
            raise self._gone("there is another file")

    def _gone(self, what: str) -> DatabaseUnavailable:
        reason = (
            f"its file was moved, deleted or replaced while it was open ({what}): put it back, or "
            "start the bot again"
        )
        return DatabaseUnavailable(self._url, reason)
