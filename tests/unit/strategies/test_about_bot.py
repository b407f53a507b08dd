"""Who a bot is."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.monitoring.reports import LoopReport
from aurum_plugins.strategies import about_bot as module
from aurum_plugins.strategies.about_bot import about_bot


def told(**config: Any) -> LoopReport:
    strategy = SimpleNamespace(
        config={"stake_currency": "USDT", "exchange": {"name": "binance"}, **config},
        timeframe="1h",
        get_strategy_name=lambda: "Ours",
    )
    return about_bot(strategy, 99)


def test_everything() -> None:
    report = told(max_open_trades=3, dry_run=False, internals={"process_throttle_secs": 7})
    assert (report.pid, report.started_ms) == (os.getpid(), 99)
    assert report.host
    assert (report.strategy, report.timeframe) == ("Ours", "1h")
    assert (report.exchange, report.currency) == ("binance", "USDT")
    assert (report.most_open, report.dry_run, report.throttle_seconds) == (3, False, 7.0)
    assert report.freqtrade.startswith("2026.9")
    assert report.aurum


def test_defaults() -> None:
    report = told(max_open_trades=float("inf"))
    assert (report.most_open, report.dry_run, report.throttle_seconds) == (-1, True, 5.0)
    assert report.api == ""


@pytest.mark.parametrize(
    ("listens", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104 - what freqtrade may be told
        ("::", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("10.0.0.5", "http://10.0.0.5:8080"),
        ("bot.internal", "http://bot.internal:8080"),
        (None, "http://127.0.0.1:8080"),
    ],
)
def test_where_its_api_is(listens, address) -> None:
    server = {"enabled": True, "listen_ip_address": listens}
    assert told(api_server=server).api == address
    assert told(api_server={**server, "enabled": False}).api == ""


def test_no_secret_is_told() -> None:
    secrets = {"username": "me", "password": "hush-1", "jwt_secret_key": "hush-2"}
    exchange = {"name": "binance", "key": "hush-3", "secret": "hush-4"}
    report = told(api_server={"enabled": True, **secrets}, exchange=exchange)
    assert "hush" not in report.model_dump_json()


def test_a_version_that_is_not_known(monkeypatch) -> None:
    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(module, "version", missing)
    assert told().aurum == ""
