"""Folders that only their owner can look into, and that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aurum_plugins.credentials import OWNER_ONLY

OWNER_ONLY_FOLDER: Final = 0o700
UNFINISHED: Final = ".unfinished-"


def write_private_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with files in one step.

    Parameters
    ----------
    folder : pathlib.Path
        Must not exist; its parent must.
    files : mapping of str to bytes
        Contents by name.

    Raises
    ------
    OSError
        If it exists, or cannot be written; nothing is left behind then.
    """
    temporary = folder.with_name(f"{UNFINISHED}{secrets.token_hex(4)}")
    temporary.mkdir(mode=OWNER_ONLY_FOLDER)
    try:
        for name, content in files.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(temporary / name, flags, OWNER_ONLY), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Take a folder away in one step, then delete it; one that is gone already is no fault.

    Raises
    ------
    OSError
        If it cannot be taken away.
    """
    leaving = folder.with_name(f"{UNFINISHED}{secrets.token_hex(4)}")
    try:
        folder.rename(leaving)
    except FileNotFoundError:
        return
    shutil.rmtree(leaving, ignore_errors=True)
