"""What a feature is: a name, a definition, a source, and a pure function of past candles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aurum_plugins.features.candle_series import CandleSeries, FloatArray


class Family(StrEnum):
    """The groups in which features are chosen and shown."""

    TECHNICAL = "technical"
    PRICE_ACTION = "price_action"
    VOLATILITY = "volatility"
    VOLUME = "volume"
    MICROSTRUCTURE = "microstructure"
    MARKET = "market"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Feature:
    """A scale-free column computed from the candles of one pair.

    Attributes
    ----------
    name : str
        Unique; lower case, words joined by underscores.
    family : Family
    formula : str
        One line; `p` is the period in candles, logarithms are natural.
    source : str
        Where the formula comes from.
    compute : callable of (CandleSeries, int) -> ndarray of float64, shape (n,)
        Row `t` depends on rows ``t - window + 1`` to `t` alone. NaN during the warm-up and where
        the formula is undefined; never infinite. The second argument is the period, for a feature
        without one it is 1.
    window : callable of int -> int
        Candles that a row depends on, itself included, given the period.
    periodic : bool
        Whether the period matters: such features are computed once for each period.
    """

    name: str
    family: Family
    formula: str
    source: str
    compute: Callable[[CandleSeries, int], FloatArray]
    window: Callable[[int], int]
    periodic: bool = True


def same_period(period: int) -> int:
    """Window of a feature that looks at `period` candles."""
    return period


def one_more(period: int) -> int:
    """Window of a feature that looks at `period` changes from candle to candle."""
    return period + 1
