"""A rule that can be said in one sentence, so that a forecast is seen beside its costs.

At the close of a candle whose forecast may be acted on, says "up" (probability above one half) and
passes the confidence fixed before, buy with all of the pair's money; sell at the close `h` candles
later, `h` being the horizon; then look again. Money is split equally over the pairs at the
beginning and never moved between them. A price is never looked at before it is known: the fill is
at the close at which the forecast was made, and what that flatters belongs into the cost.

It is no strategy to be traded. It is reported gross, net and beside buying and holding, with its
Sharpe ratio deflated for the number of variants that were tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aurum_plugins.clock import DAY_MS
from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation.deflated_sharpe import (
    SharpeRatio,
    deflated_sharpe,
    luckiest_sharpe,
    probabilistic_sharpe,
)
from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.report import (
    EquityPoint,
    Performance,
    StrategyReport,
    known,
)
from aurum_plugins.preprocessing.quality.report import Period

DAYS_A_YEAR = 365
DEFAULT_COST = 0.001
_HALF = 0.5
_CURVES = ("net", "gross", "hold")


@dataclass(frozen=True)
class Rule:
    """The rule and its price.

    Attributes
    ----------
    horizon : int
        Candles that a position is held for.
    threshold : float
        Confidence in [0, 1] that is acted on.
    cost : float
        Share of the value traded that is lost a side: fee, spread and slippage.
    """

    horizon: int
    threshold: float
    cost: float = DEFAULT_COST

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        return (
            f"Where the forecast is up with a confidence of at least {self.threshold:g}, buy at "
            f"that candle's close, hold for {self.horizon} candles whatever happens, sell at the "
            f"close, and pay {100 * self.cost:g} % of the value a side."
        )


def assess_strategy(table: ForecastTable, rule: Rule, trials: int) -> StrategyReport | None:
    """Follow the rule through all forecasts of a direction.

    Parameters
    ----------
    table : ForecastTable
        With the optional column `close`, and forecasts of a *return* over `rule.horizon` candles.
    rule : Rule
    trials : int
        Variants that were tried, this one included.

    Returns
    -------
    StrategyReport or None
        None where no price is known.
    """
    if not table.has("close"):
        return None
    walks = [
        _Walk.of(pair, rule)
        for _, pair in table.frame.groupby("pair", sort=True)
        if pair["close"].notna().any()
    ]
    if not walks:
        return None
    value = _together(walks)
    daily = value.groupby(value.index // DAY_MS).last()
    returns = daily / daily.shift(fill_value=1.0) - 1.0
    ratio = SharpeRatio.of(returns["net"].to_numpy())
    gains = np.concatenate([walk.gains for walk in walks])
    return StrategyReport(
        rule=rule.words,
        trades=len(gains),
        winners=float((gains > 0).mean()) if len(gains) else None,
        exposure=float(np.concatenate([walk.held for walk in walks]).mean()),
        net=_performance(value["net"], ratio),
        gross=_performance(value["gross"], SharpeRatio.of(returns["gross"].to_numpy())),
        hold=_performance(value["hold"], SharpeRatio.of(returns["hold"].to_numpy())),
        days=len(daily),
        probabilistic_sharpe=known(probabilistic_sharpe(ratio)),
        deflated_sharpe=known(deflated_sharpe(ratio, trials)),
        lucky_sharpe=known(_luckiest(ratio, trials)),
        trials=trials,
        equity=tuple(
            EquityPoint(
                day=Period.of_ms(int(day) * DAY_MS, 0).start, net=net, gross=gross, hold=hold
            )
            for day, net, gross, hold in daily[list(_CURVES)].itertuples(name=None)
        ),
    )


@dataclass(frozen=True)
class _Walk:
    """What the rule did on one pair.

    Attributes
    ----------
    value : pandas.DataFrame of shape (n, 3)
        Of a unit of money at the close of each row's candle; `net`, `gross` and `hold`, by
        UTC milliseconds of the candle's open.
    held : ndarray of bool, shape (n,)
        Rows whose candle was spent in the market.
    gains : ndarray of shape (trades,)
        Net return of each trade.
    """

    value: pd.DataFrame
    held: BoolArray
    gains: FloatArray

    @classmethod
    def of(cls, rows: pd.DataFrame, rule: Rule) -> _Walk:
        price = rows["close"].ffill()
        log_price = np.log(price.to_numpy(dtype=float))
        change = np.nan_to_num(np.diff(log_price, prepend=log_price[0]))
        entries, exits = _trades(rows, rule)
        held = np.zeros(len(rows), dtype=bool)
        paid = np.zeros(len(rows))
        for entry, leave in zip(entries, exits):
            held[entry + 1 : leave + 1] = True
            paid[entry] += 1
            paid[leave] += 1
        a_side = math.log1p(-rule.cost)
        gross = np.cumsum(np.where(held, change, 0.0))
        first = int(np.flatnonzero(rows["close"].notna())[0])
        holding = np.cumsum(change) + a_side * (np.arange(len(rows)) >= first)
        holding[-1] += a_side
        logs = {"net": gross + a_side * np.cumsum(paid), "gross": gross, "hold": holding}
        return cls(
            pd.DataFrame({name: np.exp(log) for name, log in logs.items()}, rows["open_ms"]),
            held,
            np.expm1(log_price[exits] - log_price[entries] + 2 * a_side),
        )


def _trades(rows: pd.DataFrame, rule: Rule) -> tuple[list[int], list[int]]:
    """Rows at whose close the rule buys, and those at whose close it sells."""
    candles = rows["candle"].to_numpy()
    priced = rows["close"].notna().to_numpy()
    wanted = (
        priced
        & rows["usable"].to_numpy(dtype=bool)
        & (rows["probability"].to_numpy() > _HALF)
        & (rows["confidence"].to_numpy() >= rule.threshold)
    )
    sellable = np.flatnonzero(priced)
    entries: list[int] = []
    exits: list[int] = []
    free_from = 0
    for row in np.flatnonzero(wanted):
        if row < free_from or row == sellable[-1]:
            continue
        due = np.searchsorted(candles[sellable], candles[row] + rule.horizon)
        leave = int(sellable[min(due, len(sellable) - 1)])
        entries.append(int(row))
        exits.append(leave)
        free_from = leave
    return entries, exits


def _together(walks: list[_Walk]) -> pd.DataFrame:
    """Value of a unit of money that was split equally, at every time that any pair has."""
    times = walks[0].value.index
    for walk in walks[1:]:
        times = times.union(walk.value.index)
    values = [walk.value.reindex(times).ffill().fillna(1.0) for walk in walks]
    together: pd.DataFrame = sum(values[1:], start=values[0]) / len(values)
    return together


def _performance(value: pd.Series[float], ratio: SharpeRatio) -> Performance:
    path = np.append(1.0, value.to_numpy())
    highest = np.maximum.accumulate(path)
    return Performance(
        total_return=float(path[-1] - 1.0),
        sharpe=known(ratio.per_year(DAYS_A_YEAR)),
        max_drawdown=float((1.0 - path / highest).max()),
    )


def _luckiest(ratio: SharpeRatio, trials: int) -> float:
    """What the best of the trials shows by chance, for a year."""
    if math.isnan(ratio.per_period):
        return math.nan
    return luckiest_sharpe(trials, 1.0 / (ratio.observations - 1)) * math.sqrt(DAYS_A_YEAR)
