"""The configuration files of a bot that starts, taken down while they are what it has read."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

from aurum_plugins.starts.started_file import StartedFile

logger = logging.getLogger(__name__)

_KEY: Final = "aurum_loaded_files"
_TRADING: Final = frozenset({"live", "dry_run"})


def take_down(config: MutableMapping[str, Any]) -> None:
    """Read the files that freqtrade has just read, so that a later edit is not taken for them.

    They travel with the configuration. Where it is none of a bot, or came from standard input,
    nothing is taken down.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration, with `runmode` and `config_files`.
    """
    if str(getattr(config.get("runmode"), "value", "")) not in _TRADING:
        return
    try:
        files = [StartedFile.read(Path(name)) for name in config.get("config_files", ())]
    except OSError as error:
        # freqtrade could read them a moment ago; no reason not to start.
        logger.warning("The configuration of this start will not be kept: %s", error)
        return
    # A file that is included twice is kept once.
    config.setdefault("internals", {})[_KEY] = tuple({one.path: one for one in files}.values())


def taken_down(config: Mapping[str, Any]) -> tuple[StartedFile, ...]:
    """What `take_down` left in a configuration; empty if it left nothing."""
    found: tuple[StartedFile, ...] = config.get("internals", {}).get(_KEY, ())
    return found
