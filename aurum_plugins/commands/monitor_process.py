"""The monitor's process: its parts, put together, and served until somebody ends it."""

from __future__ import annotations

import logging
import os
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console

from aurum_plugins.clock import WallClock
from aurum_plugins.database.address import shown
from aurum_plugins.database.settings import database_url
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.alerting import Alerting
from aurum_plugins.monitoring.alerts.channels.new_channels import new_channels
from aurum_plugins.monitoring.alerts.database_watch import DatabaseWatch
from aurum_plugins.monitoring.freqtrade_api import FreqtradeApi
from aurum_plugins.monitoring.known_bots import meant_bots
from aurum_plugins.monitoring.monitor import Monitor
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.read_snapshot import SnapshotReader
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.monitoring.watched_database import WatchedDatabase, open_watched
from aurum_plugins.monitoring.web.access import Access
from aurum_plugins.monitoring.web.app import new_app
from aurum_plugins.monitoring.web.host_name import HostName
from aurum_plugins.monitoring.web.key_file import key_file_of
from aurum_plugins.monitoring.web.listener import listen
from aurum_plugins.monitoring.web.monitor_server import MonitorServer
from aurum_plugins.monitoring.web.tokens import Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

_FORMAT: Final = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


@dataclass(frozen=True)
class MonitorRequest:
    """What was asked for on the command line.

    Attributes
    ----------
    host : str or None
        None: the configuration's, as is the port.
    port : int or None
    hosts : tuple of str
        Further names to be asked under.
    always_ask : bool
        Ask for a token on loopback, too.
    bot : str or None
        None: every bot.
    alerts : bool
        Whether to raise any.
    open_page : bool
        In a browser.
    """

    host: str | None = None
    port: int | None = None
    hosts: tuple[str, ...] = ()
    always_ask: bool = False
    bot: str | None = None
    alerts: bool = True
    open_page: bool = False


def run_monitor(config: Mapping[str, Any], request: MonitorRequest) -> None:
    """Watch and serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration, or an empty one.
    request : MonitorRequest

    Raises
    ------
    aurum_plugins.errors.PortInUse
        If another program has the port.
    aurum_plugins.errors.ConfigurationError
        If a setting breaks a rule.
    """
    settings = MonitorSettings.from_config(config)
    clock = WallClock()
    for name in request.hosts:
        parsed = HostName.parse(name)
        if parsed is None or (":" in name and not name.startswith("[")):
            raise ConfigurationError("--allow-host", "must be a name, without a port", name)
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    # The alerts that are kept in memory need tables, too, but nobody needs to read of it.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    port = settings.port if request.port is None else request.port
    with ExitStack() as at_end:
        # First of all: whoever starts it twice should know at once.
        listener = at_end.enter_context(listen(request.host or settings.host, port))
        monitor = _monitor(config, settings, clock, request, at_end)
        address, port = listener.getsockname()[:2]
        access = Access(
            Tokens(key_file_of(config), clock),
            WrongAttempts(clock),
            address,
            port,
            hosts=request.hosts,
            always_ask=request.always_ask,
        )
        server = MonitorServer(new_app(monitor, access, settings, clock), listener)
        monitor.start()
        at_end.callback(monitor.stop)

        def announce() -> None:
            _announce(server.url, monitor, needs_tokens=access.needs_tokens)
            if request.open_page:
                webbrowser.open(server.url)

        server.run(announce)


def _monitor(
    config: Mapping[str, Any],
    settings: MonitorSettings,
    clock: WallClock,
    request: MonitorRequest,
    at_end: ExitStack,
) -> Monitor:
    url = database_url(config)
    sources = SnapshotSources.from_config(config)
    bots = None if request.bot is None else frozenset(meant_bots(request.bot))

    def is_meant(bot: str) -> bool:
        return bots is None or bot in bots

    if not request.alerts:

        def connect_silently() -> WatchedDatabase:
            database = open_watched(url)
            return WatchedDatabase(database, SnapshotReader(database, sources), None)

        return Monitor(connect_silently, shown(url), clock, is_meant=is_meant, alerting=False)

    channels = new_channels(settings, config, os.environ, clock)
    away = DatabaseWatch(channels, settings, clock)
    away.start()
    at_end.callback(away.stop)
    answers, cannot_write = FreqtradeApi().answers, away.cannot_write

    def connect() -> WatchedDatabase:
        database = open_watched(url)
        alerting = Alerting(database, channels, settings, clock, answers, cannot_write)
        return WatchedDatabase(database, SnapshotReader(database, sources), alerting)

    return Monitor(connect, shown(url), clock, is_meant=is_meant, tell_database=away.tell)


def _announce(url: str, monitor: Monitor, *, needs_tokens: bool) -> None:
    console = Console(stderr=True)
    console.print(f"Monitor on [bold]{url}[/bold]", highlight=False)
    database = monitor.health().database
    console.print(f"  database  {database}", highlight=False, markup=False, soft_wrap=True)
    if needs_tokens:
        said = "asked for; `aurum monitor token --days 30` prints one"
    else:
        said = "none needed from this machine"
    console.print(f"  token     {said}", highlight=False, markup=False)
    console.print("  Ctrl-C stops it.", highlight=False)
