"""Which addresses of a cluster are safe to speak with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import urlsplit

from aurum_plugins.errors import ConfigurationError

OPTION: Final = "--scheduler"


@dataclass(frozen=True)
class SchedulerAddress:
    """Where a scheduler listens: on this machine, or anywhere behind certificates.

    Dask sends pickled functions, so whoever can reach a scheduler or a worker can run code there,
    and whoever can read along learns everything. Plain tcp is for loopback alone.

    Attributes
    ----------
    url : str
        Such as `tcp://127.0.0.1:8786`.
    encrypted : bool
        Whether it begins with `tls://`.
    """

    url: str
    encrypted: bool

    @classmethod
    def of(cls, text: str) -> Self:
        """Check an address.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If it is none, or plain tcp beyond loopback.
        """
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        known = host and port and parts.scheme in {"tcp", "tls"} and not (parts.path or parts.query)
        if not known or "@" in text:
            rule = "must be an address such as tcp://127.0.0.1:8786 or tls://host:8786"
            raise ConfigurationError(OPTION, rule, text)
        url = text.strip()
        if is_exposed(url):
            rule = (
                "must begin with tls:// beyond this machine: over plain tcp, whoever reaches the "
                "scheduler can run code on its workers; make certificates, see docs/scale.md"
            )
            raise ConfigurationError(OPTION, rule, text)
        return cls(url, encrypted=parts.scheme == "tls")


def is_exposed(url: str) -> bool:
    """Whether an address of Dask's can be reached from beyond this machine without certificates.

    Examples
    --------
    >>> is_exposed("tcp://127.0.0.1:8786"), is_exposed("tcp://10.0.0.2:8786")
    (False, True)
    """
    parts = urlsplit(url)
    if parts.scheme in {"tls", "inproc"}:
        return False
    host = parts.hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
