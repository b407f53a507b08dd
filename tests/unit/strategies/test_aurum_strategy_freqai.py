"""AurumStrategy with FreqAI: the hooks that it answers, and the forecasts that it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from predicting_strategy import (
    FEW_FEATURES,
    NOW,
    PAIRS,
    ROOT,
    SHORT,
    SHORT_TARGETS,
    Predictor,
    Received,
    freqai,
    load_strategy,
    populated,
    predicting,
)
from strategy_provider import Provider

from aurum_plugins.clock import WallClock
from aurum_plugins.reasons import Reason

# Lets freqtrade build the strategy, and says what was imported.
IMPORTED = """
import json, pathlib, sys
from freqtrade.resolvers import StrategyResolver
config = json.loads(sys.argv[1])
StrategyResolver.load_strategy({**config, "user_data_dir": pathlib.Path(config["user_data_dir"])})
print(*sys.modules)
"""


@pytest.fixture(autouse=True)
def at_now(monkeypatch) -> None:
    """The last candle has just closed."""
    monkeypatch.setattr(WallClock, "now_ms", lambda _: int(NOW.timestamp()) * 1_000)


LEADER = ("BTC/USDT", "1d")
LEADER_CANDLES = 100


class Untouchable:
    """In the place of what is not to be asked for anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


class Forecasting(Predictor):
    """Gives the same forecast for every candle."""

    def __init__(self, forecast: dict[str, float]) -> None:
        super().__init__()
        self.forecast = forecast

    def start(self, frame: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> pd.DataFrame:
        self.started.append((metadata, strategy))
        return frame.assign(**self.forecast)


def forecasting(forecast: dict[str, float], policy: dict[str, Any] | None = None) -> Any:
    """The strategy with FreqAI enabled, in a rising market."""
    aurum = {"breakout": SHORT, "features": FEW_FEATURES, "targets": SHORT_TARGETS}
    strategy = load_strategy(freqai=freqai(), aurum={**aurum, "policy": policy or {}})
    strategy.dp, strategy.freqai = Provider(), Forecasting(forecast)
    return strategy


def new_columns(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """What a hook added to candles that it left as they were."""
    pd.testing.assert_frame_equal(after[list(before.columns)], before)
    return [name for name in after.columns if name not in before.columns]


@pytest.mark.parametrize("config", [{}, {"freqai": {}}, {"freqai": {"enabled": False}}])
def test_without_freqai_nothing_of_it_is_touched(config, load, market, analysed):
    strategy = load(SHORT, **config)
    strategy.freqai = Untouchable()
    assert strategy.columns is None
    assert strategy.informative_pairs() == [LEADER]
    plain = analysed(load(SHORT), market())
    pd.testing.assert_frame_equal(analysed(strategy, market()), plain)
    assert not [name for name in plain.columns if "%" in name or "&" in name]


def test_where_nothing_depends_on_the_market_its_candles_are_not_asked_for(load, market, analysed):
    policy = {"bear_entries": "all", "forecasts": "off"}
    strategy = load(SHORT, aurum={"policy": policy})
    strategy.freqai, strategy.dp = Untouchable(), Untouchable()
    got = analysed(strategy, market())
    assert got["market_trend_share"].isna().all()
    assert (got["enter_long"] == 1).sum() > 5


@pytest.mark.parametrize("enabled", [False, True])
def test_only_who_uses_freqai_waits_for_scikit_learn(enabled):
    config = {
        "strategy": "AurumStrategy",
        "strategy_path": str(ROOT / "user_data/strategies"),
        "user_data_dir": str(ROOT / "user_data"),
        "freqai": {**freqai(), "enabled": enabled},
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, json.dumps(config)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = set(done.stdout.split())
    assert "aurum_plugins.signals" in loaded
    for heavy in ("aurum_plugins.freqai", "aurum_plugins.preprocessing", "sklearn", "datasieve"):
        assert (heavy in loaded) == enabled, heavy


def test_freqtrade_keeps_the_candles_of_the_market_pairs():
    both = [("BTC/USDT", "1h"), ("ETH/USDT", "1h")]
    assert predicting().informative_pairs() == [*both, LEADER]
    named = {**FEW_FEATURES, "market_pairs": ["SOL/USDT", "BTC/USDT"]}
    assert predicting(named).informative_pairs() == [
        ("SOL/USDT", "1h"),
        ("BTC/USDT", "1h"),
        LEADER,
    ]
    assert predicting({"include": ["rsi"]}).informative_pairs() == [LEADER]


def test_the_market_pairs_follow_the_timeframe_in_force(load):
    strategy = load(SHORT, freqai=freqai(), timeframe="4h")
    assert strategy.informative_pairs() == [("BTC/USDT", "4h"), ("ETH/USDT", "4h"), LEADER]


@pytest.mark.parametrize("periods", [[5], [14, 50], [500]])
def test_startup_covers_what_the_features_look_back_on(periods):
    strategy = predicting({}, indicator_periods_candles=periods)
    assert strategy.columns.lookback >= max(periods)
    assert strategy.startup_candle_count == max(LEADER_CANDLES, strategy.columns.lookback) + 2


def test_startup_covers_the_strategys_own_windows_where_those_are_longer():
    strategy = predicting({"include": ["body"]})
    assert strategy.columns.lookback == 7  # of the label's own past
    assert strategy.startup_candle_count == LEADER_CANDLES + 2


def test_the_hooks_add_columns_called_as_freqtrade_calls_them(market):
    strategy, candles = predicting(), market()
    of_pair = {"pair": "ETH/USDT", "tf": "1h"}
    with_period = strategy.feature_engineering_expand_all(candles.copy(), 14, metadata=of_pair)
    assert new_columns(candles, with_period) == ["%-rsi-period"]
    without = strategy.feature_engineering_expand_basic(candles.copy(), metadata=of_pair)
    assert new_columns(candles, without) == ["%-body"]
    alone = {"pair": "ETH/USDT"}
    standard = strategy.feature_engineering_standard(candles.copy(), metadata=alone)
    assert new_columns(candles, standard) == [
        "%-market_return_24",
        "%-hour_sin",
        "%-range_regime_3",
        "%-range_season",
    ]
    labels = strategy.set_freqai_targets(candles.copy(), metadata=alone)
    assert new_columns(candles, labels) == ["&-forward_return", "&-forward_volatility"]
    for frame in (with_period, without, standard, labels):
        assert frame.iloc[-4].notna().all()
    assert labels.iloc[-3:, -2:].isna().all(axis=None)


def test_the_expanding_hooks_take_the_timeframe_that_they_are_told():
    strategy = predicting()
    four_hours = Received("4h").get_pair_dataframe("ETH/USDT", "4h")
    of_pair = {"pair": "ETH/USDT", "tf": "4h"}
    for frame in (
        strategy.feature_engineering_expand_all(four_hours.copy(), 14, metadata=of_pair),
        strategy.feature_engineering_expand_basic(four_hours.copy(), metadata=of_pair),
    ):
        # As hours, three candles of four would be missing and every window too full of holes.
        assert frame.iloc[-1].notna().all()


def test_the_market_is_taken_from_freqais_history_first(market):
    strategy, candles = predicting(), market()
    nothing = {pair: {"1h": candles.iloc[:0]} for pair in PAIRS}
    strategy.freqai = Predictor(nothing)
    got = strategy.feature_engineering_standard(candles, metadata={"pair": "ETH/USDT"})
    assert got["%-market_return_24"].isna().all()
    assert got["%-hour_sin"].notna().all()


def test_freqai_itself_finds_the_columns_of_each_pair_timeframe_and_period():
    strategy = predicting(include_timeframes=["1h", "4h"])
    strategy.dp = Received("1h", "4h")
    frame, kitchen = populated(strategy)
    kitchen.find_labels(frame)
    assert sorted(kitchen.training_features_list) == sorted(
        [
            *(
                f"%-{name}_{pair}_{timeframe}"
                for pair in ("ETH/USDT", "BTC/USDT")
                for timeframe in ("1h", "4h")
                for name in ("rsi-period_5", "rsi-period_14", "body_gen")
            ),
            "%-market_return_24",
            "%-hour_sin",
            "%-range_regime_3",
            "%-range_season",
        ]
    )
    assert kitchen.label_list == ["&-forward_return", "&-forward_volatility"]
    candles = strategy.dp.get_pair_dataframe("ETH/USDT", "1h")
    assert frame["date"].tolist() == candles["date"].tolist()
    assert frame[kitchen.training_features_list].iloc[100:].notna().all(axis=None)


@pytest.mark.parametrize("runmode", [RunMode.LIVE, RunMode.DRY_RUN, "live"])
def test_a_running_bot_looks_at_the_clock(monkeypatch, runmode):
    monkeypatch.setattr(WallClock, "now_ms", lambda _: 123)
    strategy = predicting()
    strategy.dp.runmode = runmode
    assert strategy._until_ms() == 123


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT, RunMode.PLOT])
@pytest.mark.parametrize(
    ("timerange", "until"),
    [
        ("20240108-20240117", "2024-01-17"),
        ("-20240117", "2024-01-17"),
        ("1704672000-1705500000", "2024-01-17T14:00"),
        ("1704672000000-1705500000000", "2024-01-17T14:00"),
    ],
)
def test_others_look_at_the_end_of_the_time_range(runmode, timerange, until):
    strategy = predicting()
    strategy.dp.runmode = runmode
    strategy.config["timerange"] = timerange
    assert strategy._until_ms() == pd.Timestamp(until, tz="UTC").timestamp() * 1_000


def test_forecasts_are_there_to_be_looked_at(market, analysed):
    strategy = forecasting({"&-forward_return": 1.0, "do_predict": 1})
    frame = analysed(strategy, market())
    assert {"&-forward_return", "do_predict", "atr", "volatility"} <= set(frame.columns)
    assert strategy.freqai.started == [({"pair": "BTC/USDT"}, strategy)]


def test_those_of_another_model_decide_nothing(load, market, analysed):
    plain = analysed(load(SHORT), market())
    strategy = forecasting({"&-forward_return": 1.0, "do_predict": 1})
    frame = analysed(strategy, market())
    pd.testing.assert_frame_equal(frame[list(plain.columns)], plain)


@pytest.mark.parametrize(
    ("forecast", "reason"),
    [
        ({"&-forward_return_up": 0.6, "&-readiness": 1}, Reason.BREAKOUT),
        ({"&-forward_return_up": 0.5, "&-readiness": 1}, Reason.UNLIKELY),
        ({"&-forward_return_up": 0.6, "&-readiness": 3}, Reason.NO_FORECAST),
        ({"&-forward_return_up": 0.0, "&-readiness": 0}, Reason.NO_FORECAST),
        ({"&-forward_return_up": 0.6}, Reason.NO_FORECAST),
    ],
)
def test_those_of_ours_say_which_breakouts_are_bought(forecast, reason, load, market, analysed):
    plain = analysed(load(SHORT), market())
    # The mean wants half of its forecasts, here three.
    bought = plain.index[plain["enter_long"] == 1]
    policy = {"forecasts": "always", "smoothing_candles": 6, "leave_probability": 0}
    frame = analysed(forecasting(forecast, policy), market())
    assert set(frame.loc[bought, "reason"]) == {int(reason)}
    entered = frame.index[frame["enter_long"] == 1]
    assert entered.equals(bought if reason is Reason.BREAKOUT else bought[:0])
    if "&-readiness" in forecast:
        assert "probability" in frame.columns


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"features": {"include": ["rsj"]}}, r"^aurum\.features\.include: .*'rsj' is no feature"),
        ({"features": {"inclde": []}}, r"^aurum\.features\.inclde: unknown setting"),
        ({"targets": {"horizon_candles": 5}}, r"^aurum\.targets\.horizon_candles: must equal"),
        ({"candles": {"largest_move": 0.5}}, r"^aurum\.candles\.largest_move: .*got 0\.5"),
        ({"features": {"market_pairs": PAIRS[:1]}}, r"^aurum\.features\.market_pairs: .*2 pairs"),
    ],
)
def test_a_wrong_setting_of_freqais_columns_becomes_freqtrades_own_error(section, message, load):
    with pytest.raises(OperationalException, match=message):
        load(aurum=section, freqai=freqai())


@pytest.mark.parametrize("periods", [[1], [14.5], ["14"], [14, 14], [5_000], "14", None])
def test_so_do_periods_that_are_none(periods, load):
    message = r"^freqai\.feature_parameters\.indicator_periods_candles: must "
    with pytest.raises(OperationalException, match=message):
        load(freqai=freqai(indicator_periods_candles=periods))


@pytest.mark.parametrize("runmode", [RunMode.LIVE, RunMode.DRY_RUN])
def test_so_do_market_pairs_that_a_running_bot_keeps_no_history_of(runmode, load):
    config = {
        "freqai": freqai(include_corr_pairlist=["BTC/USDT"]),
        "aurum": {"features": {"market_pairs": ["BTC/USDT", "ETH/USDT"]}},
        "exchange": {"pair_whitelist": ["SOL/USDT"]},
        "pairlists": [{"method": "StaticPairList"}],
    }
    with pytest.raises(OperationalException, match=r"market_pairs: .*\(got 'ETH/USDT'\)$"):
        load(**config, runmode=runmode)
    assert load(**config, runmode=RunMode.BACKTEST).columns.market_pairs[1] == "ETH/USDT"
