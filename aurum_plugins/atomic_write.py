"""Files that appear whole or not at all."""

from __future__ import annotations

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
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
