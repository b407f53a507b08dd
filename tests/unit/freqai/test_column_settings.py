"""Columns for FreqAI: the market that they look at, and the settings that decide about them."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import (
    FEW,
    HISTORY,
    HOOKS,
    MARKET,
    OHLCV,
    PAIRS,
    added,
    candles,
    configuration,
)
from pandas.testing import assert_frame_equal, assert_series_equal

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import Family, FeatureSet, FeatureSettings
from aurum_plugins.freqai import FreqaiColumns


class TestMarket:
    @pytest.mark.parametrize("nothing", [candles().iloc[:0], pd.DataFrame()])
    def test_without_any_candles_the_calendar_is_left(self, nothing) -> None:
        columns = FreqaiColumns(configuration({"include": ["market", "calendar"]}))
        new = columns.standard(candles(), HOUR_MS, dict.fromkeys(PAIRS, nothing))
        of_market = [name for name in new if name.startswith("%-") and name.endswith("_24")]
        of_calendar = [name for name in new if name.startswith(("%-hour", "%-weekday"))]
        assert (len(of_market), len(of_calendar)) == (11, 4)
        assert new[of_market].isna().all(axis=None)
        assert new[of_calendar].notna().all(axis=None)

    def test_a_leader_without_candles_takes_its_own_features_alone(self) -> None:
        columns = FreqaiColumns(configuration({"include": ["leader_return", "market_return"]}))
        market = {**MARKET, PAIRS[0]: pd.DataFrame()}
        new = columns.standard(candles(), HOUR_MS, market)
        assert new["%-leader_return_24"].isna().all()
        of_two = sum(np.log(MARKET[pair]["close"]).diff(24) for pair in PAIRS[1:]) / 2
        assert_series_equal(new["%-market_return_24"], of_two, check_names=False)

    def test_market_candles_are_repaired_and_joined_by_time(self) -> None:
        columns = FreqaiColumns(configuration(FEW))
        shuffled = {pair: frame.iloc[::-1] for pair, frame in MARKET.items()}
        got = columns.standard(candles(), HOUR_MS, shuffled)
        assert_frame_equal(got, columns.standard(candles(), HOUR_MS, MARKET))

    def test_market_candles_are_left_alone(self) -> None:
        before = {pair: frame.copy(deep=True) for pair, frame in MARKET.items()}
        added(candles(), "standard", FreqaiColumns(configuration()))
        for pair in PAIRS:
            assert_frame_equal(MARKET[pair], before[pair])

    def test_the_pairs_are_freqais_or_those_that_are_named(self) -> None:
        assert FreqaiColumns(configuration()).market_pairs == tuple(PAIRS)
        named = {"market_pairs": ["SOL/USDT", "XRP/USDT"]}
        assert FreqaiColumns(configuration(named)).market_pairs == ("SOL/USDT", "XRP/USDT")

    @pytest.mark.parametrize(
        "chosen", [{"exclude": ["market"]}, {"include": ["rsi", "calendar"]}, {"include": []}]
    )
    def test_no_pairs_where_no_feature_looks_at_them(self, chosen) -> None:
        columns = FreqaiColumns(configuration({**chosen, "market_pairs": PAIRS}))
        assert columns.market_pairs == ()
        calendar = FeatureSettings.from_config(configuration(chosen)).chosen & {"hour_sin"}
        new = columns.standard(candles(), HOUR_MS, {})
        assert ("%-hour_sin" in new) == bool(calendar)

    def test_freqtrade_is_asked_for_the_market_pairs(self) -> None:
        kept = {PAIRS[1]: {"1h": MARKET[PAIRS[1]]}}
        drawer = SimpleNamespace(history_lock=threading.Lock(), historic_data=kept)
        asked = []

        def provide(pair: str, timeframe: str) -> pd.DataFrame:
            asked.append((pair, timeframe))
            return MARKET[pair]

        got = FreqaiColumns(configuration()).market_candles(
            SimpleNamespace(get_pair_dataframe=provide), SimpleNamespace(dd=drawer), "1h", 9
        )
        assert list(got) == PAIRS
        assert asked == [(PAIRS[0], "1h"), (PAIRS[2], "1h")]
        for pair in PAIRS:
            assert_frame_equal(got[pair], MARKET[pair])


class TestSettings:
    @pytest.mark.parametrize("chosen", [{}, FEW, {"include": []}, {"include": list(Family)[:1]}])
    def test_the_lookback_is_that_of_the_features(self, chosen) -> None:
        config = configuration(chosen)
        known = FeatureSet(FeatureSettings.from_config(config))
        # The label's own past: 5 mean ranges of 3 candles each.
        assert FreqaiColumns(config).lookback == max(known.lookback([5, 14]), 7)

    def test_the_lookback_is_that_of_the_label_s_own_past_where_it_is_longer(self) -> None:
        config = configuration({"include": ["last_return"]}, targets={})
        # 720 mean ranges of 24 candles each.
        assert FreqaiColumns(config).lookback == 743
        config["aurum"]["targets"] = {"volatility_candles": 5, "seasons": 6}
        assert FreqaiColumns(config).lookback == 6 * 168

    def test_the_lookback_follows_each_period(self) -> None:
        config = configuration({"include": ["rsi", "market_return"], "market_periods": [100]})
        assert FreqaiColumns(config).lookback == 101
        config["freqai"]["feature_parameters"]["indicator_periods_candles"] = [200, 3]
        rsi = FeatureSet(FeatureSettings(include=("rsi",)))
        assert FreqaiColumns(config).lookback == rsi.lookback([200]) > 101

    def test_without_freqai_there_are_no_periods(self) -> None:
        targets = {"volatility_candles": 2, "horizon_candles": 1, **HISTORY, "history_candles": []}
        chosen = {"include": ["rsi", "last_return"]}
        columns = FreqaiColumns({"aurum": {"features": chosen, "targets": targets}})
        assert columns.lookback == 4
        assert columns.market_pairs == ()

    def test_the_horizon_is_freqais(self) -> None:
        config = configuration(targets={"volatility_candles": 5, **HISTORY})
        config["freqai"]["feature_parameters"]["label_period_candles"] = 7
        labels = FreqaiColumns(config).targets(candles(), HOUR_MS)
        assert labels["&-forward_return"].isna().to_numpy().nonzero()[0].tolist() == [
            *range(5),
            *range(113, 120),
        ]

    @pytest.mark.parametrize("hook", HOOKS)
    def test_candles_are_judged_as_configured(self, hook) -> None:
        jump = candles()
        jump.loc[60:, OHLCV[1:5]] *= 1.5
        strict = FreqaiColumns(configuration(FEW, candles={"largest_move": 1.3}))
        lenient = FreqaiColumns(configuration(FEW))
        assert added(jump, hook, strict).iloc[60].isna().all()
        assert added(jump, hook, lenient).iloc[60].notna().all()

    def test_market_candles_are_judged_as_configured(self) -> None:
        jump = {pair: frame.copy() for pair, frame in MARKET.items()}
        jump[PAIRS[0]].loc[60:, OHLCV[1:5]] *= 1.5
        for largest_move, known in ((1.3, False), (10.0, True)):
            config = configuration(
                {"include": ["leader_return"]}, candles={"largest_move": largest_move}
            )
            new = FreqaiColumns(config).standard(candles(), HOUR_MS, jump)
            assert new["%-leader_return_24"].notna()[60] == known

    @pytest.mark.parametrize(
        ("features", "sections", "key"),
        [
            ({"include": ["rsj"]}, {}, "aurum.features.include"),
            ({}, {"targets": {"horizon": 3}}, "aurum.targets.horizon"),
            ({}, {"candles": {"largest_move": 0.5}}, "aurum.candles.largest_move"),
        ],
    )
    def test_a_wrong_setting_is_refused_by_name(self, features, sections, key) -> None:
        with pytest.raises(ConfigurationError) as caught:
            FreqaiColumns(configuration(features, **sections))
        assert caught.value.key == key

    @pytest.mark.parametrize("periods", [[1], [14.5], ["14"], [14, 14], [5_000], "14", None])
    def test_periods_that_are_none_are_refused_by_name(self, periods) -> None:
        config = configuration()
        config["freqai"]["feature_parameters"]["indicator_periods_candles"] = periods
        with pytest.raises(ConfigurationError) as caught:
            FreqaiColumns(config)
        assert caught.value.key == "freqai.feature_parameters.indicator_periods_candles"

    @pytest.mark.parametrize("pairs", [[], PAIRS[:1]])
    def test_a_market_of_less_than_two_pairs_is_refused(self, pairs) -> None:
        config = configuration()
        config["freqai"]["feature_parameters"]["include_corr_pairlist"] = pairs
        with pytest.raises(ConfigurationError, match="must name 2 pairs or more") as caught:
            FreqaiColumns(config)
        assert caught.value.key == "aurum.features.market_pairs"
        config["aurum"]["features"] = {"exclude": ["market"]}
        assert FreqaiColumns(config).market_pairs == ()

    def test_a_running_bot_is_refused_pairs_that_it_keeps_no_history_of(self) -> None:
        config = configuration({"market_pairs": ["SOL/USDT", "XRP/USDT"]})
        assert FreqaiColumns({**config, "runmode": "backtest"}).market_pairs[1] == "XRP/USDT"
        with pytest.raises(ConfigurationError, match=r"market_pairs: .*\(got 'XRP/USDT'\)"):
            FreqaiColumns({**config, "runmode": "dry_run"})

    @pytest.mark.parametrize("runmode", ["live", "dry_run"])
    def test_pairs_that_no_feature_looks_at_need_no_history(self, runmode) -> None:
        config = configuration({"include": ["rsi"], "market_pairs": ["XRP/USDT"]})
        assert FreqaiColumns({**config, "runmode": runmode}).market_pairs == ()
