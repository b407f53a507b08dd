"""Whether the simulated exchange answers, where the configuration points at one."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "exchange"
_PING = "/api/v3/ping"
_DEFAULT_PORT = 8900


def check_exchange(around: Surroundings) -> Iterator[Finding]:
    """Ask an exchange on this machine for a sign of life; a real one is left alone."""
    settings = around.freqtrade.settings
    if settings is None:
        return
    try:
        parts = urlsplit(settings.public_url)
        port = parts.port or _DEFAULT_PORT
    except ValueError as error:
        message = f"the address of {settings.exchange} is no URL: {error}"
        mend = "correct exchange.ccxt_config.urls.api in the configuration"
        yield Finding(Level.ERROR, SUBJECT, message, mend)
        return
    if not is_loopback(parts.hostname or ""):
        message = f"{settings.exchange} is not on this machine, and is not contacted"
        yield Finding(Level.INFO, SUBJECT, message)
        return
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    address = f"{parts.scheme}://{host}:{port}"
    reason = around.ping(address + _PING)
    if reason is None:
        yield Finding(Level.OK, SUBJECT, f"the simulated exchange answers on {address}")
        return
    option = "" if port == _DEFAULT_PORT else f" --port {port}"
    message = f"no simulated exchange answers on {address}: {reason}"
    mend = f"start it in another terminal with `aurum sandbox{option}`, or run `aurum demo`"
    yield Finding(Level.WARNING, SUBJECT, message, mend)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, going by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
