"""The coins that a pair list is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from aurum_plugins.sentiment.coin_of import coin_of

# As ccxt writes one; freqtrade's lists may hold patterns as well.
PAIR: Final = re.compile(r"[\w$]+/\w+(:\w+)?")


def coins_of(pairs: Iterable[str]) -> tuple[str, ...]:
    """Each coin once, in the order of the pairs; patterns are left out.

    Examples
    --------
    >>> coins_of(["BTC/USDT", ".*/USDT", "WBTC/USDT", "1000SHIB/USDT:USDT"])
    ('BTC', 'SHIB')
    """
    return tuple(dict.fromkeys(coin_of(pair) for pair in pairs if PAIR.fullmatch(pair)))
