"""Whether the generated credentials are whole and private."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO

from pydantic import ValidationError

from aurum_plugins.config import CREDENTIALS_FILE, SANDBOX_KEYS_FILE
from aurum_plugins.credentials import OWNER_ONLY, ApiCredentials
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings
from aurum_plugins.monitoring.web.key_file import KEY_FILE

SUBJECT = "credentials"


def check_private_files(around: Surroundings) -> Iterator[Finding]:
    """Look at the permissions of the files that hold secrets, and at nothing inside."""
    names = (CREDENTIALS_FILE, SANDBOX_KEYS_FILE, KEY_FILE)
    present = [path for name in names if (path := around.user_data / name).is_file()]
    if not present:
        message = f"none generated yet in {around.user_data}; the first start does"
        yield Finding(Level.INFO, SUBJECT, message)
    for path in present:
        yield _permissions(path)
        if path.name == CREDENTIALS_FILE and not _is_whole(path):
            message = f"{path} does not hold valid credentials, so the API server cannot start"
            mend = f"rm {shlex.quote(str(path))} (new ones are generated at the next start)"
            yield Finding(Level.ERROR, SUBJECT, message, mend)


def _permissions(path: Path) -> Finding:
    mode = S_IMODE(path.stat().st_mode)
    if mode & ~OWNER_ONLY:
        others = mode & (S_IRWXG | S_IRWXO)
        message = f"{path} has mode {mode:04o}" + (
            ": others may read it" if others else ", not 0600"
        )
        return Finding(Level.ERROR, SUBJECT, message, f"chmod 600 {shlex.quote(str(path))}")
    return Finding(Level.OK, SUBJECT, f"{path} is readable by its owner alone")


def _is_whole(path: Path) -> bool:
    try:
        ApiCredentials.model_validate_json(path.read_bytes())
    except ValidationError:
        return False
    return True
