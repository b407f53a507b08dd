"""A file that a bot was started with, as it was then."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class StartedFile:
    """One configuration file.

    Attributes
    ----------
    path : pathlib.Path
        Absolute, links followed.
    content : bytes
        Not in the repr: it may hold keys.
    mode : int
        Permissions, such as 0o600.
    """

    path: Path
    content: bytes = field(repr=False)
    mode: int

    @classmethod
    def read(cls, path: Path) -> StartedFile:
        """Read a file as it is now.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        real = path.resolve()
        with real.open("rb") as file:
            return cls(real, file.read(), stat.S_IMODE(real.stat().st_mode))

    @property
    def sha256(self) -> str:
        """Checksum of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()
