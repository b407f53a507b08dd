"""A real freqtrade process on a sandbox, driven over its own REST API."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import requests

from aurum_plugins.market_data.simulated_venues import venue_urls

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
CREDENTIALS = {"username": "tester", "password": "on-loopback-only"}

T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, probe: Callable[[], T], seconds: float, every: float = 0.25) -> T:
    """Poll until `probe` returns something true, or fail naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        assert time.monotonic() < deadline, f"no {what} within {seconds:g} s"
        time.sleep(every)


class FreqtradeProcess:
    """`freqtrade trade` with `configs/sandbox.json`, in a folder of its own.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration overlay, database and log; kept between restarts.
    exchange_url : str
        Base URL of the sandbox.
    overlay : mapping
        Configuration on top of `configs/sandbox.json`.
    """

    def __init__(
        self,
        folder: Path,
        exchange_url: str,
        overlay: Mapping[str, Any] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "freqtrade.log"
        self.database = folder / "trades.sqlite"
        self.records = folder / "aurum.sqlite"
        self._process: subprocess.Popen[bytes] | None = None
        urls = {"api": venue_urls("binance", exchange_url)}
        self.config = {
            "add_config_files": [str(ROOT / "configs" / "sandbox.json")],
            "db_url": f"sqlite:///{self.database}",
            "exchange": {"ccxt_config": {"urls": urls}},
            "api_server": {
                **CREDENTIALS,
                "jwt_secret_key": "k" * 40,
                "ws_token": "w" * 20,
                "listen_port": self.port,
            },
            "internals": {"process_throttle_secs": 1, "heartbeat_interval": 0},
        }
        merge(self.config, overlay or {})
        self._arguments = arguments

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, subcommand: str, *arguments: str) -> list[str]:
        """Command line of a freqtrade subcommand with this bot's configuration."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.config))
        config = ("--config", str(path), "--userdir", str(ROOT / "user_data"))
        return [PROGRAM, subcommand, *config, *arguments]

    def start(self) -> None:
        """Start, and wait until the API says that it runs."""
        command = self.command("trade", *self._arguments)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "AURUM_DATABASE_URL": f"sqlite:///{self.records}"},
            )

        def running() -> bool:
            assert self.alive, f"freqtrade ended at start-up:\n{self.tail()}"
            try:
                return self.get("show_config")["state"] == "running"
            except requests.RequestException:
                return False

        wait_for("running bot", running, 60)

    def stop(self) -> None:
        """Ask it to end as Ctrl-C would, and wait."""
        self.send(signal.SIGINT)

    def kill(self) -> None:
        """End it without a chance to clean up."""
        self.send(signal.SIGKILL)

    def send(self, number: int) -> None:
        """Signal the process and wait for its end, once more if it missed the signal."""
        for _ in range(4):
            if self._process is None or not self.alive:
                return
            self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        assert not self.alive, f"freqtrade does not end:\n{self.tail()}"

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    def tail(self, lines: int = 40) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text().splitlines()[-lines:])

    def get(self, path: str, **parameters: Any) -> Any:
        """GET from the REST API."""
        return self._request("GET", path, params=parameters)

    def post(self, path: str, items: list[Any] | None = None, **body: Any) -> Any:
        """POST to the REST API: an object, or a list of `items`."""
        return self._request("POST", path, json=body if items is None else items)

    def delete(self, path: str) -> Any:
        """DELETE on the REST API."""
        return self._request("DELETE", path)

    def _request(self, method: str, path: str, **kwargs: Any) -> Any:
        response = requests.request(
            method,
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            auth=(CREDENTIALS["username"], CREDENTIALS["password"]),
            timeout=60,
            **kwargs,
        )
        response.raise_for_status()
        return response.json()


def merge(target: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Lay `more` over `target`, section by section."""
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


def run_freqtrade(*arguments: str, seconds: float = 300, **environment: str) -> str:
    """Run a freqtrade command in the project's folder and return what it printed.

    Raises
    ------
    AssertionError
        If it exits with anything but 0.
    """
    done = subprocess.run(
        [PROGRAM, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout
