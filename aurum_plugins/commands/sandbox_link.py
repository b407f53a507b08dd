"""Pointing freqtrade at a sandbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aurum_plugins.market_data.simulated_venues import SANDBOX_URL, venue_urls

_URLS = "FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__"


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
        # Other venues are asked there as well, where the configuration names any.
        SANDBOX_URL: url,
        **{f"{_URLS}{name}": address for name, address in venue_urls("binance", url).items()},
        # Websockets and Binance's public archive are not simulated: only its REST API is.
        "FREQTRADE__EXCHANGE__ENABLE_WS": "false",
        "FREQTRADE__EXCHANGE__ONLY_FROM_CCXT": "true",
    }
