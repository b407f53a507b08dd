"""The monitor's web side in a thread, over snapshots that a test makes up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import uvicorn

from aurum_plugins.clock import WallClock
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.monitor_health import MonitorHealth
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.app import new_app
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

_SECONDS: Final = 10.0


class MadeUpMonitor:
    """Hands out snapshots made at the moment of the question."""

    def __init__(self) -> None:
        self.making: list[Callable[[int], BotSnapshot]] = []
        # Set: the time stands still for the snapshots.
        self.frozen_ms: int | None = None
        self.database_reachable = True
        self.alerting = True
        self.faults: dict[str, str] = {}
        self.alerts: tuple[Alert, ...] = ()

    def now_ms(self) -> int:
        """The snapshots' own time, UTC milliseconds."""
        return WallClock().now_ms() if self.frozen_ms is None else self.frozen_ms

    def snapshots(self) -> Mapping[str, BotSnapshot]:
        """The bots, in the order of `making`."""
        now_ms = self.now_ms()
        return {made.bot: made for made in (make(now_ms) for make in self.making)}

    def health(self) -> MonitorHealth:
        """A monitor that is well, unless the test says otherwise."""
        now_ms = self.now_ms()
        return MonitorHealth(
            version="0.1.0",
            started_ms=now_ms - 60_000,
            database="sqlite:///user_data/aurum.sqlite",
            database_reachable=self.database_reachable,
            at_ms=now_ms,
            took_ms=4.2,
            looks=31,
            bots=len(self.making),
            alerting=self.alerting,
            alerts=self.alerts,
            faults=self.faults,
        )


class MonitorPage:
    """A server that can go away and come back on the same port.

    Parameters
    ----------
    folder : pathlib.Path
        For the key of the tokens.
    always_ask : bool
        Whether a token is asked for on loopback, too.
    """

    def __init__(self, folder: Path, *, always_ask: bool = False) -> None:
        self.monitor = MadeUpMonitor()
        self.tokens = Tokens(KeyFile(folder / "key.json"), WallClock())
        self._always_ask = always_ask
        self.port = _free_port()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Answer from now on."""
        attempts = WrongAttempts(WallClock())
        access = Access(self.tokens, attempts, "127.0.0.1", self.port, always_ask=self._always_ask)
        config = uvicorn.Config(
            new_app(self.monitor, access),
            host="127.0.0.1",
            port=self.port,
            log_level="error",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + _SECONDS
        while not self._server.started:
            if time.monotonic() > until:
                raise TimeoutError("the monitor's web side did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Be gone."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_SECONDS)
            self._server = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
