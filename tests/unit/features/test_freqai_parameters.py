"""What FreqAI's part of the configuration says about features, read before freqtrade checks it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.freqai_parameters import (
    check_periods,
    correlated_pairs,
    freqai_parameters,
    indicator_periods,
)

PERIODS_KEY = "freqai.feature_parameters.indicator_periods_candles"
PAIRS_KEY = "freqai.feature_parameters.include_corr_pairlist"
ABSENT = [{}, {"freqai": {}}, {"freqai": {"feature_parameters": {}}}]


def config_of(**parameters: Any) -> dict[str, Any]:
    return {"freqai": {"feature_parameters": parameters}}


class TestSection:
    @pytest.mark.parametrize("config", ABSENT)
    def test_what_is_absent_is_empty(self, config) -> None:
        assert freqai_parameters(config) == {}

    def test_any_mapping_will_do(self) -> None:
        parameters = MappingProxyType({"label_period_candles": 7})
        config = MappingProxyType({"freqai": MappingProxyType({"feature_parameters": parameters})})
        assert freqai_parameters(config) is parameters

    @pytest.mark.parametrize("value", [None, [], "14", 3, False])
    @pytest.mark.parametrize("key", ["freqai", "freqai.feature_parameters"])
    def test_a_path_that_is_no_object_is_named_where_it_ends(self, key, value) -> None:
        config = value
        for name in reversed(key.split(".")):
            config = {name: config}
        for read in (freqai_parameters, correlated_pairs, indicator_periods):
            with pytest.raises(ConfigurationError, match="must be an object of settings") as caught:
                read(config)
            assert caught.value.key == key
            assert caught.value.value == value


class TestCorrelatedPairs:
    @pytest.mark.parametrize("config", ABSENT)
    def test_there_are_none_by_default(self, config) -> None:
        assert correlated_pairs(config) == ()

    def test_their_order_is_kept(self) -> None:
        config = config_of(include_corr_pairlist=["ETH/USDT", "BTC/USDT"])
        assert correlated_pairs(config) == ("ETH/USDT", "BTC/USDT")
        assert correlated_pairs(config_of(include_corr_pairlist=[])) == ()

    @pytest.mark.parametrize("value", [None, "BTC/USDT", ["BTC/USDT", 3], [None], {"BTC": 1}])
    def test_what_is_no_list_of_pairs_is_refused(self, value) -> None:
        with pytest.raises(ConfigurationError, match="must be a list of pairs") as caught:
            correlated_pairs(config_of(include_corr_pairlist=value))
        assert caught.value.key == PAIRS_KEY
        assert caught.value.value == value


class TestPeriods:
    @pytest.mark.parametrize("config", ABSENT)
    def test_without_any_the_default_counts(self, config) -> None:
        assert indicator_periods(config) == ()
        assert indicator_periods(config, (14, 50)) == (14, 50)

    @pytest.mark.parametrize("periods", [[], [2], [1_000], [50, 14, 2]])
    def test_what_is_given_counts_in_its_order(self, periods) -> None:
        given = config_of(indicator_periods_candles=periods)
        assert indicator_periods(given, (7,)) == tuple(periods)

    @pytest.mark.parametrize(
        ("periods", "rule", "value"),
        [
            ([1], "must be from 2 to 1000 candles", 1),
            ([14, 0], "must be from 2 to 1000 candles", 0),
            ([-14], "must be from 2 to 1000 candles", -14),
            ([1_001], "must be from 2 to 1000 candles", 1_001),
            ([5_000], "must be from 2 to 1000 candles", 5_000),
            ([14.5], "must be from 2 to 1000 candles", 14.5),
            ([14.0], "must be from 2 to 1000 candles", 14.0),
            (["14"], "must be from 2 to 1000 candles", "14"),
            ([True], "must be from 2 to 1000 candles", True),
            ([None], "must be from 2 to 1000 candles", None),
            ([[14]], "must be from 2 to 1000 candles", [14]),
            ([14, 14], "must name each period once", [14, 14]),
            ("14", "must be a list of periods", "14"),
            (14, "must be a list of periods", 14),
            (None, "must be a list of periods", None),
            ({"14": 14}, "must be a list of periods", {"14": 14}),
        ],
    )
    def test_what_is_no_list_of_periods_is_refused(self, periods, rule, value) -> None:
        with pytest.raises(ConfigurationError) as caught:
            indicator_periods(config_of(indicator_periods_candles=periods), (7,))
        assert (caught.value.key, caught.value.rule) == (PERIODS_KEY, rule)
        assert caught.value.value == value
        assert type(caught.value.value) is type(value)

    def test_periods_of_another_place_are_refused_under_its_name(self) -> None:
        check_periods("--period", ())
        check_periods("--period", (2, 2, 1_000))
        with pytest.raises(ConfigurationError, match=r"^--period: must be from 2 .*\(got 1\)$"):
            check_periods("--period", (14, 1))
