"""Whether the user data folder can take what a bot writes."""

from __future__ import annotations

import os
from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "disk"
GIB = 1 << 30


def check_disk(around: Surroundings) -> Iterator[Finding]:
    """Warn below 1 GiB of free space, and where the folder cannot be written to."""
    folder = around.user_data
    free = around.free_bytes(folder)
    figure = f"{free / GIB:.1f} GiB free for {folder}"
    if free < GIB:
        mend = "free some space: models, candles and logs fill it, and a full disk tears files"
        yield Finding(Level.WARNING, SUBJECT, f"only {figure}", mend)
    else:
        yield Finding(Level.OK, SUBJECT, figure)
    if folder.is_dir() and not os.access(folder, os.W_OK):
        mend = f"give it to the user who runs freqtrade: chown -R $USER {folder}"
        yield Finding(Level.ERROR, SUBJECT, f"{folder} cannot be written to", mend)
