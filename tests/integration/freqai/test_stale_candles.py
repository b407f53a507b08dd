"""Candles that ended too early, from the strategy's columns to the flags of a trained model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqai_training import TrainedModel, model_configuration
from freqtrade.enums import RunMode
from predicting_strategy import (
    NOW,
    PAIRS,
    SHORT_TARGETS,
    Predictor,
    Received,
    freqai,
    load_strategy,
    populated,
)

from aurum_plugins.clock import HOUR_MS, WallClock

NOW_MS = int(NOW.timestamp()) * 1_000
AURUM = {
    "features": {"include": ["rsi", "body", "market_return", "calendar"]},
    "preprocessing": {"n_features": "all", "outlier_share": 0},
    "targets": {**SHORT_TARGETS, "include": ["forward_return"]},
}
# Rows without history are dropped in training and refused in prediction.
START = 150


class Bot:
    """The strategy, and a model that was trained while nothing was stale."""

    def __init__(self, config: dict[str, Any], runmode: RunMode, ended: pd.Timestamp) -> None:
        self.live = runmode == RunMode.LIVE
        self.strategy = load_strategy(**config)
        self.strategy.dp = Received("1h", "4h", rows=600, runmode=runmode)
        for pair, timeframe in self.strategy.dp.candles:
            self.strategy.dp.end(pair, timeframe, ended)
        self.strategy.freqai = Predictor()
        self.trained = TrainedModel(config, self.frame())

    def frame(self) -> pd.DataFrame:
        frame, _ = populated(self.strategy, live=self.live)
        return frame if self.live else self.strategy.set_freqai_targets(frame)

    def flags(self) -> list[int]:
        """Flags by row, those without history left out."""
        return self.trained.predict(self.frame())[1][START:].tolist()


@pytest.fixture
def clock(monkeypatch) -> Callable[[int], None]:
    def put(now_ms: int) -> None:
        monkeypatch.setattr(WallClock, "now_ms", lambda _: now_ms)

    put(NOW_MS)
    return put


@pytest.fixture
def build(tmp_path, clock) -> Callable[..., Bot]:
    def bot(runmode: RunMode = RunMode.LIVE, ended: pd.Timestamp = NOW) -> Bot:
        file = tmp_path / "config.json"
        file.write_text("{}")
        parameters = freqai(include_timeframes=["1h", "4h"])["feature_parameters"]
        config = model_configuration(
            tmp_path,
            aurum=AURUM,
            freqai={"train_period_days": 3, "backtest_period_days": 1},
            **parameters,
        )
        config["exchange"]["pair_whitelist"] = PAIRS
        # FreqAI keeps a copy of the configuration beside its models.
        config |= {"timerange": "20240110-20240117", "config_files": [str(file)]}
        return Bot(config, runmode, ended)

    return bot


def test_what_is_up_to_date_may_be_used_to_the_last_row(build) -> None:
    bot = build()
    flags = bot.flags()
    assert flags == [1] * (600 - START)
    assert bot.trained.report.left_out == ()


@pytest.mark.parametrize(
    ("since_close_ms", "usable"), [(1, 1), (HOUR_MS - 1, 1), (HOUR_MS, 0), (48 * HOUR_MS, 0)]
)
def test_the_last_candle_may_be_used_until_the_next_has_closed(
    build, clock, since_close_ms, usable
) -> None:
    bot = build()
    clock(NOW_MS + since_close_ms)
    assert bot.flags()[-1] == usable
    assert bot.flags()[-2 if since_close_ms <= HOUR_MS else 0] == 1


def test_nothing_is_forecast_from_a_correlated_pair_that_ended_two_days_ago(build, clock) -> None:
    bot = build()
    bot.strategy.dp.end("BTC/USDT", "1h", NOW - pd.Timedelta(hours=48))
    assert bot.flags() == [1] * (600 - START - 49) + [0] * 49
    last = bot.frame().iloc[-1:]
    assert bot.trained.predict(last)[1].tolist() == [0]
    # Without the clock every one of these rows would do.
    clock(0)
    carried = bot.frame()
    names = [name for name in carried if name.endswith("_BTC/USDT_1h")]
    assert carried[names].iloc[-49:].notna().all(axis=None)


def test_nor_from_its_own_four_hours_that_are_five_days_old(build) -> None:
    bot = build()
    bot.strategy.dp.end("ETH/USDT", "4h", NOW - pd.Timedelta(days=5))
    # From the row of 15:00 on the twelfth to that of 16:00 on the seventeenth.
    stale = 5 * 24 + 2
    assert bot.flags() == [1] * (600 - START - stale) + [0] * stale


@pytest.mark.parametrize("timeframe", ["1h", "4h"])
def test_nor_in_a_backtest_after_the_end_of_a_file(build, timeframe) -> None:
    ended = pd.Timestamp("2024-01-17", tz="UTC")
    bot = build(RunMode.BACKTEST, ended)
    whole = bot.flags()
    assert set(whole) == {1}
    bot.strategy.dp.end("BTC/USDT", timeframe, ended - pd.Timedelta(days=3))
    # The row at which the last candle is seen, and the three days behind it.
    assert bot.flags() == [1] * (len(whole) - 73) + [0] * 73


def test_training_does_without_the_rows_behind_it(build) -> None:
    bot = build()
    before = bot.trained.report
    bot.strategy.dp.end("BTC/USDT", "1h", NOW - pd.Timedelta(hours=12))
    frame = bot.frame()
    bot.trained.train(frame)
    report = bot.trained.report
    assert report.rows_labelled == before.rows_labelled == 600 - 5 - 3
    # Thirteen rows are stale; of these the last three have no label yet.
    assert before.rows_whole - report.rows_whole == 10
    assert {
        report.missing[name] - before.missing.get(name, 0)
        for name in frame
        if name.endswith("_BTC/USDT_1h")
    } == {10}
    assert np.isfinite(bot.trained.kitchen.data_dictionary["train_features"].to_numpy()).all()
