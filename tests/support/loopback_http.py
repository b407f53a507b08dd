"""A server on loopback that answers what a test wants, and notes what it was asked."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes
    ----------
    torn : bool
        Whether the connection ends before the body does.
    drip_s : float
        Seconds between two bytes of the body; 0: all at once.
    head_drip_s : float
        The same for status and headers.
    has_length : bool
        Whether the body's length is told; where not, it ends with the connection.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    torn: bool = False
    drip_s: float = 0.0
    head_drip_s: float = 0.0
    has_length: bool = True


def threaded_server(serve: Callable[[BaseHTTPRequestHandler], None]) -> ThreadingHTTPServer:
    """A server on a free port, which hands each request to a function, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            serve(self)

        def do_POST(self) -> None:
            serve(self)

        def log_message(self, *_: Any) -> None:
            """Not of interest."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.block_on_close = False
    return http


class LoopbackServer:
    """Answers over HTTP/1.1, one request a connection.

    Parameters
    ----------
    answer : callable
        From what is asked to what is answered; may be replaced while it runs.

    Attributes
    ----------
    asked : list of Asked
    url : str
    """

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self._ended = False
        self._http = threaded_server(self._serve)
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS; to be called before it is entered."""
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = True
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        query = dict(parse_qsl(parts.query))
        asked = Asked(handler.command, parts.path, query, headers, body.decode())
        self.asked.append(asked)
        answer = self.answer(asked)
        length = len(answer.body) + (100 if answer.torn else 0)
        head: dict[str, object] = {**answer.headers}
        if answer.has_length:
            head.setdefault("Content-Length", length)
        head["Connection"] = "close"
        lines = [f"HTTP/1.1 {answer.status} Told", *(f"{name}: {head[name]}" for name in head)]
        handler.close_connection = True
        with contextlib.suppress(OSError):
            self._send(handler, ("\r\n".join(lines) + "\r\n\r\n").encode(), answer.head_drip_s)
            self._send(handler, answer.body, answer.drip_s)

    def _send(self, handler: BaseHTTPRequestHandler, sent: bytes, drip_s: float) -> None:
        if not drip_s:
            handler.wfile.write(sent)
            return
        for number in range(len(sent)):
            if self._ended:
                return
            handler.wfile.write(sent[number : number + 1])
            handler.wfile.flush()
            time.sleep(drip_s)
