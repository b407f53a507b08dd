"""A start whose configuration was kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aurum_plugins.starts.errors import DamagedStart
from aurum_plugins.starts.manifest import KeptFile, Manifest

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class KeptStart:
    """A folder with copies of the files of one start.

    Attributes
    ----------
    folder : pathlib.Path
    manifest : Manifest
    """

    folder: Path
    manifest: Manifest

    @classmethod
    def read(cls, folder: Path) -> KeptStart:
        """Read a folder's manifest; its copies are checked when they are asked for.

        Raises
        ------
        aurum_plugins.starts.errors.DamagedStart
            If the manifest is not as it was written.
        """
        return cls(folder, Manifest.read(folder / MANIFEST))

    @property
    def id(self) -> str:
        """What names it: UTC time of the start, and the bot."""
        return self.folder.name

    @property
    def time(self) -> datetime:
        """UTC time up to which it is known to have run well; of a restore, when that was."""
        return self.manifest.last_good or self.manifest.started

    def contents(self) -> Mapping[Path, bytes]:
        """Every file by its place, byte for byte as it was.

        Raises
        ------
        aurum_plugins.starts.errors.DamagedStart
            If a copy is missing, or its checksum is not the one it was kept with.
        """
        files = enumerate(self.manifest.files)
        return {Path(kept.path): self._content(number, kept) for number, kept in files}

    def modes(self) -> Mapping[Path, int]:
        """The permissions of every file, by its place."""
        return {Path(kept.path): kept.mode for kept in self.manifest.files}

    def _content(self, number: int, kept: KeptFile) -> bytes:
        path = self.folder / copy_name(number, Path(kept.path))
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DamagedStart(path, f"the copy of {kept.path} cannot be read: {reason}") from None
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            rule = f"the copy of {kept.path} is damaged: its checksum differs"
            raise DamagedStart(path, rule)
        return content


def copy_name(number: int, path: Path) -> str:
    """The name of a copy; several files of one start may have the same name.

    Examples
    --------
    >>> copy_name(1, Path("/bot/configs/sandbox.json"))
    '01_sandbox.json'
    """
    return f"{number:02}_{path.name}"
