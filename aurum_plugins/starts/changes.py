"""What has become of a kept start's files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.reached_files import reached_files


class FileState(StrEnum):
    """What became of a file since a start."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNREADABLE = "unreadable"
    NEW = "new"


@dataclass(frozen=True)
class FileChange:
    """One file, then and now.

    Attributes
    ----------
    path : pathlib.Path
    then, now : bytes or None
        Contents; None: there was, or is, no such file, or it cannot be read. Not in the repr.
    state : FileState
    """

    path: Path
    then: bytes | None = field(repr=False)
    now: bytes | None = field(repr=False)
    state: FileState


def changes_since(start: KeptStart) -> list[FileChange]:
    """Compare a start's files with those that are there now.

    A file is new if the bot would read it now, and did not then.

    Raises
    ------
    aurum_plugins.starts.errors.DamagedStart
        If a copy is not as it was written.
    """
    kept = start.contents()
    changes = [_change(path, then) for path, then in kept.items()]
    manifest = start.manifest
    now_read = [*reached_files(manifest.facts.given), *map(Path, manifest.absent)]
    for path in dict.fromkeys(now_read):
        if path not in kept and path.exists():
            change = _change(path, None)
            changes.append(change)
    return changes


def _change(path: Path, then: bytes | None) -> FileChange:
    try:
        now = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return FileChange(path, then, None, FileState.GONE)
    except OSError:
        return FileChange(path, then, None, FileState.UNREADABLE)
    if then is None:
        return FileChange(path, then, now, FileState.NEW)
    return FileChange(path, then, now, FileState.SAME if now == then else FileState.CHANGED)
