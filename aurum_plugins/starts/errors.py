"""What can be wrong with kept starts.

StartsError
├── UnknownStart       no kept start is meant: asked
├── DamagedStart       a copy, or the list of copies, is not as it was written: path
└── RestoreRefused     a file cannot be written back: path
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aurum_plugins.errors import AurumError


class StartsError(AurumError):
    """Base of the errors of kept starts."""


class UnknownStart(StartsError):
    """No kept start, or more than one, is meant by what was asked for.

    Attributes
    ----------
    asked : str or None
        None: none was named.
    """

    def __init__(self, asked: str | None, reason: str) -> None:
        self.asked = asked
        super().__init__(reason if asked is None else f"{asked}: {reason}")


class DamagedStart(StartsError):
    """A file of a kept start is not as it was written; nothing of that start is used.

    Attributes
    ----------
    path : pathlib.Path
        The file at fault.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}; this start cannot be used, choose another one")


class RestoreRefused(StartsError):
    """A file cannot be written back.

    Attributes
    ----------
    path : pathlib.Path
        The file at fault.
    written : tuple of pathlib.Path
        What had been written before it; empty where everything is as it was.
    undo : str or None
        The kept start that holds the files as they were before.
    """

    def __init__(
        self, path: Path, reason: str, written: Sequence[Path] = (), undo: str | None = None
    ) -> None:
        self.path = path
        self.written = tuple(written)
        self.undo = undo
        done = ", ".join(map(str, self.written))
        rest = f"written before it: {done}" if done else "nothing was changed"
        if done and undo is not None:
            rest += f"; to undo that: aurum starts restore {undo}"
        super().__init__(f"{path}: {reason}; {rest}")
