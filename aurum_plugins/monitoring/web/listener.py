"""The socket that the monitor listens on, taken before anything else is started."""

from __future__ import annotations

import errno
import socket

from aurum_plugins.errors import ConfigurationError, PortInUse

_BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """Take an address.

    Parameters
    ----------
    host : str
        Name or address; "0.0.0.0" and "::" are all of the machine's.
    port : int
        0 takes a free one.

    Raises
    ------
    aurum_plugins.errors.PortInUse
        If another program has it.
    aurum_plugins.errors.ConfigurationError
        If this machine has no such address, or may not take that port.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigurationError("--host", "must be an address of this machine", host) from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from error
        if error.errno == errno.EACCES:
            rule = "must be a port that this user may take; those below 1024 are reserved"
            raise ConfigurationError("--port", rule, port) from error
        raise ConfigurationError("--host", "must be an address of this machine", host) from error
    return listener
