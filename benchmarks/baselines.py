"""What the breakout ought to earn, what holding earns, and what freqtrade's backtest really earned.

    python benchmarks/baselines.py --datadir DIR [--result backtest-result-….zip]…

The idealised series know no order book, no minimum stake and no slots: the weight decided at a
close earns the return to the next close and pays the fee on what changes. freqtrade's results are
marked to market on the same candles at the same moments, so that one definition of every figure
serves all rows: Sharpe is mean over sample standard deviation of daily returns, times the root of
365.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from aurum_plugins.errors import DataError
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.signals import (
    BreakoutSettings,
    annualised_volatility,
    average_true_range,
    breaks_down,
    breaks_out,
    lower_channel,
    upper_channel,
)

PAIRS = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "BNB/USDT"]
HOUR_MS = 3_600_000
Candles = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Run:
    """One row of the table.

    `equity` is what 1.0 had become at the end of each UTC day; `trades` counts positions opened;
    `turnover` is what was bought and sold, in multiples of the equity a year. `log` takes the
    Sharpe ratio of log returns.
    """

    name: str
    equity: pd.Series
    trades: int
    turnover: float
    log: bool = False

    def figures(self) -> tuple[float, float, float]:
        """Sharpe ratio, maximum drawdown (negative) and compound growth a year."""
        path = np.concatenate([[1.0], self.equity.to_numpy()])
        returns = np.diff(np.log(path)) if self.log else path[1:] / path[:-1] - 1
        spread = returns.std(ddof=1)
        sharpe = returns.mean() / spread * np.sqrt(365) if spread > 0 else float("nan")
        drawdown = (path / np.maximum.accumulate(path) - 1).min()
        return float(sharpe), float(drawdown), float(path[-1] ** (365 / len(returns)) - 1)


def load(datadir: Path, pairs: Sequence[str], timeframe: str = "1h") -> Candles:
    """Read candles of freqtrade's feather layout, indexed by the UTC time of their open.

    Raises
    ------
    DataError
        If a file is missing or is no feather file.
    """
    candles = {}
    for pair in pairs:
        path = datadir / f"{pair.replace('/', '_')}-{timeframe}.feather"
        if not path.is_file():
            raise DataError(path, "no such candle file; give its folder with --datadir")
        try:
            candles[pair] = pd.read_feather(path).set_index("date")
        except (OSError, ValueError, KeyError) as error:
            raise DataError(path, f"not a candle file in freqtrade's layout ({error})") from error
    return candles


def daily(returns: pd.Series) -> pd.Series:
    """Compound the returns of candles into the equity at the end of each UTC day."""
    return (1 + returns.fillna(0)).cumprod().resample("1D").last().ffill()


def hold(name: str, candles: Candles, span: tuple[str, str], *, log_returns: bool = False) -> Run:
    """Buy equal amounts once and never touch them; or average log returns, see `breakout`."""
    closes = pd.DataFrame({pair: frame["close"] for pair, frame in candles.items()}).ffill()
    before = closes.loc[closes.index < pd.Timestamp(span[0], tz="UTC")].iloc[-1]
    value = window(closes, *span) / before
    mean = np.exp(np.log(value).mean(axis=1)) if log_returns else value.mean(axis=1)
    return Run(name, mean.resample("1D").last().ffill(), len(candles), 0.0, log_returns)


def window(frame: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Rows from `start` up to, not including, `end`."""
    first, last = pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC")
    return frame.loc[(frame.index >= first) & (frame.index < last)]


