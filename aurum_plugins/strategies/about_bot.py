"""Who a bot is, as its signs of life tell it."""

from __future__ import annotations

import ipaddress
import math
import os
import socket
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from freqtrade import __version__ as freqtrade_version
from freqtrade.constants import PROCESS_THROTTLE_SECS

from aurum_plugins.monitoring.reports import LoopReport

_LOOPBACK = "127.0.0.1"


def about_bot(strategy: Any, now_ms: int) -> LoopReport:
    """What does not change while a bot runs.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    now_ms : int
        UTC milliseconds.
    """
    config = strategy.config
    most = config.get("max_open_trades", -1)
    throttle = config.get("internals", {}).get("process_throttle_secs", PROCESS_THROTTLE_SECS)
    return LoopReport(
        pid=os.getpid(),
        host=socket.gethostname(),
        started_ms=now_ms,
        state="",
        throttle_seconds=float(throttle),
        strategy=strategy.get_strategy_name(),
        timeframe=strategy.timeframe,
        exchange=str(config.get("exchange", {}).get("name", "")),
        currency=str(config.get("stake_currency", "")),
        dry_run=bool(config.get("dry_run", True)),
        most_open=-1 if math.isinf(most) else int(most),
        freqtrade=freqtrade_version,
        aurum=_own_version(),
        api=_api_address(config),
    )


def _api_address(config: Mapping[str, Any]) -> str:
    """Where this machine reaches freqtrade's REST API; empty if it is off."""
    server = config.get("api_server") or {}
    if not server.get("enabled"):
        return ""
    address = str(server.get("listen_ip_address") or _LOOPBACK)
    try:
        listens_everywhere = ipaddress.ip_address(address).is_unspecified
    except ValueError:
        listens_everywhere = False
    if listens_everywhere:
        address = _LOOPBACK
    shown = f"[{address}]" if ":" in address else address
    return f"http://{shown}:{server.get('listen_port', 8080)}"


def _own_version() -> str:
    try:
        return version("aurumbotx")
    except PackageNotFoundError:
        return ""
