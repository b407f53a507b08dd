"""The `Host` header, and which ones mean this machine itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

_HOST: Final = re.compile(
    r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HTTP_PORT: Final = 80


@dataclass(frozen=True)
class HostName:
    """Name or address in small letters, without brackets, and the port.

    Attributes
    ----------
    name : str
    port : int
        80 where none is named.
    """

    name: str
    port: int

    @classmethod
    def parse(cls, header: str) -> HostName | None:
        """None if it is not the name of a host."""
        match = _HOST.fullmatch(header)
        if match is None:
            return None
        name = match["name"].lower().strip("[]")
        return cls(name, int(match["port"] or _HTTP_PORT))


def is_loopback(address: str) -> bool:
    """Whether an address, or the name `localhost`, leads to this machine and nowhere else."""
    if address == "localhost":
        return True
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback
