"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path


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


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content in one step, as `write_atomically` does.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is created if need be.
    content : bytes

    Raises
    ------
    OSError
        If the file cannot be written; an existing one is left as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
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
