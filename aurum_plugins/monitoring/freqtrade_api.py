"""A second opinion on a bot that seems dead: whether freqtrade's own API answers."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import requests

from aurum_plugins.monitoring.reports import LoopReport

TIMEOUT_S: Final = 1.0
# An opinion is kept for so long.
KEEP_S: Final = 10.0
_PING: Final = "/api/v1/ping"
_EVERY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - asked on loopback
_LONGEST_ANSWER: Final = 1_000


class FreqtradeApi:
    """Asks `GET /api/v1/ping`, which needs no credentials, and sends none.

    Only on loopback, of bots that run on this machine, and never for longer than a second; an
    answer is kept for ten.

    Parameters
    ----------
    host : str, optional
        Name of this machine, as bots report it.
    monotonic : callable, optional
        Seconds that pass.
    """

    def __init__(
        self, host: str | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._host = socket.gethostname() if host is None else host
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, bool]] = {}

    def answers(self, report: LoopReport) -> bool | None:
        """Whether it does; None if there is none, or none that may be asked."""
        url = ping_address(report.api) if report.host == self._host else None
        if url is None:
            return None
        kept = self._known.get(url)
        if kept is not None and self._monotonic() - kept[0] < KEEP_S:
            return kept[1]
        said: list[bool] = []
        # A server that sends a byte now and then would hold a request for ever.
        asking = threading.Thread(target=_ask, args=(url, said), name="second-opinion", daemon=True)
        asking.start()
        asking.join(TIMEOUT_S)
        answer = bool(said and said[0])
        self._known[url] = (self._monotonic(), answer)
        return answer


def ping_address(api: str) -> str | None:
    """Where to ask, if that is on loopback.

    Examples
    --------
    >>> ping_address("http://127.0.0.1:8080")
    'http://127.0.0.1:8080/api/v1/ping'
    >>> ping_address("http://192.168.1.5:8080") is None
    True
    """
    try:
        parts = urlsplit(api)
        host, port = parts.hostname or "", parts.port
        given = _EVERY_ADDRESS.get(host, host)
        address = ipaddress.ip_address("127.0.0.1" if given == "localhost" else given.strip("[]"))
    except ValueError:
        return None
    if parts.scheme != "http" or not address.is_loopback or "@" in parts.netloc or port is None:
        return None
    shown = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
    return f"http://{shown}:{port}{_PING}"


def _ask(url: str, said: list[bool]) -> None:
    try:
        with requests.Session() as session:
            # Neither proxies nor credentials of the environment.
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                body = answer.raw.read(_LONGEST_ANSWER, decode_content=False)
                is_pong = answer.status_code == requests.codes.ok and b'"pong"' in body
    except Exception:  # noqa: BLE001 - requests' errors, and urllib3's while a body is read
        is_pong = False
    said.append(is_pong)
