"""freqtrade with AurumStrategy on a simulated exchange, for runs that last long.

The bot has a process group of its own, and its output goes to files.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aurum_plugins.database.settings import ENVIRONMENT_VARIABLE
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.simulated_venues import SANDBOX_URL, venue_urls
from aurum_plugins.soak.counted_exchange import KEY, SECRET
from aurum_plugins.soak.plain_environment import plain_environment
from aurum_plugins.soak.resident_memory import memory_mb

PROGRAM: Final = str(Path(sys.executable).with_name("freqtrade"))
PAIRS: Final = tuple(
    f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC")
)
HEARTBEAT: Final = "Bot heartbeat"
# Small positions: costs alone would otherwise reach a loss limit within two hours, and all would
# be quiet from then on.
SMALL_POSITIONS: Final[Mapping[str, Any]] = {"risk": {"position_cap": 0.02}}
_ERRORS = (" - ERROR - ", " - CRITICAL - ", "Traceback (most recent call last)")


class SandboxedBot:
    """`freqtrade trade` with `configs/sandbox.json` or `configs/sandbox_live.json`, on 1m candles.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, databases and logs.
    exchange_url : str
    checkout : pathlib.Path
        Has `configs` and `user_data`.
    live : bool
        Real signed orders, rather than freqtrade's own simulation of them.
    venues : bool
        Whether prices are cross-checked as in `configs/venues.json`, at the sandbox's venues.

    Attributes
    ----------
    config : dict
        The configuration of the next start, on top of that of the sandbox.
    records, trades : pathlib.Path
        Our database and freqtrade's.
    logs : list of pathlib.Path
        One for each start.
    user_data : pathlib.Path
        The checkout's.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the checkout lacks a file.
    """

    def __init__(
        self,
        folder: Path,
        exchange_url: str,
        checkout: Path,
        *,
        live: bool,
        venues: bool = False,
    ) -> None:
        self.folder = folder
        self.records = folder / "aurum.sqlite"
        self.trades = folder / "trades.sqlite"
        self.logs: list[Path] = []
        self._process: subprocess.Popen[bytes] | None = None
        names = ["sandbox_live.json" if live else "sandbox.json", *(["venues.json"] * venues)]
        fragments = [checkout / "configs" / name for name in names]
        self.user_data = checkout / "user_data"
        for file in (*fragments, self.user_data / "strategies" / "AurumStrategy.py"):
            if not file.is_file():
                rule = "must be a file; run this in a checkout of AurumBotX"
                raise ConfigurationError("checkout", rule, str(file))
        self._exchange_url = exchange_url
        self.config: dict[str, Any] = {
            "add_config_files": [str(path) for path in fragments],
            "db_url": f"sqlite:///{self.trades}",
            "exchange": {
                "key": KEY if live else "",
                "secret": SECRET if live else "",
                "pair_whitelist": list(PAIRS),
                "ccxt_config": {"urls": {"api": venue_urls("binance", exchange_url)}},
            },
            "api_server": {"enabled": False},
            "aurum": dict(SMALL_POSITIONS),
            "internals": {"process_throttle_secs": 1, "heartbeat_interval": 1},
        }

    def start(self) -> None:
        """Start it, and return at once."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.config, indent=2))
        self.logs.append(self.folder / f"bot-{len(self.logs):03}.log")
        # Wide, or freqtrade wraps its lines.
        environment = {
            **plain_environment(),
            "COLUMNS": "1000",
            ENVIRONMENT_VARIABLE: f"sqlite:///{self.records}",
            # Other venues are asked there as well, where the configuration names any.
            SANDBOX_URL: self._exchange_url,
        }
        arguments = ["--config", str(path), "--userdir", str(self.user_data)]
        with self.logs[-1].open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - freqtrade, beside this interpreter
                [PROGRAM, "trade", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_looped(self) -> bool:
        """Whether it went through its loop at least once since its last start."""
        return HEARTBEAT in self.logs[-1].read_text(errors="replace")

    @property
    def memory_mb(self) -> float:
        """What the process holds in memory now, in MB; 0 if it does not run."""
        return memory_mb(self._process.pid) if self._process is not None and self.alive else 0.0

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end as Ctrl-C would; kill it if it does not."""
        # freqtrade takes it for a Ctrl-C, which itself is ignored in jobs of the background.
        self._signal(signal.SIGTERM)

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.logs[-1].read_text(errors="replace").splitlines()[-lines:])

    def errors(self) -> list[str]:
        """Lines of all logs that are errors, or begin a trace of one."""
        return [
            line.strip()
            for log in self.logs
            for line in log.read_text(errors="replace").splitlines()
            if any(mark in line for mark in _ERRORS)
        ]

    def _signal(self, number: int) -> None:
        process = self._process
        if process is None:
            return
        for attempt in (number, number, signal.SIGKILL):
            if process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, attempt)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
