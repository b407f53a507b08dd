"""Candles that ended too early, through FreqAI's own joining of pairs and timeframes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import RunMode
from freqtrade.strategy import merge_informative_pair
from pandas.testing import assert_frame_equal
from predicting_strategy import NOW, Received, populated, predicting

from aurum_plugins.clock import HOUR_MS, WallClock

TWO_DAYS = pd.Timedelta(hours=48)
STATIC = {"include": ["rsi", "body", "hour_sin"]}


def milliseconds(moment: pd.Timestamp) -> int:
    return int(moment.timestamp()) * 1_000


@pytest.fixture
def clock(monkeypatch) -> Any:
    """`clock(now_ms)` puts the machine's clock; the last candle has just closed."""

    def put(now_ms: int) -> None:
        monkeypatch.setattr(WallClock, "now_ms", lambda _: now_ms)

    put(milliseconds(NOW))
    return put


@pytest.fixture
def strategy(clock) -> Any:
    made = predicting(STATIC, include_timeframes=["1h", "4h"])
    made.dp = Received("1h", "4h")
    return made


def of(frame: pd.DataFrame, pair: str, timeframe: str) -> pd.DataFrame:
    """Columns of a pair and timeframe, by date."""
    names = [name for name in frame if name.endswith(f"_{pair}_{timeframe}")]
    assert len(names) == 3
    return frame.set_index("date")[names]


def others(frame: pd.DataFrame, pair: str, timeframe: str) -> pd.DataFrame:
    return frame.drop(columns=of(frame, pair, timeframe).columns)


def test_what_is_up_to_date_is_known_to_the_last_row(strategy) -> None:
    frame, kitchen = populated(strategy)
    assert len(kitchen.training_features_list) == 15
    assert frame["date"].iloc[-1] == NOW - pd.Timedelta("1h")
    assert frame[kitchen.training_features_list].iloc[100:].notna().all(axis=None)


@pytest.mark.parametrize(
    ("since_close_ms", "known"),
    [(1, True), (HOUR_MS - 1, True), (HOUR_MS, False), (HOUR_MS + 1, False)],
)
def test_the_pairs_own_last_candle_is_known_until_the_next_has_closed(
    strategy, clock, since_close_ms, known
) -> None:
    clock(milliseconds(NOW) + since_close_ms)
    frame, _ = populated(strategy)
    for pair in ("ETH/USDT", "BTC/USDT"):
        assert of(frame, pair, "1h").iloc[-1].notna().all() == known
        assert of(frame, pair, "1h").iloc[-1].isna().all() != known
        assert of(frame, pair, "1h").iloc[-2].notna().all()
        assert of(frame, pair, "4h").iloc[-1].notna().all()


def test_a_correlated_pair_that_ended_two_days_ago_is_not_known_since(strategy) -> None:
    fresh, _ = populated(strategy)
    strategy.dp.end("BTC/USDT", "1h", NOW - TWO_DAYS)
    frame, _ = populated(strategy)
    stale, before = of(frame, "BTC/USDT", "1h"), of(fresh, "BTC/USDT", "1h")
    # The candle that was carried, and the 48 rows that it was carried to.
    ended = NOW - TWO_DAYS - pd.Timedelta("1h")
    assert stale.loc[ended:].isna().all(axis=None)
    assert len(stale.loc[ended:]) == 49
    earlier = stale.index < ended
    assert_frame_equal(stale[earlier], before[earlier])
    assert_frame_equal(others(frame, "BTC/USDT", "1h"), others(fresh, "BTC/USDT", "1h"))


def test_without_the_clock_freqai_would_carry_it_through_both_days(strategy, clock) -> None:
    # The reason for all of this. If it fails, freqtrade has mended its hole.
    strategy.dp.end("BTC/USDT", "1h", NOW - TWO_DAYS)
    clock(0)
    carried = of(populated(strategy)[0], "BTC/USDT", "1h").iloc[-49:]
    assert carried.notna().all(axis=None)
    assert (carried == carried.iloc[0]).all(axis=None)


def test_freqtrades_merge_carries_a_missing_value_and_looks_for_no_older_one() -> None:
    dates = pd.date_range("2024-01-01", periods=6, freq="1h", tz="UTC")
    pair = pd.DataFrame({"date": dates})
    other = pd.DataFrame({"date": dates[:3], "x": [1.0, 2.0, float("nan")]})
    merged = merge_informative_pair(pair, other, "1h", "1h", ffill=True)
    assert merged["x_1h"].isna().tolist() == [False, False, True, True, True, True]


