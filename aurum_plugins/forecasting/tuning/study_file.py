"""A study in an SQLite file, of one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from optuna.storages import RDBStorage

from aurum_plugins.forecasting.tuning.errors import StudyInUse, TornStudy


class StudyFile:
    """An SQLite file and the lock beside it.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is created if need be.

    Attributes
    ----------
    where : pathlib.Path
        As errors show it.
    shared : bool
        Whether other processes may be at work on it.
    """

    shared = False

    def __init__(self, path: Path) -> None:
        self.where = path
        self._lock = FileLock(f"{path}.lock", timeout=0)

    def take(self) -> None:
        """Keep other processes out.

        Raises
        ------
        aurum_plugins.forecasting.tuning.errors.StudyError
            `StudyInUse`, or `TornStudy` if it cannot be written.
        """
        try:
            self.where.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise StudyInUse(self.where) from None
        except OSError as error:
            raise TornStudy(self.where, f"cannot be written: {error.strerror}") from None

    def leave(self) -> None:
        """Let other processes in."""
        self._lock.release()

    def storage(self) -> RDBStorage:
        """Open it, or make it."""
        return RDBStorage(f"sqlite:///{self.where.resolve()}")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Nobody else is there."""
        yield

    def take_first(self) -> bool:
        """Whether this process may make the first trial."""
        return True

    def leave_first(self) -> None:
        """The first trial was made, or broken off."""
