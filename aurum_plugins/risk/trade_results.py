"""Net results of closed trades, in the order in which they closed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol


class FinishedTrade(Protocol):
    """What is read of freqtrade's closed trades."""

    @property
    def close_profit(self) -> float | None:
        """Net result as a share of the stake."""

    @property
    def close_date_utc(self) -> datetime:
        """When it closed."""


def known(result: float | None) -> float:
    """Give `result` as a finite number, or NaN."""
    return result if result is not None and math.isfinite(result) else math.nan


def results_in_order(trades: Iterable[FinishedTrade]) -> list[float]:
    """Net results as shares of the stake, oldest first; NaN where one is not known.

    Of trades that closed in the same instant, as they do in backtests, the worse comes later:
    whoever looks at the latest results sees the losses, in whatever order they were stored.
    """
    dated = [(trade.close_date_utc, known(trade.close_profit)) for trade in trades]
    worst = math.inf
    dated.sort(key=lambda pair: (pair[0], worst if math.isnan(pair[1]) else -pair[1]))
    return [result for _, result in dated]


def losses_in_a_row(results: Sequence[float]) -> int:
    """How many of the latest results are losses without a break.

    Parameters
    ----------
    results : sequence of float
        Oldest first. An unknown one (NaN) counts as a loss; 0.0 is none.
    """
    count = 0
    for result in reversed(results):
        if result >= 0:
            break
        count += 1
    return count
