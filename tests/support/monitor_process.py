"""A real `aurum monitor`, over the database of a folder."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import AccountReport, LoopReport

T = TypeVar("T")

AURUM = str(Path(sys.executable).with_name("aurum"))
BOT = "Mine (dry run)"
# Fast enough for a test; everything else is as by default.
QUICK = {"silent_seconds": 3.0, "grace_seconds": 1.0}


class MonitorProcess:
    """The command in a process of its own; a context manager.

    Parameters
    ----------
    folder : pathlib.Path
        It is run there.
    settings : mapping
        `aurum.monitor` of the configuration.
    *options : str
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], *options: str) -> None:
        config = {"user_data_dir": str(folder), "aurum": {"monitor": {**QUICK, **settings}}}
        path = folder / "config.json"
        path.write_text(json.dumps(config))
        self._command = [AURUM, "monitor", "--config", str(path), "--port", "0", *options]
        self._folder = folder
        self._log = folder / "monitor.log"

    def __enter__(self) -> Self:
        self._log.write_text("")
        with self._log.open("w") as log:
            self.process = subprocess.Popen(self._command, cwd=self._folder, stderr=log, stdout=log)
        found = wait_for(lambda: re.search(r"Monitor on (http://\S+)", self.log), 60)
        self.client = httpx.Client(base_url=found[1], timeout=10)
        wait_for(self._answers, 30)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self.client.close()

    @property
    def log(self) -> str:
        """What it said."""
        return self._log.read_text()

    def end(self, number: signal.Signals) -> float:
        """Send a signal; seconds until it was gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - began

    def document(self) -> dict[str, Any] | None:
        """Of the bot; None if it is not known."""
        answer = self.client.get(f"/api/bots/{BOT}")
        return answer.json() if answer.status_code == 200 else None

    def health(self) -> dict[str, Any]:
        """Of the monitor."""
        document: dict[str, Any] = self.client.get("/api/health").json()
        return document

    def _answers(self) -> bool:
        try:
            return self.client.get("/api/ping").status_code == 200
        except httpx.TransportError:
            return False


def new_database(folder: Path) -> Database:
    """The database that a bot of that folder makes."""
    return open_database(f"sqlite:///{folder / 'aurum.sqlite'}")


def show_life(database: Database, equity: float = 1_000.0) -> None:
    """What a bot's thread writes every few seconds."""
    now_ms = WallClock().now_ms()
    loop = LoopReport(
        pid=1,
        host="elsewhere",
        started_ms=now_ms - 60_000,
        state="running",
        loop_began_ms=now_ms - 900,
        loop_ended_ms=now_ms - 100,
        loops=9,
    )
    account = AccountReport(cash=equity, equity=equity, exposure=0.0, drawdown=0.0, size_scale=1.0)
    ReportStore(database).write(BOT, [Reported(now_ms, loop), Reported(now_ms, account)])


def wait_for(look: Callable[[], T | None], seconds: float) -> T:
    """What is looked for, once it is there and true.

    Raises
    ------
    TimeoutError
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} seconds")
