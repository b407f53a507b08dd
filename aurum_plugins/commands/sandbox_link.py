"""Pointing freqtrade at a sandbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_URLS = "FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__"
_PATHS = {"public": "/api/v3", "private": "/api/v3", "sapi": "/sapi/v1"}


def api_urls(url: str) -> dict[str, str]:
    """Addresses of a sandbox's APIs, by the names that ccxt gives them.

    Parameters
    ----------
    url : str
        Base URL of the sandbox, for example "http://127.0.0.1:8900".
    """
    return {name: url + path for name, path in _PATHS.items()}


def freqtrade_environment(url: str) -> dict[str, str]:
    """The environment of this process, with freqtrade's exchange addresses overridden.

    Parameters
    ----------
    url : str
        Base URL of the sandbox, for example "http://127.0.0.1:8900".

    Returns
    -------
    dict of str to str
        Also lets `freqtrade` be found where this interpreter's own programs are.
    """
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
        **{f"{_URLS}{name}": address for name, address in api_urls(url).items()},
        # Websockets and Binance's public archive are not simulated: only its REST API is.
        "FREQTRADE__EXCHANGE__ENABLE_WS": "false",
        "FREQTRADE__EXCHANGE__ONLY_FROM_CCXT": "true",
    }
