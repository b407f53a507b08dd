"""Judging one run on several blocks of time, and how far its Sharpe ratio is to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from baselines import Candles, Run, marked_to_market

from aurum_plugins.forecasting.evaluation.bootstrap import Interval, TimeBootstrap
from aurum_plugins.forecasting.evaluation.deflated_sharpe import SharpeRatio, deflated_sharpe

DAYS_A_YEAR = 365
# Days: as long as the entry channel, and about as long as a position and a spell of volatility.
BLOCK_DAYS = 20
FloatArray = npt.NDArray[np.float64]
# A row of the table: a run on each block, by the block's name.
Row = dict[str, Run]


@dataclass(frozen=True)
class Block:
    """Days from `start` up to, not including, `end`."""

    name: str
    start: str
    end: str

    @property
    def span(self) -> tuple[str, str]:
        """As `baselines.py` takes it."""
        return self.start, self.end


def blocks(start: str, split: str, end: str) -> list[Block]:
    """The design block up to `split`, the confirmation block after it, and both together.

    The first alone if the end does not lie behind `split`. Days are written "2024-12-31".
    """
    if end <= split:
        return [Block("design", start, end)]
    return [
        Block("design", start, split),
        Block("confirmation", split, end),
        Block("whole", start, end),
    ]


def freqtrade_row(
    name: str, result: Mapping[str, Any], candles: Candles, parts: list[Block]
) -> Row:
    """One backtest, marked to market and cut into blocks: positions go on from one to the next.

    A trade belongs to the block in which it was opened; what is bought and sold, to the block in
    which that was done.
    """
    whole = marked_to_market(name, dict(result), candles)
    return {part.name: _cut(whole, result, part) for part in parts}


def daily_returns(run: Run) -> FloatArray:
    """Returns of each day, shape (days,)."""
    path = np.concatenate([[1.0], run.equity.to_numpy(dtype=np.float64)])
    returns: FloatArray = path[1:] / path[:-1] - 1
    return returns


def sharpe_interval(run: Run) -> Interval:
    """The Sharpe ratio a year, and where it lies in 95 % of the resamples."""
    (returns,) = _same_days([run])
    return _bootstrap(returns).interval_of_sums(_sharpe, returns, returns**2, np.ones(len(returns)))


def difference_interval(run: Run, other: Run) -> Interval:
    """The same of the first ratio minus the second, both on the same resampled days.

    Raises
    ------
    ValueError
        If the two do not cover the same days.
    """
    ours, theirs = _same_days([run, other])

    def difference(
        a: FloatArray, a_squared: FloatArray, b: FloatArray, b_squared: FloatArray, n: FloatArray
    ) -> FloatArray:
        return _sharpe(a, a_squared, n) - _sharpe(b, b_squared, n)

    columns = ours, ours**2, theirs, theirs**2, np.ones(len(ours))
    return _bootstrap(ours).interval_of_sums(difference, *columns)


def more_than_luck(run: Run, variants: int) -> float:
    """Probability that the ratio is more than the luck of the best of so many variants."""
    return deflated_sharpe(SharpeRatio.of(daily_returns(run)), variants)


def _cut(whole: Run, result: Mapping[str, Any], part: Block) -> Run:
    first, last = (pd.Timestamp(day, tz="UTC") for day in part.span)
    before = whole.equity.loc[whole.equity.index < first]
    base = float(before.iloc[-1]) if len(before) else 1.0
    equity = whole.equity.loc[(whole.equity.index >= first) & (whole.equity.index < last)]
    first_ms, last_ms = (int(moment.timestamp() * 1_000) for moment in (first, last))
    traded, opened = 0.0, 0
    for trade in result["trades"]:
        if first_ms <= trade["open_timestamp"] < last_ms:
            traded += trade["amount"] * trade["open_rate"]
            opened += 1
        # What is still held at the end is sold at its last candle.
        if first_ms <= trade["close_timestamp"] <= last_ms:
            traded += trade["amount"] * trade["close_rate"]
    worth = float(equity.mean()) * float(result["starting_balance"])
    turnover = traded / worth * DAYS_A_YEAR / len(equity)
    return Run(whole.name, equity / base, opened, turnover)


def _sharpe(total: FloatArray, squares: FloatArray, days: FloatArray) -> FloatArray:
    mean = total / days
    variance = (squares - days * mean**2) / (days - 1)
    ratio: FloatArray = mean / np.sqrt(variance) * np.sqrt(DAYS_A_YEAR)
    return ratio


def _bootstrap(returns: FloatArray) -> TimeBootstrap:
    return TimeBootstrap(np.arange(len(returns)), BLOCK_DAYS)


def _same_days(runs: list[Run]) -> list[FloatArray]:
    days = runs[0].equity.index
    for run in runs[1:]:
        if not run.equity.index.equals(days):
            raise ValueError(f"{run.name} and {runs[0].name} must cover the same days")
    return [daily_returns(run) for run in runs]
