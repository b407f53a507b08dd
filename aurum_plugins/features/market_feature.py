"""A feature of the whole market, as seen from one pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.feature import Family
from aurum_plugins.features.market_view import MarketView


@dataclass(frozen=True)
class MarketFeature:
    """A scale-free column computed from the closes of several pairs, or from the time alone.

    Attributes
    ----------
    name, family, formula, source
        As of `aurum_plugins.features.Feature`.
    compute : callable of (MarketView, int) -> ndarray of float64, shape (n,)
        On the grid of the view, which may have NaN rows anywhere. Row `t` depends on rows
        ``t - window + 1`` to `t` alone; never infinite. The second argument is the period.
    window : callable of int -> int
        Candles that a row depends on, itself included, given the period.
    """

    name: str
    family: Family
    formula: str
    source: str
    compute: Callable[[MarketView, int], FloatArray]
    window: Callable[[int], int]
