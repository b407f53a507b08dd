"""Many of a kind in one line: the worst, and how many more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aurum_plugins.sentiment.one_line import one_line

MOST_NAMED: Final = 3
_LONGEST_NAME: Final = 80


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """So many names, each in one short line, and how many are left out.

    Examples
    --------
    >>> listed(["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"])
    'BTC/USDT, ETH/USDT, SOL/USDT and 1 more'
    """
    shown = ", ".join(one_line(name, _LONGEST_NAME) for name in names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown


def counted(number: int, thing: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "pair"), counted(2, "pair")
    ('1 pair', '2 pairs')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"
