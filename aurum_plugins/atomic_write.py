"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

_USUAL = 0o666  # less what the process's mask takes away, as `open` has it


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step; a reader sees the old or the new, never a part.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is created if need be.
    text : str
        Written as UTF-8.

    Raises
    ------
    OSError
        If the file cannot be written; an existing one is left as it was.
    """
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace a file's content in one step, as `write_atomically` does.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is created if need be.
    content : bytes
    mode : int, optional
        Permissions, such as 0o600, from the first byte on; the process's usual ones by default.

    Raises
    ------
    OSError
        If the file cannot be written; an existing one is left as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(temporary, flags, _USUAL if mode is None else mode)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                # What the process's mask took away is given back.
                os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the new name outlive a loss of power, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot, and need not.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)