def test_the_pairs_own_four_hours_that_are_five_days_old(strategy) -> None:
    fresh, _ = populated(strategy)
    strategy.dp.end("ETH/USDT", "4h", NOW - pd.Timedelta(days=5))
    frame, kitchen = populated(strategy)
    stale, before = of(frame, "ETH/USDT", "4h"), of(fresh, "ETH/USDT", "4h")
    # The candle of 12:00 to 16:00 is seen from the row on that closes when it does.
    seen = pd.Timestamp("2024-01-12T15:00", tz="UTC")
    assert stale.loc[seen:].isna().all(axis=None)
    earlier = stale.index < seen
    assert earlier.sum() > 200
    assert_frame_equal(stale[earlier], before[earlier])
    assert_frame_equal(others(frame, "ETH/USDT", "4h"), others(fresh, "ETH/USDT", "4h"))
    assert not frame[kitchen.training_features_list].iloc[-1].notna().all()


@pytest.mark.parametrize("hours", [0, 1, 2, 3])
def test_four_hours_are_known_until_the_next_four_have_closed(strategy, clock, hours) -> None:
    # At 17:00 the candle of 12:00 is the last; that of 16:00 closes at 20:00.
    clock(milliseconds(NOW) + hours * HOUR_MS - (hours == 3))
    frame, _ = populated(strategy)
    assert of(frame, "ETH/USDT", "4h").iloc[-1].notna().all()
    clock(milliseconds(NOW) + 3 * HOUR_MS)
    frame, _ = populated(strategy)
    assert of(frame, "ETH/USDT", "4h").iloc[-2:].isna().all(axis=None)


def test_shifted_candles_of_a_stale_pair_do_not_make_its_rows_whole(clock) -> None:
    strategy = predicting(STATIC, include_shifted_candles=2)
    strategy.dp.end("BTC/USDT", "1h", NOW - TWO_DAYS)
    frame, kitchen = populated(strategy)
    features = frame[kitchen.training_features_list]
    assert len([name for name in features if "_shift-" in name]) == 12
    assert not features.iloc[-49:].notna().all(axis=1).any()
    assert features.iloc[100:-49].notna().all(axis=None)


class TestBacktest:
    @pytest.fixture
    def backtest(self, strategy, tmp_path) -> Any:
        strategy.dp.runmode = RunMode.BACKTEST
        # FreqAI keeps a copy of the configuration beside its models.
        file = tmp_path / "config.json"
        file.write_text("{}")
        strategy.config |= {
            "timerange": "20240110-20240117",
            "config_files": [str(file)],
            "user_data_dir": tmp_path,
        }
        for pair, timeframe in strategy.dp.candles:
            strategy.dp.end(pair, timeframe, pd.Timestamp("2024-01-17", tz="UTC"))
        return strategy

    def test_files_that_reach_the_end_are_known_to_the_last_row(self, backtest, clock) -> None:
        clock(milliseconds(NOW) + 10**10)
        frame, kitchen = populated(backtest, live=False)
        assert frame["date"].iloc[-1] == pd.Timestamp("2024-01-16T23:00", tz="UTC")
        assert frame[kitchen.training_features_list].iloc[100:].notna().all(axis=None)

    @pytest.mark.parametrize("timeframe", ["1h", "4h"])
    def test_a_file_that_ends_early_is_not_known_since(self, backtest, timeframe) -> None:
        fresh, _ = populated(backtest, live=False)
        backtest.dp.end("BTC/USDT", timeframe, pd.Timestamp("2024-01-14", tz="UTC"))
        frame, _ = populated(backtest, live=False)
        stale, before = of(frame, "BTC/USDT", timeframe), of(fresh, "BTC/USDT", timeframe)
        ended = pd.Timestamp("2024-01-13T23:00", tz="UTC")
        assert stale.loc[ended:].isna().all(axis=None)
        assert len(stale.loc[ended:]) == 73
        earlier = stale.index < ended
        assert_frame_equal(stale[earlier], before[earlier])

    def test_one_candle_less_is_too_early(self, backtest) -> None:
        backtest.dp.end("BTC/USDT", "1h", pd.Timestamp("2024-01-16T23:00", tz="UTC"))
        frame, _ = populated(backtest, live=False)
        known = of(frame, "BTC/USDT", "1h").notna().all(axis=1)
        assert known.iloc[-4:].tolist() == [True, True, False, False]
