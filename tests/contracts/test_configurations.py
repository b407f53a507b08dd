"""Every configuration that we ship, judged by freqtrade itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import rapidjson
from freqtrade.configuration.load_config import load_from_files
from freqtrade.enums import RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade_process import run_freqtrade
from ready_freqtrade import ReadyFreqtrade

from aurum_plugins.config import validate
from aurum_plugins.features import TargetSettings
from aurum_plugins.forecasting import EnsembleSettings
from aurum_plugins.forecasting.conformal.conformal_layer import LEVELS
from aurum_plugins.forecasting.conformal.rolling_record import least_record
from aurum_plugins.forecasting.registry import PromotionSettings
from aurum_plugins.forecasting.universe_settings import UniverseSettings
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.freqai.ensemble_plan import EnsemblePlan
from aurum_plugins.market_data.venue_settings import DOLLARS, VenueSettings
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
# Parts of others, no configurations of their own.
RISK = ("risk_conservative.json", "risk_balanced.json", "risk_aggressive.json")
FRAGMENTS = {
    "exchange.json",
    "api_server.json",
    "sentiment.json",
    "venues.json",
    "monitor.json",
    "freqai.json",
    "freqai_5m.json",
    "freqai_universe.json",
    "scalper.json",
    "swing.json",
    "producer.json",
    "consumer.json",
    *RISK,
}
FREQAI = {"freqai.json": "1h", "freqai_5m.json": "5m"}
COMPLETE = sorted(
    str(path.relative_to(ROOT))
    for path in (*CONFIGS.glob("*.json"), ROOT / "user_data" / "config.json")
    if path.name not in FRAGMENTS and ".example" not in path.name
)
# What a running bot can ask Binance for before it starts: five answers of a thousand.
CANDLES_AT_START = 5_000
PARSE_MODE = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS


@pytest.fixture(scope="module")
def freqtrade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyFreqtrade]:
    scratch = tmp_path_factory.mktemp("printed")
    # freqtrade folds its log to the width of the terminal.
    with ReadyFreqtrade(ROOT, scratch, {"COLUMNS": "500"}) as commands:
        yield commands


@pytest.mark.parametrize("path", COMPLETE)
def test_freqtrade_accepts_it(freqtrade, path) -> None:
    done = freqtrade("show-config", "--config", path)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "AurumActiveFilter" in done.stdout


@pytest.mark.parametrize("profile", RISK)
@pytest.mark.parametrize("path", COMPLETE)
def test_it_is_valid_with_every_risk_profile_on_top(path, profile) -> None:
    config = load_from_files([str(ROOT / path), str(CONFIGS / profile)])
    validate(config)
    written = load_from_files([str(CONFIGS / profile)])["aurum"]["risk"]
    settings = RiskSettings.from_config(config)
    assert {name: getattr(settings, name) for name in written} == written


@pytest.mark.parametrize("profile", RISK)
@pytest.mark.parametrize("layer", FREQAI)
def test_so_it_is_with_forecasts_between_them(layer, profile) -> None:
    names = ("backtest.json", layer, profile)
    validate(load_from_files([str(CONFIGS / name) for name in names]))


@pytest.mark.parametrize("profile", RISK)
def test_freqtrade_accepts_a_risk_profile(freqtrade, profile) -> None:
    paths = ("configs/dry_run.json", f"configs/{profile}")
    done = freqtrade("show-config", "--config", paths[0], "--config", paths[1])
    assert done.returncode == 0, done.stdout[-2000:]
    assert "drawdown_stop" in done.stdout


def test_every_risk_profile_is_among_them() -> None:
    assert {path.name for path in CONFIGS.glob("risk_*.json")} == set(RISK)


def test_a_bolder_profile_allows_no_less() -> None:
    limits = [
        RiskSettings.from_config(load_from_files([str(CONFIGS / profile)])) for profile in RISK
    ]
    for name in (
        "risk_per_trade",
        "position_cap",
        "group_cap",
        "total_cap",
        "daily_loss",
        "weekly_loss",
        "drawdown_stop",
        "consecutive_losses",
    ):
        values = [getattr(found, name) for found in limits]
        assert values == sorted(values), name


def test_the_balanced_profile_is_what_holds_without_one() -> None:
    balanced = load_from_files([str(CONFIGS / "risk_balanced.json")])
    assert RiskSettings.from_config(balanced) == RiskSettings()


@pytest.mark.parametrize("layer", FREQAI)
@pytest.mark.parametrize("below", ["backtest.json", "dry_run.json", "sandbox.json"])
def test_freqtrade_accepts_freqai_on_top(freqtrade, below, layer) -> None:
    configs = [f"configs/{name}" for name in (below, layer)]
    done = freqtrade("show-config", "--config", configs[0], "--config", configs[1])
    assert done.returncode == 0, done.stdout[-2000:]
    assert "AurumEnsemble" in done.stdout
    assert "forward_volatility" in done.stdout


@pytest.mark.parametrize(("layer", "timeframe"), FREQAI.items())
def test_the_lengths_of_a_freqai_layer_fit_together(layer, timeframe) -> None:
    config = load_from_files([str(CONFIGS / name) for name in ("backtest.json", layer)])
    freqai, parameters = config["freqai"], config["freqai"]["feature_parameters"]
    targets = TargetSettings.from_config(config)
    ensemble = EnsembleSettings.from_config(config)
    candles_a_day = timedelta(days=1) // timedelta(seconds=timeframe_to_seconds(timeframe))
    rows = freqai["train_period_days"] * candles_a_day
    assert config["timeframe"] == timeframe == parameters["include_timeframes"][0]
    assert config["freqaimodel"] == "AurumEnsemble"
    assert freqai["identifier"] != "freqai"
    assert freqai["live_retrain_hours"] < freqai["expiration_hours"]
    # Nothing is trained on less, and the two models are not compared on less.
    assert rows >= ensemble.least_rows
    judged = rows * ensemble.judgement_share / targets.horizon_candles
    assert judged >= PromotionSettings.from_config(config).least_judged_rows
    assert ensemble.record_candles >= least_record(targets.horizon_candles, LEVELS[-1])
    # What is usual, and the season, span whole days; the past is told up to what is usual.
    assert targets.volatility_candles % candles_a_day == 0
    assert targets.season_candles % candles_a_day == 0
    assert max(targets.history_candles) == targets.volatility_candles
    # A season further back would cost more candles at the start than anything else does.
    assert targets.lookback == targets.volatility_candles + targets.horizon_candles - 1
    assert FreqaiColumns({**config, "runmode": RunMode.DRY_RUN}).lookback < CANDLES_AT_START


@pytest.mark.parametrize("layer", FREQAI)
def test_one_model_of_all_pairs_goes_on_top(layer) -> None:
    names = ("backtest.json", layer, "freqai_universe.json")
    config = load_from_files([str(CONFIGS / name) for name in names])
    validate(config)
    plan, apart = EnsemblePlan.of(config), load_from_files([str(CONFIGS / layer)])
    assert plan.universe == UniverseSettings(enabled=True)
    assert plan.settings.folds == plan.universe.folds
    assert plan.fingerprint != EnsemblePlan.of(apart).fingerprint
    assert config["freqai"]["identifier"] != apart["freqai"]["identifier"]
    assert config["timeframe"] == FREQAI[layer]


def test_the_venues_are_asked_as_they_are_without_a_word() -> None:
    config = load_from_files([str(CONFIGS / "dry_run.json")])
    found = VenueSettings.from_config(config)
    written = load_from_files([str(CONFIGS / "venues.json")])["aurum"]["venues"]
    assert tuple(found.sources) == ("binance", "coinbase", "kraken")
    for name in written.keys() - {"sources"}:
        assert written[name] == VenueSettings.model_fields[name].default, name
    # Prices in dollars convert into the stake's currency.
    assert config["stake_currency"] in DOLLARS


def test_the_layers_keep_their_models_apart() -> None:
    names = [load_from_files([str(CONFIGS / layer)])["freqai"]["identifier"] for layer in FREQAI]
    assert len(set(names)) == len(names)


def test_freqtrade_finds_the_model() -> None:
    printed = run_freqtrade("list-freqaimodels", "--config", "configs/backtest.json")
    assert "AurumLightGBMRegressor" in printed
    assert "AurumEnsemble" in printed


def test_the_live_example_refuses_until_every_mark_is_filled_in(freqtrade, tmp_path) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    live = tmp_path / "configs" / "live.json"
    config = rapidjson.loads((CONFIGS / "live.example.json").read_text(), parse_mode=PARSE_MODE)
    answers = [
        (("dry_run",), False),
        (("available_capital",), 100),
        (("exchange", "key"), "k"),
        (("exchange", "secret"), "s"),
    ]
    for path, answer in answers:
        live.write_text(json.dumps(config))
        refused = freqtrade("trade", "--config", str(live))
        assert refused.returncode == 2
        assert "must be filled in before freqtrade can start (got 'EDIT:')" in refused.stdout
        *sections, key = path
        target = config
        for section in sections:
            target = target[section]
        target[key] = answer
    live.write_text(json.dumps(config))
    assert freqtrade("show-config", "--config", str(live)).returncode == 0


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.json")), ids=lambda path: path.name)
def test_no_secret_is_shipped(path) -> None:
    def secrets(value: object, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [found for name in value for found in secrets(value[name], name)]
        named = key in {"key", "secret", "password", "token", "jwt_secret_key", "ws_token"}
        return [key] if named and value and not str(value).startswith("EDIT:") else []

    assert secrets(rapidjson.loads(path.read_text(), parse_mode=PARSE_MODE)) == []


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"breakout": {"entry_candle": 5}}, "aurum.breakout.entry_candle: unknown setting"),
        ({"breakout": {"atr_candles": 0}}, "aurum.breakout.atr_candles: "),
        ({"breakout": {"atr_multiple": 3}}, "aurum.breakout.atr_multiple: unknown setting"),
        ({"brakeout": {}}, "aurum.brakeout: unknown setting; known are breakout"),
        ({"features": {"exclude": ["rsii"]}}, "did you mean rsi? `aurum features` lists them"),
        ({"targets": {"include": ["price"]}}, "'price' is no target; known are forward_return"),
        ({"preprocessing": {"n_features": 0}}, "aurum.preprocessing.n_features: "),
        ({"candles": {"largest_move": 1}}, "aurum.candles.largest_move: "),
        ({"ensemble": {"members": ["oracle"]}}, "'oracle' is no member; known are linear"),
        ({"members": {"lightgbm": {"leaves": 3}}}, "aurum.members.lightgbm.leaves: unknown"),
        ({"promotion": {"floors": {"price": {}}}}, "'price' is no target; known are"),
        ({"drift": {"confidence_factor": 0}}, "aurum.drift.confidence_factor: "),
        ({"policy": {"forecast": "off"}}, "aurum.policy.forecast: unknown setting"),
        ({"policy": {"bear_entries": "some"}}, "aurum.policy.bear_entries: "),
        ({"policy": {"leave_probability": 0.9}}, "must be below enter_probability"),
        ({"risk": {"daily_los": 0.1}}, "aurum.risk.daily_los: unknown setting"),
        ({"risk": {"group_cap": 0.1}}, "aurum.risk.group_cap: "),
        ({"venues": {"sources": {"kraken": {}}}}, "must be at least quorum (2)"),
        ({"venues": {"refresh_second": 5}}, "aurum.venues.refresh_second: unknown setting"),
        ({"checks": {"collar": 1}}, "aurum.checks.collar: unknown setting"),
        ({"checks": {"orders_per_hour": 1}}, "must not be below orders_per_minute"),
        ({"database": {"address": "x"}}, "aurum.database.address: unknown setting"),
        ({"database": {"url": "mysql://u:hidden@h/d"}}, "aurum.database.url: "),
    ],
)
def test_a_wrong_key_ends_freqtrade_with_one_sentence(
    freqtrade, tmp_path, section, sentence
) -> None:
    config = {"add_config_files": [str(CONFIGS / "sandbox.json")], "aurum": section}
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = freqtrade("trade", "--config", str(tmp_path / "config.json"))
    assert done.returncode == 2
    assert sentence in done.stdout.splitlines()[-1]
    assert "Traceback" not in done.stdout
    assert "hidden@" not in done.stdout


def test_a_misspelt_pair_ends_freqtrade_with_one_sentence(freqtrade, tmp_path) -> None:
    with SandboxServer(SandboxConfig(port=0, history_days=2)) as server:
        urls = {"api": {"public": f"{server.url}/api/v3", "private": f"{server.url}/api/v3"}}
        exchange = {"pair_whitelist": ["BTC/USDT", "BCT/USDT"], "ccxt_config": {"urls": urls}}
        config = {"add_config_files": [str(CONFIGS / "sandbox.json")], "exchange": exchange}
        (tmp_path / "config.json").write_text(json.dumps(config))
        for command in ("trade", "test-pairlist"):
            arguments = ["--db-url", "sqlite://"] if command == "trade" else []
            done = freqtrade(command, "--config", str(tmp_path / "config.json"), *arguments)
            assert done.returncode == 2
            assert "BCT/USDT is not traded on Binance" in done.stdout.splitlines()[-1]
