"""AurumScalper and AurumSwing: their own defaults, and thresholds that a market does reach."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import cloudpickle
import pandas as pd
import pytest
from freqtrade.exceptions import OperationalException
from freqtrade.strategy.hyper import detect_all_parameters
from predicting_strategy import ROOT, freqai, load_strategy
from sibling_candles import DATA, provider, real_candles, synthetic_candles

from aurum_plugins.config import validate
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies import BreakoutStrategy

# Name, timeframe, timeframe of the market's leader.
SIBLINGS = [("AurumScalper", "5m", "1h"), ("AurumSwing", "4h", "1d")]
every_sibling = pytest.mark.parametrize("name", [name for name, *_ in SIBLINGS])
EVERY = ["AurumStrategy", *(name for name, *_ in SIBLINGS)]


def analysed(strategy: Any, candles: pd.DataFrame) -> pd.DataFrame:
    pair = {"pair": "BTC/USDT"}
    return strategy.ft_advise_signals(strategy.advise_indicators(candles.copy(), pair), pair)


@pytest.mark.parametrize(("name", "timeframe", "regime"), SIBLINGS)
def test_freqtrade_loads_it_with_its_own_defaults(name, timeframe, regime):
    strategy = load_strategy(strategy=name)
    own = strategy.aurum_defaults
    assert strategy.timeframe == timeframe
    assert strategy.entry_candles.value == own["breakout"]["entry_candles"]
    assert strategy.exit_candles.value == own["breakout"]["exit_candles"]
    assert strategy.settings.atr_candles == own["breakout"]["atr_candles"]
    assert strategy.stop_multiple == own["risk"]["stop_multiple"]
    assert strategy.informative_pairs() == [("BTC/USDT", regime)]
    # One answer of Binance's is a thousand candles, the newest still forming.
    assert strategy.startup_candle_count < 1_000
    assert strategy.stoploss == -0.35


@every_sibling
def test_its_defaults_are_settings_that_there_are(name):
    validate({"aurum": dict(load_strategy(strategy=name).aurum_defaults)})


@pytest.mark.parametrize("name", EVERY)
def test_the_file_is_a_docstring_and_constants(name):
    text = (ROOT / "user_data" / "strategies" / f"{name}.py").read_text(encoding="utf-8")
    assert f"class {name}(BreakoutStrategy):" in text
    assert "def " not in text
    assert len(text.splitlines()) < 50


@every_sibling
def test_the_configuration_goes_before_its_defaults(name):
    aurum = {
        "breakout": {"entry_candles": 40},
        "policy": {"regime_timeframe": "12h"},
        "risk": {"longest_hold_candles": 7},
    }
    strategy = load_strategy(strategy=name, aurum=aurum)
    own = strategy.aurum_defaults
    assert strategy.entry_candles.value == 40
    assert strategy.exit_candles.value == own["breakout"]["exit_candles"]
    assert strategy.policy.regime_timeframe == "12h"
    assert strategy.policy.smoothing_candles == own["policy"]["smoothing_candles"]
    assert RiskSettings.from_config(strategy.config).longest_hold_candles == 7
    assert aurum["breakout"] == {"entry_candles": 40}


def test_the_scalper_holds_nothing_for_longer_than_a_day():
    strategy = load_strategy(strategy="AurumScalper")
    assert RiskSettings.from_config(strategy.config).longest_hold_candles == 288
    opened = datetime(2026, 1, 1, tzinfo=UTC)
    trade = SimpleNamespace(open_date_utc=opened)
    for hours, reason in ((23.9, None), (24, "time_exit")):
        now = opened + timedelta(hours=hours)
        assert strategy.custom_exit("BTC/USDT", trade, now, 1.0, current_profit=0.0) == reason


@every_sibling
def test_one_does_not_leave_its_defaults_to_another(name):
    load_strategy(strategy=name)
    other = load_strategy(strategy="AurumStrategy")
    assert (other.entry_candles.value, other.stop_multiple) == (480, 10)


@every_sibling
def test_a_wrong_setting_is_refused_by_name(name):
    with pytest.raises(OperationalException, match=r"^aurum\.risk: must be an object of settings"):
        load_strategy(strategy=name, aurum={"risk": 5})
    with pytest.raises(OperationalException, match=r"^aurum\.breakout\.entry_candles: "):
        load_strategy({"entry_candles": 0}, strategy=name)


@pytest.mark.parametrize(
    ("config", "warned"),
    [
        ({}, False),
        ({"timeframe": "4h"}, False),
        ({"timeframe": "1h"}, True),
        ({"timeframe": "1h", "aurum": {"breakout": {"entry_candles": 50}}}, False),
        ({"timeframe": "1h", "aurum": {"risk": {"daily_loss": 0.01}}}, True),
    ],
)
def test_candles_of_another_length_than_its_own_are_warned_of(config, warned, caplog):
    with caplog.at_level(logging.WARNING):
        load_strategy(strategy="AurumSwing", **{"aurum": {}, **config})
    wanted = "The lengths of AurumSwing are meant for candles of 4h, and the configuration's "
    assert (wanted in caplog.text) == warned


@every_sibling
def test_hyperopt_may_move_what_it_may_move_of_aurum_strategy(name):
    found = []
    for each in (name, "AurumStrategy"):
        strategy = load_strategy(strategy=each)
        strategy.ft_load_hyper_params()
        found.append({space: sorted(names) for space, names in strategy._ft_hyper_params.items()})
    assert found[0] == found[1]
    # freqtrade lists those of classes, too.
    assert set(detect_all_parameters(type(strategy))) == {"buy", "sell"}


@pytest.mark.parametrize("name", EVERY)
def test_hyperopt_can_send_it_to_its_workers(name):
    # As freqtrade does: base classes of a strategy travel by value.
    modules = [sys.modules[kind.__module__] for kind in BreakoutStrategy.__mro__[:2]]
    strategy = load_strategy(strategy=name, spaces=["buy", "sell"])
    strategy.ft_load_hyper_params(hyperopt=True)
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        copy = cloudpickle.loads(cloudpickle.dumps(strategy))
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)
    assert copy.entry_candles.value == strategy.entry_candles.value


def test_it_answers_the_hooks_of_freqai():
    strategy = load_strategy(
        strategy="AurumScalper",
        freqai=freqai(include_timeframes=["5m"]),
        aurum={"features": {"include": ["rsi", "body"]}},
    )
    candles = synthetic_candles(2, "5m")["5m"]
    strategy.config["timerange"] = "20240101-20240103"
    got = strategy.feature_engineering_expand_basic(candles, {"tf": "5m", "pair": "BTC/USDT"})
    assert "%-body" in got.columns


@pytest.fixture(scope="module")
def invented() -> dict[str, pd.DataFrame]:
    return synthetic_candles(240, "5m", "1h", "4h", "1d")


@every_sibling
def test_without_freqai_it_has_no_features_to_give(name):
    with pytest.raises(OperationalException, match=r"^freqai\.enabled: must be true"):
        load_strategy(strategy=name).set_freqai_targets(pd.DataFrame(), metadata={})


class TestThresholdsAreReached:
    """The first AurumBotX's scalper and swing waited for what no market gives."""

    @pytest.mark.parametrize(("name", "timeframe", "regime"), SIBLINGS)
    def test_on_the_simulated_exchange(self, name, timeframe, regime, invented):
        strategy = load_strategy(strategy=name)
        strategy.dp = provider(invented[regime])
        got = analysed(strategy, invented[timeframe].tail(8_000))
        assert (got["action"] == Action.ENTER).sum() >= 1
        assert (got["action"] == Action.EXIT).sum() >= 1

    @pytest.mark.parametrize(
        ("name", "timeframe", "regime", "folder"),
        [("AurumScalper", "5m", "1h", "binance-5m"), ("AurumSwing", "4h", "1d", "binance-1h")],
    )
    def test_on_real_candles(self, name, timeframe, regime, folder):
        if not (DATA / folder).is_dir():
            pytest.skip(f"no candles in {DATA / folder}")
        strategy = load_strategy(strategy=name)
        leader = real_candles(folder, "BTC/USDT", regime)
        strategy.dp = provider(leader)
        got = analysed(strategy, real_candles(folder, "ETH/USDT", timeframe))
        reasons = set(got["reason"])
        assert (got["action"] == Action.ENTER).sum() >= 5
        # The market and the channels both refuse some, or they would be no filters.
        assert {Reason.BEAR_MARKET, Reason.NO_BREAKOUT, Reason.BREAKDOWN} <= reasons


class TestNoBias:
    """What freqtrade's lookahead and recursive analyses ask, on a hundred candles."""

    @pytest.fixture(params=SIBLINGS, ids=[name for name, *_ in SIBLINGS])
    def judged(self, request, invented) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
        """The strategy, the candles, and what it made of all of them."""
        name, timeframe, regime = request.param
        strategy = load_strategy(strategy=name)
        strategy.dp = provider(invented[regime])
        candles = invented[timeframe].tail(1_200).reset_index(drop=True)
        return strategy, candles, analysed(strategy, candles)

    def test_no_row_looks_ahead(self, judged):
        strategy, candles, whole = judged
        for end in (700, 900, 1_199):
            prefix = analysed(strategy, candles.head(end))
            for column in prefix.columns:
                old, new = whole[column].head(end), prefix[column]
                assert ((old == new) | (old.isna() & new.isna())).all(), column

    def test_no_row_depends_on_where_history_begins(self, judged):
        strategy, candles, whole = judged
        begin = 1_100 - strategy.startup_candle_count
        later = analysed(strategy, candles.iloc[begin:].reset_index(drop=True)).tail(100)
        expected = whole.tail(100)
        columns = ["action", "reason", "channel_high", "channel_low", "market_trend_share"]
        exact = expected[columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(later[columns].reset_index(drop=True), exact)
        for column in ("atr", "volatility"):
            assert later[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-9)
