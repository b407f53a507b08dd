"""HTTP for a source: in time, not too much, and with errors in our words.

A time-out of requests is for the next byte only; a server that sends one now and then could hold a
thread for ever. So whatever connection a poll has opened is shut when its time is over.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from threading import Lock, Timer
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from aurum_plugins.clock import Clock
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    VenueAnswerRefused,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources.answer_status import status_error

LONGEST_ANSWER: Final = 5 * 1024 * 1024
MOST_REDIRECTS: Final = 3
USER_AGENT: Final = "python:aurumbotx (reads only)"
# In the order in which they are tried; what is none of these had no whole answer.
_REASONS: Final[Mapping[type[Exception], tuple[type[Exception], str]]] = {
    requests.TooManyRedirects: (VenueRefuses, f"more than {MOST_REDIRECTS} redirects"),
    requests.exceptions.InvalidSchema: (VenueRefuses, "its address is not of the web"),
    requests.exceptions.InvalidURL: (VenueRefuses, "its address makes no sense"),
    requests.exceptions.MissingSchema: (VenueRefuses, "its address makes no sense"),
    requests.exceptions.InvalidHeader: (VenueRefuses, "a header that makes no sense"),
    requests.exceptions.ContentDecodingError: (VenueAnswerRefused, "compressed wrongly"),
}


class PollSession(requests.Session):
    """A session of requests for one poll at a time.

    Parameters
    ----------
    timeout_s : float
        For a whole poll, all its requests and the wait for its turn together.
    clock : Clock
        For headers that name a time.
    """

    def __init__(self, timeout_s: float, clock: Clock) -> None:
        super().__init__()
        self.max_redirects = MOST_REDIRECTS
        self.headers["User-Agent"] = USER_AGENT
        self._timeout_s = timeout_s
        self._clock = clock
        self._turn = Lock()
        self._sockets_lock = Lock()
        self._sockets: list[socket.socket] = []
        self._source = ""
        self._ends_s = 0.0
        self._is_over = True
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(self._opened))

    @contextlib.contextmanager
    def poll(self, source: str) -> Iterator[None]:
        """Requests may be made in here, in this thread, until the time is over.

        Parameters
        ----------
        source : str
            Its name, for errors.

        Raises
        ------
        BudgetSpent
            Others that share the session took all the time.
        """
        ends_s = time.monotonic() + self._timeout_s
        if not self._turn.acquire(timeout=self._timeout_s):
            raise BudgetSpent(source, "turn", f"not asked: no turn within {self._timeout_s:g} s")
        self._source, self._ends_s, self._is_over = source, ends_s, False
        timer = Timer(max(0.0, ends_s - time.monotonic()), self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._is_over = True
            self._sockets.clear()
            self.close()
            self._turn.release()

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> Any:
        """Ask as `requests.Session.request` does, within what is left of the poll's time.

        Raises
        ------
        VenueError
            For every status from 400 on, and for all that requests raises.
        """
        left_s = self._ends_s - time.monotonic()
        if self._is_over or left_s <= 0:
            # Whoever uses the session waited first; prawcore does when it is told to ask less.
            reason = f"not asked within {self._timeout_s:g} s"
            raise BudgetSpent(self._source, "poll", reason)
        kwargs["timeout"] = left_s
        try:
            response = super().request(method, url, *args, **kwargs)
        except requests.RequestException as error:
            # Their texts and attributes hold addresses, and these may hold keys.
            raise self._understood(error) from None
        if self._is_over:
            raise self._too_late()
        refused = status_error(
            self._source, "poll", response.status_code, response.headers, self._clock.now_ms()
        )
        if refused is not None:
            raise refused
        return response

    def _understood(self, error: requests.RequestException) -> Exception:
        # A body that stays away is a ConnectionError to requests.
        is_late = self._is_over or time.monotonic() >= self._ends_s
        if is_late or isinstance(error, requests.Timeout):
            return self._too_late()
        if isinstance(error, _AnswerTooLong):
            reason = f"an answer of more than {LONGEST_ANSWER} bytes"
            return VenueAnswerRefused(self._source, "poll", reason)
        for kind, (meaning, reason) in _REASONS.items():
            if isinstance(error, kind):
                return meaning(self._source, "poll", reason)
        return VenueUnreachable(self._source, "poll", type(error).__name__)

    def _too_late(self) -> VenueUnreachable:
        reason = f"no answer within {self._timeout_s:g} s"
        return VenueUnreachable(self._source, "poll", reason)

    def _opened(self, opened: socket.socket) -> None:
        with self._sockets_lock:
            self._sockets.append(opened)
            is_over = self._is_over
        if is_over:
            _shut(opened)

    def _end(self) -> None:
        with self._sockets_lock:
            self._is_over = True
            sockets = list(self._sockets)
        for opened in sockets:
            _shut(opened)


def _shut(opened: socket.socket) -> None:
    # Below TLS, whose own state belongs to the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class _AnswerTooLong(requests.RequestException):
    """More bytes than anybody wants."""


class _CappedBody:
    """A body that ends with an error when it is too long, decompressed."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:
        """As urllib3's."""
        length = 0
        for chunk in self._raw.stream(amt, decode_content=decode_content):
            length += len(chunk)
            if length > LONGEST_ANSWER:
                raise _AnswerTooLong
            yield chunk


class _Adapter(HTTPAdapter):
    """Tells of each connection that it opens."""

    def __init__(self, opened: Callable[[socket.socket], None]) -> None:
        self._pools = _pools(opened)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        response.raw = _CappedBody(resp)
        return response


def _pools(opened: Callable[[socket.socket], None]) -> dict[str, type[HTTPConnectionPool]]:
    class Connection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            opened(self.sock)

    class SecureConnection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            opened(self.sock)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": Pool, "https": SecurePool}
