"""The name under which a bot's records are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def bot_identity(config: Mapping[str, Any]) -> str:
    """Name and mode of a bot, from freqtrade's configuration.

    A dry run and live trading under the same `bot_name` are two bots.

    Examples
    --------
    >>> bot_identity({"bot_name": "Mine", "dry_run": True})
    'Mine (dry run)'
    """
    name = config.get("bot_name") or "freqtrade"
    return f"{name} (dry run)" if config.get("dry_run", True) else f"{name} (live)"
