"""Serving the monitor: in the foreground, or in a thread of another program."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final, Self

import uvicorn
from fastapi import FastAPI

from aurum_plugins.monitoring.web.patient_protocol import PatientProtocol

KEEP_ALIVE_SECONDS: Final = 15
_SHUTDOWN_SECONDS: Final = 1
_MOST_CONNECTIONS: Final = 256
_LARGEST_HEAD: Final = 16_384


class MonitorServer:
    """An HTTP server on a socket that is there already.

    In the foreground, `run` serves until a signal to end comes. Otherwise it is a context manager
    that serves in a thread.

    Parameters
    ----------
    app : FastAPI
    listener : socket.socket

    Attributes
    ----------
    url : str
        For example "http://127.0.0.1:8090".
    """

    def __init__(self, app: FastAPI, listener: socket.socket) -> None:
        self.url = url_of(listener)
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                # What strangers send would fill the log.
                access_log=False,
                # Who asked is who connected, whatever a header says.
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                h11_max_incomplete_event_size=_LARGEST_HEAD,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="monitor-web", daemon=True)

    def run(self, announce: Callable[[], object] = lambda: None) -> None:
        """Serve until Ctrl-C or SIGTERM, which are no errors then.

        Parameters
        ----------
        announce : callable
            Called once signals are heard: who reads of the server may end it from then on.
        """
        with _heard_signals(self._end):
            announce()
            self._serve()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._thread.join()

    def _end(self) -> None:
        self._server.should_exit = True

    def _serve(self) -> None:
        self._server.run(sockets=[self._listener])


def url_of(listener: socket.socket) -> str:
    """The address of a page on a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _heard_signals(end: Callable[[], None]) -> Iterator[None]:
    """Hear what ends us before uvicorn listens, and after: it sends itself again what ended it."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: end()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
