from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.freqai import AlignedFrames

SECONDS = {"5m": 300, "15m": 900, "1h": 3_600}


class Host:
    """Stands in for FreqAI: keeps what it was given, and adds forecasts."""

    def start(self, dataframe: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> Any:
        self.given = dataframe
        return dataframe.assign(**{"&-label": 0.5, "do_predict": 1, "note": "x"})


class Model(AlignedFrames, Host):
    timeframe_seconds = staticmethod(SECONDS.__getitem__)
    base_tf_seconds = 300

    def __init__(self, timeframes: tuple[str, ...] = ("5m", "1h")) -> None:
        self.ft_params = {"include_timeframes": timeframes}


def frame(first: str, rows: int = 40) -> pd.DataFrame:
    dates = pd.date_range(first, periods=rows, freq="5min", tz="UTC")
    return pd.DataFrame({"date": dates, "close": np.arange(rows, dtype=float)})


def started(model: Model, candles: pd.DataFrame, mode: str = "dry_run") -> pd.DataFrame:
    strategy = SimpleNamespace(dp=SimpleNamespace(runmode=SimpleNamespace(value=mode)))
    return model.start(candles, {"pair": "BTC/USDT"}, strategy)


@pytest.mark.parametrize(
    ("first", "aside"),
    [
        ("2025-01-01 00:00", 11),
        ("2025-01-01 00:05", 10),
        ("2025-01-01 00:50", 1),
        ("2025-01-01 00:55", 0),
    ],
)
def test_the_first_row_closes_together_with_a_coarser_candle(first, aside):
    model, candles = Model(), frame(first)
    answer = started(model, candles)
    closes = model.given["date"].iloc[0] + pd.Timedelta(minutes=5)
    assert closes.minute == 0
    assert len(model.given) == 40 - aside
    pd.testing.assert_frame_equal(answer[["date", "close"]], candles)
    np.testing.assert_array_equal(answer["&-label"], [0.0] * aside + [0.5] * (40 - aside))
    np.testing.assert_array_equal(answer["do_predict"], [0] * aside + [1] * (40 - aside))
    assert answer["do_predict"].dtype == int


@pytest.mark.parametrize("mode", ["backtest", "hyperopt"])
def test_a_backtest_gets_the_frame_as_it_is(mode):
    model, candles = Model(), frame("2025-01-01 00:10")
    started(model, candles, mode)
    assert model.given is candles


@pytest.mark.parametrize("timeframes", [(), ("5m",)])
def test_without_a_coarser_timeframe_nothing_is_set_aside(timeframes):
    model, candles = Model(timeframes), frame("2025-01-01 00:10")
    assert len(started(model, candles, "live")) == 40
    assert model.given is candles


def test_a_frame_that_reaches_no_boundary_is_left_alone():
    model, candles = Model(), frame("2025-01-01 00:10", 3)
    started(model, candles)
    assert model.given is candles
    empty = candles.iloc[:0]
    started(model, empty)
    assert model.given is empty


def test_where_no_frames_are_joined_nothing_is_set_aside(monkeypatch):
    model, candles = Model(), frame("2025-01-01 00:10")
    monkeypatch.setattr(model, "joins_frames", lambda pair: pair != "BTC/USDT")
    started(model, candles)
    assert model.given is candles
