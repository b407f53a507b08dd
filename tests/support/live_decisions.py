"""The candles of a long history, given to the strategy as a running bot would have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from predicting_strategy import load_strategy

from aurum_plugins.trading.decided_rows import DecidedRow

PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
# What one request to an exchange brings, without the candle that is still forming.
LONGEST_FRAME = 999
# As many candles back a running bot has forecasts; FreqAI fills the rest with zeros.
FORECAST_CANDLES = 60
DRIFTS = (0.0, 0.004, -0.004, 0.001)
FORECASTS = ("&-forward_return_up", "&-forward_return_confidence", "&-forward_volatility")


def candles(pair: str, timeframe: str, rows: int, scale: float, swing: int) -> pd.DataFrame:
    """A random walk through calm, rising and falling markets, with some candles without trades.

    Parameters
    ----------
    pair, timeframe : str
    rows : int
    scale : float
        Standard deviation of a candle's log return.
    swing : int
        Candles until the market changes its mind.
    """
    rng = np.random.default_rng([PAIRS.index(pair), rows])
    drift = np.repeat(rng.permutation(np.tile(DRIFTS, rows // (4 * swing) + 1)), swing)[:rows]
    returns = rng.standard_t(4, rows) * scale + drift * scale * 100
    close = 0.37 * 10.0 ** (2 * PAIRS.index(pair)) * np.exp(np.cumsum(returns))
    opens = np.roll(close, 1)
    opens[0] = close[0]
    wick = np.abs(rng.normal(0, scale / 2, (2, rows)))
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=rows, freq=_offset(timeframe), tz="UTC"),
            "open": opens,
            "high": np.maximum(opens, close) * (1 + wick[0]),
            "low": np.minimum(opens, close) * (1 - wick[1]),
            "close": close,
            "volume": rng.lognormal(3, 1, rows),
        }
    )
    frame["date"] = frame["date"].astype("datetime64[ms, UTC]")
    frame.loc[rng.random(rows) < 0.01, "volume"] = 0.0
    return frame


def forecasts(pair: str, rows: int) -> pd.DataFrame:
    """Plausible columns of FreqAI for as many candles; some are not ready."""
    rng = np.random.default_rng([PAIRS.index(pair), rows, 1])
    readiness = np.where(rng.random(rows) < 0.9, 1.0, 2.0)
    probability = 0.5 + 0.1 * np.tanh(np.convolve(rng.normal(0, 0.5, rows), np.ones(20), "same"))
    table = pd.DataFrame(
        {
            "&-forward_return": probability - 0.5,
            "&-forward_return_up": probability,
            "&-forward_return_confidence": rng.random(rows),
            "&-forward_volatility": rng.normal(0, 0.5, rows),
        }
    )
    table.loc[readiness != 1] = 0.0
    table["&-readiness"] = readiness
    table["do_predict"] = (readiness == 1).astype(int)
    return table


class Exchange:
    """What the strategy asks of freqtrade's data provider about the market's leader."""

    def __init__(self, leader: pd.DataFrame, length: pd.Timedelta) -> None:
        self._leader = leader
        self._length = length
        self.now: pd.Timestamp | None = None

    def get_pair_dataframe(self, pair: str, timeframe: str) -> pd.DataFrame:
        """All candles of the leader, or those that a bot has at `now`."""
        if self.now is None:
            return self._leader.copy()
        closed = self._leader.loc[self._leader["date"] + self._length <= self.now]
        return closed.tail(LONGEST_FRAME).reset_index(drop=True)


class Forecaster:
    """Stands in for FreqAI: the forecasts of the candles that it is given, the last of them only.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Forecasts of each pair by the time of the candle's open.
    """

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self._tables = tables
        self.most: int | None = None

    def start(self, frame: pd.DataFrame, metadata: dict[str, Any], _: Any) -> pd.DataFrame:
        """Join the forecasts, zeros where there is none."""
        known = self._tables[metadata["pair"]].reindex(frame["date"]).reset_index(drop=True)
        if self.most is not None:
            known.iloc[: -self.most] = 0.0
        return pd.concat([frame.reset_index(drop=True), known], axis=1)


class Decider:
    """AurumStrategy over histories of several pairs.

    Parameters
    ----------
    timeframe, leader_timeframe : str
    rows : int
        Candles of each history.
    swing : int
        See `candles`.
    forecast : bool
        Whether FreqAI's columns are there.
    aurum : dict
        Our section of the configuration.
    """

    def __init__(
        self,
        timeframe: str,
        leader_timeframe: str,
        rows: int,
        swing: int,
        *,
        forecast: bool,
        aurum: dict[str, Any],
    ) -> None:
        self.length = pd.Timedelta(_offset(timeframe))
        leader_length = pd.Timedelta(_offset(leader_timeframe))
        scale = 0.01 * float(np.sqrt(self.length / pd.Timedelta("1h")))
        self.history = {pair: candles(pair, timeframe, rows, scale, swing) for pair in PAIRS}
        self._forecasts = {
            pair: forecasts(pair, rows).set_index(frame["date"])
            for pair, frame in self.history.items()
        }
        resampled = self.history["BTC/USDT"].set_index("date")["close"].resample(leader_length)
        leader = resampled.last().ffill().reset_index()
        # Candles that were there before, flat: the mean is known early.
        before = pd.DataFrame(
            {
                "date": leader["date"].iloc[0] - leader_length * np.arange(200, 0, -1),
                "close": leader["close"].iloc[0] * (1 + 0.01 * np.sin(np.arange(200))),
            }
        )
        self.exchange = Exchange(pd.concat([before, leader], ignore_index=True), leader_length)
        self.forecaster = Forecaster(self._forecasts)
        self.strategy = self._strategy(timeframe, forecast, aurum)

    def at_once(self) -> Any:
        """What was decided on whole histories, as a backtest analyses them."""
        self.exchange.now = self.forecaster.most = None
        for pair, frame in self.history.items():
            self._analyse(pair, frame)
        return self.strategy.decided

    def live(self, newest: int, frame_rows: int) -> Iterator[tuple[str, DecidedRow]]:
        """The row that a bot reads of each pair when a candle has closed.

        Parameters
        ----------
        newest : int
            Position of that candle.
        frame_rows : int
            How many candles the bot has, that one included.
        """
        self.forecaster.most = FORECAST_CANDLES
        for pair, frame in self.history.items():
            known = frame.iloc[newest + 1 - frame_rows : newest + 1].reset_index(drop=True)
            self.exchange.now = known["date"].iloc[-1] + self.length
            self._analyse(pair, known)
            now_ms = int(self.exchange.now.timestamp() * 1_000)
            row = self.strategy.decided.newest(pair, now_ms)
            assert row is not None
            yield pair, row

    def _analyse(self, pair: str, frame: pd.DataFrame) -> None:
        """As freqtrade asks for indicators and signals."""
        named = {"pair": pair}
        self.strategy.ft_advise_signals(self.strategy.advise_indicators(frame.copy(), named), named)

    def _strategy(self, timeframe: str, forecast: bool, aurum: dict[str, Any]) -> Any:
        strategy = load_strategy(timeframe=timeframe, aurum=aurum)
        strategy.dp, strategy.freqai = self.exchange, self.forecaster
        if forecast:
            # The columns are there; that they would be made of features is of no consequence here.
            strategy.columns = object()
        return strategy


def _offset(timeframe: str) -> str:
    """pandas' spelling of a timeframe."""
    return timeframe.replace("m", "min").replace("d", "D")
