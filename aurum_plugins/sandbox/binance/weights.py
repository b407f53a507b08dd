"""Request weights that depend on what is asked for.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/rest-api
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from aurum_plugins.sandbox.binance.parameters import INTEGER, Parameters

Weight = Callable[[Parameters], int]

DEPTH_LIMITS = (100, 500, 1_000)
DEPTH_WEIGHTS = (5, 25, 50, 250)
MANY_SYMBOLS = (20, 100)


def fixed(weight: int) -> Weight:
    """Always the same."""
    return lambda _sent: weight


def by_symbol(one: int, several: int) -> Weight:
    """`one` for a `symbol`, `several` without."""
    return lambda sent: one if "symbol" in sent else several


def by_name(name: str, given: int, otherwise: int) -> Weight:
    """`given` if a parameter was sent."""
    return lambda sent: given if name in sent else otherwise


def depth(sent: Parameters) -> int:
    """Of `depth`: by the number of levels."""
    levels = int(sent.raw("limit")) if sent.is_legal("limit", INTEGER) else 0
    return DEPTH_WEIGHTS[bisect_left(DEPTH_LIMITS, levels)]


def day_ticker(sent: Parameters) -> int:
    """Of `ticker/24hr`: by the number of symbols."""
    if "symbol" in sent:
        return 2
    if "symbols" not in sent:
        return 80
    return (2, 40, 80)[bisect_left(MANY_SYMBOLS, _symbols(sent))]


def window_ticker(sent: Parameters) -> int:
    """Of `ticker` and `ticker/tradingDay`: 4 a symbol, 200 at most."""
    return min(4 * _symbols(sent), 200)


def _symbols(sent: Parameters) -> int:
    return sent.raw("symbols").count(",") + 1
