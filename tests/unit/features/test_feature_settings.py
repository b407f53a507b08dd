from __future__ import annotations

import pytest
from pydantic import ValidationError

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.catalogue import CATALOGUE, FEATURES, MARKET_FEATURES, named
from aurum_plugins.features.feature import Family
from aurum_plugins.features.settings import FeatureSettings


def config_of(corr: object = None, **section: object) -> dict[str, object]:
    parameters = {} if corr is None else {"include_corr_pairlist": corr}
    return {
        "aurum": {"features": section},
        "freqai": {"feature_parameters": parameters},
    }


def of_family(family: Family) -> set[str]:
    return {name for name, feature in CATALOGUE.items() if feature.family is family}


@pytest.mark.parametrize("config", [{}, {"aurum": {}}, {"freqai": {}}, config_of()])
def test_without_the_section_everything_is_chosen(config):
    settings = FeatureSettings.from_config(config)
    assert settings == FeatureSettings()
    assert settings.chosen == set(CATALOGUE)
    assert settings.market_periods == (24,)
    assert settings.market_pairs == ()
    assert settings.largest_absent_share == 0.1


def test_lists_of_json_are_taken():
    settings = FeatureSettings.from_config(
        config_of(include=["rsi", "macd"], market_periods=[6, 48], market_pairs=["BTC/USDT"])
    )
    assert settings.include == ("rsi", "macd")
    assert settings.market_periods == (6, 48)
    assert settings.market_pairs == ("BTC/USDT",)


@pytest.mark.parametrize("family", Family)
def test_a_family_stands_for_all_that_it_holds(family):
    assert FeatureSettings(include=(family.value,)).chosen == of_family(family)
    rest = FeatureSettings(exclude=(family.value,)).chosen
    assert rest == set(CATALOGUE) - of_family(family)


def test_what_is_excluded_is_taken_away_last():
    settings = FeatureSettings(include=("technical", "market_return"), exclude=("rsi", "market"))
    assert settings.chosen == of_family(Family.TECHNICAL) - {"rsi"}


@pytest.mark.parametrize(
    ("include", "needs"),
    [
        (("technical",), False),
        (("calendar",), False),
        (("rsi", "breadth"), True),
        (("market",), True),
        ((), False),
    ],
)
def test_whether_the_market_is_looked_at(include, needs):
    assert FeatureSettings(include=include).needs_market is needs


def test_the_market_pairs_are_those_of_freqai_unless_named():
    corr = ["BTC/USDT", "ETH/USDT"]
    assert FeatureSettings.from_config(config_of(corr)).market_pairs == ("BTC/USDT", "ETH/USDT")
    named_ones = FeatureSettings.from_config(config_of(corr, market_pairs=["SOL/USDT"]))
    assert named_ones.market_pairs == ("SOL/USDT",)


@pytest.mark.parametrize("key", ["include", "exclude"])
@pytest.mark.parametrize(
    ("name", "hint"),
    [("rsy", "did you mean rsi? "), ("volumes", "did you mean volume? "), ("zodiac", "")],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(key, name, hint):
    with pytest.raises(ConfigurationError) as caught:
        FeatureSettings.from_config(config_of(**{key: ["rsi", name]}))
    assert caught.value.key == f"aurum.features.{key}"
    mend = f"{name!r} is no feature and no family; {hint}`aurum features` lists them"
    assert caught.value.rule.endswith(mend)


def test_an_unknown_key_is_named_beside_the_known_ones():
    with pytest.raises(ConfigurationError, match="known are exclude, include, largest") as caught:
        FeatureSettings.from_config(config_of(includes=["rsi"]))
    assert caught.value.key == "aurum.features.includes"


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("include", "rsi", "must be a list"),
        ("include", [3], "valid string"),
        ("market_periods", [], "at least 1 item"),
        ("market_periods", [1], "each period must be from 2 to 1000 candles"),
        ("market_periods", [24, 1_001], "each period must be from 2 to 1000 candles"),
        ("market_periods", [2.0], "valid integer"),
        ("market_periods", 24, "must be a list"),
        ("largest_absent_share", -0.01, "greater than or equal to 0"),
        ("largest_absent_share", 0.6, "less than or equal to 0.5"),
        ("largest_absent_share", "0.1", "valid number"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(key, value, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        FeatureSettings.from_config(config_of(**{key: value}))
    assert caught.value.key.startswith(f"aurum.features.{key}")


@pytest.mark.parametrize("value", [None, "BTC/USDT", ["BTC/USDT", 3]])
def test_correlated_pairs_that_are_none_are_refused_where_they_stand(value):
    config = {"freqai": {"feature_parameters": {"include_corr_pairlist": value}}}
    with pytest.raises(ConfigurationError, match="must be a list of pairs") as caught:
        FeatureSettings.from_config(config)
    assert caught.value.key == "freqai.feature_parameters.include_corr_pairlist"
    named_ones = {**config, "aurum": {"features": {"market_pairs": ["SOL/USDT", "BTC/USDT"]}}}
    assert FeatureSettings.from_config(named_ones).market_pairs == ("SOL/USDT", "BTC/USDT")


@pytest.mark.parametrize("pairs", [(), ("BTC/USDT",)])
def test_market_wide_features_need_two_pairs(pairs):
    with pytest.raises(ConfigurationError) as caught:
        FeatureSettings(market_pairs=pairs).check_market()
    assert caught.value.key == "aurum.features.market_pairs"
    assert caught.value.rule == (
        "must name 2 pairs or more, the leader first, for the market-wide features; "
        "or put 'market' into aurum.features.exclude"
    )
    assert caught.value.value == list(pairs)


@pytest.mark.parametrize("chosen", [{"exclude": ("market",)}, {"include": ("rsi", "calendar")}])
@pytest.mark.parametrize("pairs", [(), ("BTC/USDT",)])
def test_without_market_wide_features_no_pairs_are_needed(chosen, pairs):
    FeatureSettings(market_pairs=pairs, **chosen).check_market()


@pytest.mark.parametrize("pairs", [("BTC/USDT", "ETH/USDT"), ("A/B", "C/B", "D/B")])
def test_two_pairs_make_a_market(pairs):
    FeatureSettings(market_pairs=pairs).check_market()
    FeatureSettings(market_pairs=pairs, include=("breadth",)).check_market()


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        FeatureSettings().include = ()


def test_named_refuses_the_first_unknown_name():
    assert named(()) == frozenset()
    assert named(iter(["rsi", "rsi"])) == {"rsi"}
    with pytest.raises(KeyError, match="nonsense"):
        named(["rsi", "nonsense", "rubbish"])


def test_the_catalogue_is_both_kinds_of_features():
    assert set(CATALOGUE) == set(FEATURES) | set(MARKET_FEATURES)
    assert not set(FEATURES) & set(MARKET_FEATURES)