def positions(
    frame: pd.DataFrame,
    rules: BreakoutSettings,
    *,
    closes_only: bool,
    stop_multiple: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Walk one pair's candles: whether it is held after each close, and the price paid out at.

    `stop_multiple` counts average true ranges between entry and stop; None is no stop at all.

    The price is the close, but for a candle that ran through the stop: there it is the stop, or the
    open if that was lower already.
    """
    high, low = (frame["close"],) * 2 if closes_only else (frame["high"], frame["low"])
    enter = breaks_out(frame, upper_channel(high, rules.entry_candles)).to_numpy()
    leave = breaks_down(frame, lower_channel(low, rules.exit_candles)).to_numpy()
    ranges = average_true_range(frame, rules.atr_candles).to_numpy()
    distance = np.inf if stop_multiple is None else stop_multiple * ranges
    stops = frame["close"].to_numpy() - distance
    opens, lows, price = (frame[name].to_numpy(copy=True) for name in ("open", "low", "close"))
    held = np.zeros(len(frame))
    stop, inside = -np.inf, False
    for row in range(len(frame)):
        if inside and lows[row] <= stop:
            price[row], inside = min(stop, opens[row]), False
        elif inside and leave[row]:
            inside = False
        elif not inside and enter[row]:
            inside, stop = True, stops[row]
        held[row] = inside
    return held, price


def breakout(
    name: str,
    *,
    candles: Candles,
    span: tuple[str, str],
    fee: float,
    resized: bool = False,
    stopped: bool = False,
    closes_only: bool = False,
    log_returns: bool = False,
    settings: BreakoutSettings | None = None,
    risk: RiskSettings | None = None,
    candle_ms: int = HOUR_MS,
) -> Run:
    """Trade every pair on an equal share of the equity, scaled to the volatility target.

    Parameters
    ----------
    name : str
        Of the row.
    candles : dict of pandas.DataFrame
        As `load` gives them.
    span : tuple of str
        First day, and the day after the last.
    fee : float
        Of what is bought or sold, 0.001 is 0.1 %.
    resized : bool
        Follow the volatility at every candle, not only at the entry.
    stopped : bool
        Leave at the ATR stop as well.
    closes_only : bool
        Channels of closes instead of highs and lows.
    log_returns : bool
        Average log returns over the pairs. No portfolio earns that mean: it is below what an equal
        split earns, the more so the more the pairs differ. Here for comparison with tables that use
        it.
    settings : BreakoutSettings, optional
        Default lengths if absent.
    risk : RiskSettings, optional
        Of which only `volatility_target` and `stop_multiple` count; the defaults if absent.
    candle_ms : int
        Length of a candle in milliseconds.
    """
    rules, sizes = settings or BreakoutSettings(), risk or RiskSettings()
    multiple = sizes.stop_multiple if stopped else None
    earned, changed, trades = {}, {}, 0
    for pair, frame in candles.items():
        held, price = positions(frame, rules, closes_only=closes_only, stop_multiple=multiple)
        sigma = annualised_volatility(frame["close"], rules.volatility_candles, candle_ms)
        size = (sizes.volatility_target / sigma).clip(upper=1.0).fillna(0.0)
        entered = np.diff(held, prepend=0.0) > 0
        weight = (size if resized else size.where(entered).ffill().fillna(0.0)) * held
        move = pd.Series(price, frame.index) / frame["close"].shift(1)
        gain = np.log(move) if log_returns else move - 1
        changed[pair] = weight.diff().abs()
        earned[pair] = weight.shift(1) * gain - fee * changed[pair]
        trades += int(window(pd.DataFrame({"in": entered}, frame.index), *span)["in"].sum())
    returns = window(pd.DataFrame(earned), *span).fillna(0).mean(axis=1)
    equity = daily(np.expm1(returns) if log_returns else returns)
    traded = window(pd.DataFrame(changed), *span).fillna(0).mean(axis=1).sum()
    return Run(name, equity, trades, float(traded * 365 / len(equity)), log_returns)


def marked_to_market(name: str, result: dict[str, Any], candles: Candles) -> Run:
    """Value the trades of a freqtrade backtest at the end of every day.

    An open position is worth its amount at the close, less the fee for selling it; a closed one
    what freqtrade booked. Positions are taken to have one entry and one exit.
    """
    start, end = result["backtest_start"], result["backtest_end"]
    closes = pd.DataFrame({pair: frame["close"] for pair, frame in candles.items()}).ffill()
    value = pd.Series(float(result["starting_balance"]), window(closes, start, end).index)
    opened = pd.DatetimeIndex(value.index).as_unit("ms").asi8
    traded = 0.0
    for trade in result["trades"]:
        cost = trade["amount"] * trade["open_rate"]
        now = trade["amount"] * closes[trade["pair"]].loc[value.index] * (1 - trade["fee_close"])
        unrealised = now - cost * (1 + trade["fee_open"])
        live = (opened >= trade["open_timestamp"]) & (opened < trade["close_timestamp"])
        done = opened >= trade["close_timestamp"]
        value = value + np.where(live, unrealised, np.where(done, trade["profit_abs"], 0.0))
        traded += cost + trade["amount"] * trade["close_rate"]
    equity = (value / result["starting_balance"]).resample("1D").last().ffill()
    turnover = traded / value.mean() * 365 / len(equity)
    return Run(name, equity, len(result["trades"]), float(turnover))


def read_results(path: Path) -> dict[str, dict[str, Any]]:
    """Read a backtest export (.zip or .json): strategy name to result.

    Raises
    ------
    DataError
        If it is missing or is no such export.
    """
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read(f"{path.stem}.json").decode()
        else:
            text = path.read_text()
        found: dict[str, dict[str, Any]] = json.loads(text)["strategy"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(path, f"not a freqtrade backtest export ({error})") from error
    return found


def table(runs: list[Run], title: str) -> Table:
    """Lay the runs out for a terminal."""
    grid = Table(title=title)
    for column in ("", "Sharpe", "max. drawdown", "CAGR", "trades", "turnover a year"):
        grid.add_column(column, justify="right" if column else "left")
    for run in runs:
        sharpe, drawdown, growth = run.figures()
        cells = f"{sharpe:.2f}", f"{drawdown:.1%}", f"{growth:.1%}"
        grid.add_row(run.name, *cells, str(run.trades), f"{run.turnover:.1f}")
    return grid


def main(
    datadir: Annotated[Path, typer.Option(help="Folder with PAIR-1h.feather files.")],
    result: Annotated[list[Path] | None, typer.Option(help="Backtest export; repeatable.")] = None,
    start: Annotated[str, typer.Option(help="First day, UTC.")] = "2021-10-01",
    end: Annotated[str, typer.Option(help="The day after the last, UTC.")] = "2024-12-31",
    fee: Annotated[float, typer.Option(help="Of every purchase and sale.")] = 0.001,
) -> None:
    """Print holding, the idealised breakout and freqtrade's results as one table."""
    try:
        candles = load(datadir, PAIRS)
        results = {path: read_results(path) for path in result or []}
    except DataError as error:
        Console(stderr=True).print(f"error: {error}", soft_wrap=True)
        raise typer.Exit(1) from error
    span = start, end
    ideal = partial(breakout, candles=candles, span=span, fee=fee)
    runs = [
        hold("buy and hold", candles, span),
        hold("buy and hold, mean log returns", candles, span, log_returns=True),
        ideal("breakout, resized every hour", resized=True),
        ideal("the same on closes", resized=True, closes_only=True),
        ideal("on closes, mean log returns", resized=True, closes_only=True, log_returns=True),
        ideal("breakout, sized at entry"),
        ideal("breakout, sized at entry, ATR stop", stopped=True),
    ]
    for path, strategies in results.items():
        runs += [
            marked_to_market(f"{name} in freqtrade, {path.stem}", found, candles)
            for name, found in strategies.items()
        ]
    width = None if sys.stdout.isatty() else 120
    Console(width=width).print(
        table(runs, f"{len(PAIRS)} pairs, {start} to {end}, fee {fee:.2%} a side")
    )


if __name__ == "__main__":
    typer.run(main)
