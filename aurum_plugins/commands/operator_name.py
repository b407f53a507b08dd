"""Who gives a command, for the records."""

from __future__ import annotations

import getpass
import os
import socket


def operator_name() -> str:
    """User and machine, such as `anna@trader1`; the user's number where it has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a user that its system does not know.
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
