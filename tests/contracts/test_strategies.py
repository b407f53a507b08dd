"""What every strategy in `user_data/strategies` promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from freqtrade.configuration.load_config import load_from_files
from freqtrade.enums import RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.resolvers import ProtectionResolver, StrategyResolver

from aurum_plugins.config import validate
from aurum_plugins.freqai import FreqaiColumns

ROOT = Path(__file__).resolve().parents[2]
STRATEGIES = sorted(path.stem for path in (ROOT / "user_data" / "strategies").glob("*.py"))
# On top of another configuration, each names one of them.
LAYERS = {"AurumScalper": "scalper.json", "AurumSwing": "swing.json"}
every_strategy = pytest.mark.parametrize("name", STRATEGIES)


def loaded(*layers: str, **config: Any) -> Any:
    files = [str(ROOT / "configs" / name) for name in ("backtest.json", *layers)]
    whole = {**load_from_files(files), "user_data_dir": ROOT / "user_data", **config}
    return StrategyResolver.load_strategy(whole)


def test_freqtrade_finds_each_and_no_other() -> None:
    config = {"user_data_dir": ROOT / "user_data"}
    found = StrategyResolver.search_all_objects(config, enum_failed=True)
    assert sorted(each["name"] for each in found) == STRATEGIES
    assert {each["class"] is None for each in found} == {False}


@every_strategy
def test_it_loads_with_its_layer_on_its_own_candles(name) -> None:
    strategy = loaded(*filter(None, [LAYERS.get(name)]))
    assert strategy.get_strategy_name() == name
    assert strategy.timeframe == type(strategy).timeframe == strategy.config["timeframe"]
    # Hyperopt pickles it, and looks at all of its attributes.
    strategy.ft_load_hyper_params()


@pytest.mark.parametrize("layer", LAYERS.values())
@pytest.mark.parametrize("below", ["backtest.json", "dry_run.json", "sandbox.json"])
def test_its_layer_is_valid_on_every_other_configuration(below, layer) -> None:
    validate(load_from_files([str(ROOT / "configs" / name) for name in (below, layer)]))


@every_strategy
def test_the_market_s_candles_are_not_shorter_than_its_own(name) -> None:
    strategy = loaded(strategy=name, timeframe=None)
    own, regime = type(strategy).timeframe, strategy.policy.regime_timeframe
    assert timeframe_to_seconds(own) <= timeframe_to_seconds(regime)


@every_strategy
def test_its_protections_are_ones_that_there_are(name) -> None:
    strategy = loaded(strategy=name)
    names = [rule["method"] for rule in strategy.protections]
    assert len(set(names)) == len(names) == 4
    for rule in strategy.protections:
        judge = ProtectionResolver.load_protection(rule["method"], strategy.config, dict(rule))
        assert judge.short_desc()


def test_the_scalper_takes_forecasts_for_five_minutes() -> None:
    strategy = loaded("freqai_5m.json", "scalper.json", runmode=RunMode.BACKTEST)
    assert isinstance(strategy.columns, FreqaiColumns)
    horizon = strategy.config["freqai"]["feature_parameters"]["label_period_candles"]
    assert strategy.policy.smoothing_candles == horizon
