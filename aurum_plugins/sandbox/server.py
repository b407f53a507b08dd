"""Serving the simulated exchange: in the foreground, or in a thread of another program."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from aurum_plugins.errors import PortInUse
from aurum_plugins.sandbox.config import SandboxConfig
from aurum_plugins.sandbox.exchange import SimulatedExchange

SHUTDOWN_SECONDS = 1.0


async def serve(
    exchange: SimulatedExchange,
    config: SandboxConfig,
    *,
    ready: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Listen until `stop` is set.

    Parameters
    ----------
    exchange : SimulatedExchange
        What to serve.
    config : SandboxConfig
        Gives host and port.
    ready : callable
        Called once with the base URL when requests are answered.
    stop : asyncio.Event
        Ends the service.

    Raises
    ------
    aurum_plugins.errors.PortInUse
        If the address is taken.
    """
    runner = web.AppRunner(exchange.app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.host, config.port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(config.host, config.port) from error
            raise
        host, port = runner.addresses[0][:2]
        ready(f"http://{host}:{port}")
        await stop.wait()
    finally:
        await runner.cleanup()


class SandboxServer:
    """A sandbox in a thread of its own, as a context manager.

    Parameters
    ----------
    config : SandboxConfig
        With port 0 it takes a free one.

    Attributes
    ----------
    url : str
        Base URL, for example "http://127.0.0.1:8900".
    exchange : SimulatedExchange
        The parts; touch them from other threads only while no request runs.

    Examples
    --------
    >>> with SandboxServer(SandboxConfig(port=0)) as server:
    ...     print(server.url)  # doctest: +SKIP
    """

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.exchange = SimulatedExchange.build(config)
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(
                serve(self.exchange, self.config, ready=self._ready, stop=self._stop)
            )
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._failure = error
        finally:
            self._loop.close()
            self._started.set()

    def _ready(self, url: str) -> None:
        self.url = url
        self._started.set()
