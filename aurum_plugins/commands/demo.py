"""`aurum demo`: the simulated exchange and freqtrade on it, with one command."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.config import CREDENTIALS_FILE
from aurum_plugins.errors import ConfigurationError, PortInUse
from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

API_HOST = "127.0.0.1"
POLL_SECONDS = 0.5
GRACE_SECONDS = 15.0

_DEFAULTS = SandboxConfig()


def demo(
    config: ConfigFiles = None,
    strategy: Annotated[str, typer.Option(help="Strategy to trade.")] = "AurumStrategy",
    port: Annotated[int, typer.Option(help="Port of the simulated exchange.")] = _DEFAULTS.port,
    api_port: Annotated[int, typer.Option(help="Port of freqtrade's API and FreqUI.")] = 8080,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic market.")] = _DEFAULTS.seed,
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            help="Replay freqtrade's feather files, each candle as one minute, instead.",
        ),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Fault plan; see docs/faults.md.")
    ] = None,
) -> None:
    """Watch freqtrade trade: start the simulated exchange, then the bot on it.

    Nothing real is at stake: no account, no network, and play money. Ctrl-C stops both.
    """
    user_data = Path("user_data")
    files = config or [user_data / "config.json"]
    for file in files:
        if not file.is_file():
            rule = "must be a file; run `aurum demo` in a checkout of AurumBotX, or pass --config"
            raise ConfigurationError("--config", rule, str(file))
    _require_free(API_HOST, api_port)
    settings = SandboxConfig(
        port=port,
        seed=seed,
        replay=None if replay is None else ReplayConfig(directory=replay, play_as="1m"),
        faults=faults,
    )
    market = f"seed-{seed}" if replay is None else replay.resolve().name
    command = [
        "freqtrade",
        "trade",
        *(part for file in files for part in ("--config", str(file))),
        *("--strategy", strategy),
        # A database for each market: a trade of one has no price on another.
        *("--db-url", f"sqlite:///{user_data}/demo-{market}.sqlite"),
    ]
    console = Console(stderr=True)
    with SandboxServer(settings) as server:
        environment = freqtrade_environment(server.url)
        environment["FREQTRADE__API_SERVER__LISTEN_PORT"] = str(api_port)
        _announce(console, server.url, f"http://{API_HOST}:{api_port}", user_data)
        raise typer.Exit(_run_until_stopped(command, environment))


def _announce(console: Console, exchange: str, api: str, user_data: Path) -> None:
    lines = [
        f"Simulated exchange  [bold]{exchange}[/bold]",
        f"FreqUI and API      [bold]{api}[/bold] (FreqUI needs `freqtrade install-ui` once)",
        f"Login               in {user_data / CREDENTIALS_FILE}",
        "Ctrl-C stops both.",
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _run_until_stopped(command: list[str], environment: dict[str, str]) -> int:
    """Run freqtrade; a signal to us asks it to end, and its clean-up is waited for."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # In a process group of its own, or Ctrl-C in a terminal would reach it as well.
    with subprocess.Popen(command, env=environment, process_group=0) as bot:  # noqa: S603
        while bot.poll() is None:
            if stop.wait(POLL_SECONDS):
                bot.send_signal(signal.SIGINT)
                # Asked again after a while: freqtrade can lose a signal in its busiest moments.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    bot.wait(GRACE_SECONDS)
        return bot.returncode


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortInUse(host, port) from None
