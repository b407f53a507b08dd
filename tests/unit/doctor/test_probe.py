"""What freqtrade answers, asked within the test's own process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aurum_plugins import plugin
from aurum_plugins.credentials import ApiCredentials
from aurum_plugins.doctor import probe
from aurum_plugins.doctor.facts import FreqtradeFacts

CONFIG: dict[str, Any] = {
    "dry_run": True,
    "stake_currency": "USDT",
    "stake_amount": "unlimited",
    "max_open_trades": 3,
    "timeframe": "1h",
    "entry_pricing": {"price_side": "same", "use_order_book": True, "order_book_top": 1},
    "exit_pricing": {"price_side": "same", "use_order_book": True, "order_book_top": 1},
    "exchange": {
        "name": "binance",
        "key": "KEYKEYKEY",
        "secret": "SECRETSECRET",
        "pair_whitelist": ["BTC/USDT", "ETH/USDT", "XRP/USDT"],
        "ccxt_config": {"urls": {"api": {"public": "http://127.0.0.1:8900/api/v3"}}},
    },
    "pairlists": [{"method": "StaticPairList"}],
    "api_server": {"enabled": True, "listen_ip_address": "127.0.0.1", "listen_port": 8080},
}
STRATEGY = """
from freqtrade.strategy import IStrategy

class Plain(IStrategy):
    timeframe = "1h"
    minimal_roi = {"0": 1}
    stoploss = -0.1
    protections = [{"method": "AurumCooldown", "stop_duration": 5}]

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators
"""
Ask = Callable[..., FreqtradeFacts]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Write a configuration that is sound but for the changes, and ask freqtrade about it."""
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies/Plain.py").write_text(STRATEGY)

    def run(*more: str, **changes: Any) -> FreqtradeFacts:
        file = tmp_path / "config.json"
        if not file.exists():
            file.write_text(json.dumps({**CONFIG, **changes}))
        arguments = ["trade", "--config", str(file), "--userdir", str(tmp_path), *more]
        return probe.gather(arguments)

    return run


def settings_fault(facts: FreqtradeFacts) -> str:
    assert facts.settings is None
    assert facts.settings_fault is not None
    return facts.settings_fault.message


def test_a_sound_configuration(ask: Ask, tmp_path: Path) -> None:
    facts = ask("--strategy", "Plain")
    assert facts.armed
    faults = (facts.fault, facts.settings_fault, facts.rule_fault, facts.strategy_fault)
    assert faults == (None,) * 4
    assert facts.registration is not None
    for name in plugin.plugin_names("pairlists"):
        assert name in facts.registration.schema_pairlists
        assert name in facts.registration.pairlists
    assert set(plugin.plugin_names("protections")) <= set(facts.registration.protections)
    assert facts.settings is not None
    assert facts.settings.public_url == "http://127.0.0.1:8900/api/v3"
    assert facts.settings.has_key
    assert facts.strategy is not None
    assert facts.strategy.protections == ("AurumCooldown",)
    assert facts.strategy.file == str(tmp_path / "strategies/Plain.py")
    assert "KEYKEYKEY" not in facts.model_dump_json()


@pytest.mark.parametrize(("enabled", "named"), [(True, ("kraken", "binance")), (False, ())])
def test_venues_that_prices_are_checked_against(
    ask: Ask, enabled: bool, named: tuple[str, ...]
) -> None:
    venues = {"enabled": enabled, "sources": {"kraken": {}, "binance": {}}}
    facts = ask(aurum={"venues": venues})
    assert facts.settings is not None
    assert facts.settings.venues == named


def test_news_that_are_read(ask: Ask) -> None:
    facts = ask(aurum={"sentiment": {"rss": {"a": "https://a.example/feed"}}})
    assert facts.sentiment is not None
    assert facts.sentiment.sources == ("rss:a",)
    assert facts.sentiment_fault is None


def test_news_from_no_address(ask: Ask) -> None:
    facts = ask(aurum={"sentiment": {"rss": {"a": "no address"}}})
    assert facts.sentiment is None
    assert facts.sentiment_fault is not None
    assert facts.sentiment_fault.kind == "setting"


def test_no_credentials_are_left_behind(ask: Ask, tmp_path: Path) -> None:
    before = ApiCredentials.load_or_create
    assert ask().settings is not None
    assert not (tmp_path / "aurum_api_server.json").exists()
    assert ApiCredentials.load_or_create == before


def test_without_a_strategy_its_keys_are_not_missed(ask: Ask) -> None:
    facts = ask()
    assert (facts.strategy, facts.strategy_fault, facts.rule_fault) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "message", "where", "suggestion"),
    [
        (
            {"pairlists": [{"method": "StaticPairList"}, {"method": "AurumActivFilter"}]},
            "pairlists[1].method: 'AurumActivFilter' is not a name that freqtrade knows",
            "pairlists[1].method",
            "AurumActiveFilter",
        ),
        (
            {"max_open_trades": "many"},
            "max_open_trades: 'many' is not of type 'integer', 'number'",
            "max_open_trades",
            "",
        ),
        (
            {"telegram": {"enabled": True, "token": 99887766, "chat_id": "5"}},
            "telegram.token: must satisfy type 'string'",
            "telegram.token",
            "",
        ),
        (
            {"api_server": {"enabled": "S" * 9, "password": "hunter2hunter2"}},
            "api_server",
            None,
            "",
        ),
        ({"stake_currency": None}, "stake_currency", "stake_currency", ""),
        (
            {
                "entry_pricing": {"price_side": "same"},
                "order_types": {
                    "entry": "market",
                    "exit": "limit",
                    "stoploss": "limit",
                    "stoploss_on_exchange": False,
                },
            },
            'Market entry orders require entry_pricing.price_side = "other".',
            "",
            "",
        ),
    ],
)
def test_a_broken_rule_is_named_without_secrets(
    ask: Ask, changes: dict[str, Any], message: str, where: str | None, suggestion: str
) -> None:
    fault = ask(**changes).rule_fault
    assert fault is not None
    assert message in fault.message
    assert where is None or fault.where == where
    assert fault.suggestion == suggestion
    assert "99887766" not in fault.message
    assert "hunter2" not in fault.message


