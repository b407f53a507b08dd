"""freqtrade with AurumStrategy on a simulated exchange, for benchmarks that run it for long.

The exchange lives in a thread of this process, the bot in a process group of its own whose output
goes to files.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from aurum_plugins.commands.sandbox_link import api_urls
from aurum_plugins.sandbox import AccountConfig, SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("freqtrade"))
KEY, SECRET = "decision-benchmark", "a-secret-of-the-sandbox"
PAIRS = tuple(f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC"))
HEARTBEAT = "Bot heartbeat"
# Small positions: costs alone would otherwise reach a loss limit within two hours, and all would
# be quiet from then on.
SMALL_POSITIONS = {"risk": {"position_cap": 0.02}}


def simulated_exchange(port: int, seed: int) -> SandboxServer:
    """An exchange whose one account trades with `KEY`."""
    funds = {"USDT": Decimal(10_000)}
    account = AccountConfig(api_key=KEY, secret=SecretStr(SECRET), balances=funds)
    return SandboxServer(SandboxConfig(port=port, seed=seed, accounts=(account,)))


class SandboxedBot:
    """`freqtrade trade` with `configs/sandbox.json` or `configs/sandbox_live.json`, on 1m candles.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, databases and logs.
    exchange_url : str
    live : bool
        Real signed orders, rather than freqtrade's own simulation of them.

    Attributes
    ----------
    records, trades : pathlib.Path
        Our database and freqtrade's.
    logs : list of pathlib.Path
        One for each start.
    """

    def __init__(self, folder: Path, exchange_url: str, *, live: bool) -> None:
        self.folder = folder
        self.records = folder / "aurum.sqlite"
        self.trades = folder / "trades.sqlite"
        self.logs: list[Path] = []
        self._process: subprocess.Popen[bytes] | None = None
        base = "sandbox_live.json" if live else "sandbox.json"
        self.config: dict[str, Any] = {
            "add_config_files": [str(ROOT / "configs" / base)],
            "db_url": f"sqlite:///{self.trades}",
            "exchange": {
                "key": KEY if live else "",
                "secret": SECRET if live else "",
                "pair_whitelist": list(PAIRS),
                "ccxt_config": {"urls": {"api": api_urls(exchange_url)}},
            },
            "api_server": {"enabled": False},
            "aurum": SMALL_POSITIONS,
            "internals": {"process_throttle_secs": 1, "heartbeat_interval": 1},
        }

    def start(self) -> None:
        """Start it, and return at once."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.config, indent=2))
        self.logs.append(self.folder / f"bot-{len(self.logs):03}.log")
        # Wide, or freqtrade wraps its lines.
        environment = {
            **os.environ,
            "COLUMNS": "1000",
            "AURUM_DATABASE_URL": f"sqlite:///{self.records}",
        }
        arguments = ["--config", str(path), "--userdir", str(ROOT / "user_data")]
        with self.logs[-1].open("wb") as log:
            self._process = subprocess.Popen(
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
        self._signal(signal.SIGINT)

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.logs[-1].read_text(errors="replace").splitlines()[-lines:])

    def errors(self) -> list[str]:
        """Lines of all logs that are errors, or begin a trace of one."""
        marks = (" - ERROR - ", " - CRITICAL - ", "Traceback (most recent call last)")
        return [
            line.strip()
            for log in self.logs
            for line in log.read_text(errors="replace").splitlines()
            if any(mark in line for mark in marks)
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


def memory_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1_024 if sizes else 0.0
