"""Which exchange people mean, of ccxt's many names of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aurum_plugins.sentiment.scored_item import EXCHANGE

# Branches in other countries and other markets, which stand and fall together.
_BRANCHES: Final = ("binance", "bitfinex", "bybit", "coinbase", "gate", "kraken", "kucoin", "okx")
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "cryptocom": "crypto.com",
    "huobi": "htx",
    "myokx": "okx",
    "okex": "okx",
}


def exchange_of(ccxt_id: str) -> str:
    """Subject of items about an exchange: "@" and the name that people write.

    Parameters
    ----------
    ccxt_id : str

    Examples
    --------
    >>> exchange_of("binanceus"), exchange_of("cryptocom"), exchange_of("bitvavo")
    ('@binance', '@crypto.com', '@bitvavo')
    """
    name = ccxt_id.lower()
    branch = next((known for known in _BRANCHES if name.startswith(known)), name)
    return f"{EXCHANGE}{_OTHER_NAMES.get(branch, branch)}"
