"""Pointing freqtrade at a sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from aurum_plugins.market_data.simulated_venues import SANDBOX_URL, venue_urls

_URLS = "FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__"


def freqtrade_environment(url: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment with freqtrade's exchange addresses overridden.

    Parameters
    ----------
    url : str
        Base URL of the sandbox, for example "http://127.0.0.1:8900".
    environment : mapping of str to str
        That of this process unless another is given.

    Returns
    -------
    dict of str to str
        Also lets `freqtrade` be found where this interpreter's own programs are.
    """
    programs = str(Path(sys.executable).parent)
    return {
        **environment,
        "PATH": os.pathsep.join([programs, environment.get("PATH", "")]),
        # Other venues are asked there as well, where the configuration names any.
        SANDBOX_URL: url,
        **{f"{_URLS}{name}": address for name, address in venue_urls("binance", url).items()},
        # Websockets and Binance's public archive are not simulated: only its REST API is.
        "FREQTRADE__EXCHANGE__ENABLE_WS": "false",
        "FREQTRADE__EXCHANGE__ONLY_FROM_CCXT": "true",
    }
