"""Writing the files of a kept start back."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aurum_plugins.atomic_write import write_bytes_atomically
from aurum_plugins.starts.changes import FileChange, FileState, changes_since
from aurum_plugins.starts.errors import RestoreRefused
from aurum_plugins.starts.installed_versions import installed_versions
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.started_file import StartedFile


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes
    ----------
    written : tuple of pathlib.Path
    undo : KeptStart
        Holds the files as they were before it.
    """

    written: tuple[Path, ...]
    undo: KeptStart


def files_to_write(changes: Sequence[FileChange]) -> list[FileChange]:
    """Those of a start's files that are not as they were then.

    Raises
    ------
    aurum_plugins.starts.errors.RestoreRefused
        If one of them cannot be written; nothing was changed.
    """
    kept = [change for change in changes if change.then is not None]
    wanted = [change for change in kept if change.state is not FileState.SAME]
    for change in wanted:
        reason = _obstacle(change)
        if reason is not None:
            raise RestoreRefused(change.path, reason)
    return wanted


def restore(starts: KeptStarts, start: KeptStart) -> Restored | None:
    """Give the files of a start the content that they had; None if they have it.

    What is there is kept first, as a start of its own, so that it can be restored in turn. Files
    that did not exist then are left alone.

    Raises
    ------
    aurum_plugins.starts.errors.DamagedStart
        If a copy is not as it was written; nothing was changed.
    aurum_plugins.starts.errors.RestoreRefused
        If a file cannot be written; those before it may have been, and `undo` is kept then.
    """
    changes = changes_since(start)
    wanted = files_to_write(changes)
    if not wanted:
        return None
    absent = [change.path for change in wanted if change.state is FileState.GONE]
    present = [path for path in start.modes() if path not in absent]
    facts = start.manifest.facts.model_copy(
        update={"versions": installed_versions(), "environment": ()}
    )
    try:
        files = [StartedFile.read(path) for path in present]
        undo = starts.keep_before_restore(facts, files, absent)
    except OSError as error:
        reason = f"the present files cannot be kept first: {error}"
        raise RestoreRefused(starts.folder, reason) from None
    modes = {**start.modes(), **{one.path: one.mode for one in files}}
    written: list[Path] = []
    for change in wanted:
        try:
            write_bytes_atomically(change.path, change.then or b"", mode=modes[change.path])
        except OSError as error:
            reason = f"cannot be written: {error.strerror or type(error).__name__}"
            raise RestoreRefused(change.path, reason, written, undo.id) from None
        written.append(change.path)
    return Restored(tuple(written), undo)


def _obstacle(change: FileChange) -> str | None:
    path = change.path
    if change.state is FileState.UNREADABLE:
        return "cannot be read, so it could not be kept; make it readable, or move it away"
    if path.exists() and not (path.stat().st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        return f"is read-only; allow writing to it first (chmod u+w '{path}')"
    folder = next(parent for parent in path.parents if parent.exists())
    if not folder.is_dir():
        return f"needs a folder where {folder} is a file"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"is in a folder that cannot be written to ({folder})"
    return None
