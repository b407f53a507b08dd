"""Which coin a pair is about, by the name that people write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Lots that exchanges trade cheap coins in: 1000SHIB, 1MBABYDOGE, kPEPE. 1INCH is a name.
_LOT: Final = re.compile(r"^(?:1(?:0{3,9}|M)(?=[A-Z]{2})|k(?=[A-Z]{3}))")

# Wrapped, staked and bridged names, and those of exchanges with an alphabet of their own.
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "BTCB": "BTC",
    "CBBTC": "BTC",
    "RENBTC": "BTC",
    "TBTC": "BTC",
    "WBTC": "BTC",
    "XBT": "BTC",
    "BETH": "ETH",
    "CBETH": "ETH",
    "RETH": "ETH",
    "STETH": "ETH",
    "WBETH": "ETH",
    "WEETH": "ETH",
    "WETH": "ETH",
    "WSTETH": "ETH",
    "BNSOL": "SOL",
    "JITOSOL": "SOL",
    "MSOL": "SOL",
    "WSOL": "SOL",
    "WAVAX": "AVAX",
    "WBNB": "BNB",
    "XDG": "DOGE",
}


def coin_of(pair: str) -> str:
    """Ticker of the coin that a pair's base currency is, or stands for.

    Parameters
    ----------
    pair : str
        As ccxt has it: "BTC/USDT", "1000SHIB/USDT:USDT".

    Examples
    --------
    >>> coin_of("WBTC/USDT"), coin_of("1000SHIB/USDT:USDT"), coin_of("1INCH/USDT")
    ('BTC', 'SHIB', '1INCH')
    """
    base = _LOT.sub("", pair.partition("/")[0].strip()).upper()
    return _OTHER_NAMES.get(base, base)