def test_our_own_section(ask: Ask) -> None:
    facts = ask(aurum={"breakot": {}})
    assert settings_fault(facts).startswith("aurum.breakot: unknown setting")
    assert facts.settings_fault is not None
    assert (facts.settings_fault.kind, facts.settings_fault.where) == ("setting", "aurum.breakot")


def test_an_unknown_exchange(ask: Ask) -> None:
    facts = ask(exchange={"name": "nowhere", "key": "KEYKEYKEY"})
    assert "nowhere" in settings_fault(facts)


def test_a_torn_file(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"key": "KEYKEYKEY"')
    fault = settings_fault(ask())
    assert "config.json, line 1: Missing a comma" in fault
    assert "KEYKEYKEY" not in fault


def test_a_missing_user_data_folder(ask: Ask, tmp_path: Path) -> None:
    facts = ask("--userdir", str(tmp_path / "nowhere"))
    assert "create-userdir" in settings_fault(facts)
    assert facts.settings_fault is not None
    assert facts.settings_fault.kind == "missing_folder"


def test_an_unexpected_type_gives_a_fault(ask: Ask) -> None:
    assert settings_fault(ask(exchange=["KEYKEYKEY"])).partition(":")[0].endswith("Error")


class TestStrategy:
    def test_unknown(self, ask: Ask) -> None:
        fault = ask("--strategy", "Nowhere").strategy_fault
        assert fault is not None
        assert "Impossible to load Strategy 'Nowhere'" in fault.message

    def test_broken_code_is_quoted_with_its_reason(self, ask: Ask, tmp_path: Path) -> None:
        path = tmp_path / "strategies/Broken.py"
        path.write_text("import no_such_module\n\nclass Broken(IStrategy):\n    pass\n")
        facts = ask("--strategy", "Broken")
        assert facts.strategy_fault is not None
        assert "no_such_module" in facts.strategy_fault.message
        assert facts.rule_fault is None

    def test_unknown_protection(self, ask: Ask, tmp_path: Path) -> None:
        text = STRATEGY.replace("AurumCooldown", "AurumCoolup")
        (tmp_path / "strategies/Plain.py").write_text(text)
        fault = ask("--strategy", "Plain").strategy_fault
        assert fault is not None
        assert "AurumCoolup" in fault.message


def test_candles(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "data/sandbox"
    folder.mkdir(parents=True)
    dates = pd.date_range("2024-01-01", periods=5, freq="1h", tz="UTC").as_unit("ms")
    ones = dict.fromkeys(("open", "high", "low", "close", "volume"), np.ones(5))
    pd.DataFrame({"date": dates, **ones}).to_feather(folder / "BTC_USDT-1h.feather")
    (folder / "XRP_USDT-1h.feather").write_bytes(b"ARROW1 torn")
    btc, eth, xrp = ask().candles
    assert (btc.count, btc.last_ms, btc.unreadable) == (5, 1_704_081_600_000, False)
    assert (eth.count, eth.last_ms, eth.unreadable) == (0, 0, False)
    assert (xrp.count, xrp.unreadable) == (0, True)


def test_a_pattern_stands_for_what_is_stored() -> None:
    stored = ["BTC/BUSD", "BTC/USDT", "ETH/USDT"]
    assert list(probe._named([".*/USDT"], stored)) == ["BTC/USDT", "ETH/USDT"]
    assert list(probe._named([".*/EUR", "BTC/BUSD", "SOL/USDT"], stored)) == [
        ".*/EUR",
        "BTC/BUSD",
        "SOL/USDT",
    ]


def test_a_torn_file_of_another_format(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "data/sandbox"
    folder.mkdir(parents=True)
    (folder / "BTC_USDT-1h.parquet").write_bytes(b"torn")
    btc, _, _ = ask(dataformat_ohlcv="parquet").candles
    assert (btc.count, btc.unreadable) == (0, True)


def test_a_reader_that_raises(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from freqtrade.data.history.datahandlers.featherdatahandler import FeatherDataHandler

    def refuse(*_: object) -> None:
        raise EOFError

    monkeypatch.setattr(FeatherDataHandler, "ohlcv_data_min_max", refuse)
    folder = tmp_path / "data/sandbox"
    folder.mkdir(parents=True)
    (folder / "BTC_USDT-1h.feather").touch()
    btc, _, _ = ask().candles
    assert (btc.count, btc.unreadable) == (0, True)


def test_no_timeframe_no_candles(ask: Ask) -> None:
    config = {name: value for name, value in CONFIG.items() if name != "timeframe"}
    assert ask(**{**config, "timeframe": None}).candles == ()


def test_a_folder_of_candles_that_fails(ask: Ask) -> None:
    facts = ask(dataformat_ohlcv="papyrus")
    assert facts.candles_fault is not None
    assert "papyrus" in facts.candles_fault.message


def test_resolvers_that_fail(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(probe, "_registration", fail)
    facts = ask()
    assert facts.registration is None
    assert facts.registration_fault is not None
    assert facts.registration_fault.message == "boom"
    assert facts.settings is not None
