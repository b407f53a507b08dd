"""`aurum venues` through ccxt's own classes against the simulated exchange."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from aurum_plugins import cli
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.simulated_venues import SANDBOX_URL
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture
def run(sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command as a user of `configs/venues.json`, in a folder without a database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SANDBOX_URL, sandbox.url)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    config = {
        "add_config_files": [str(CONFIGS / "venues.json")],
        "exchange": {"pair_whitelist": ["BTC/USDT", "ETH/USDT", ".*/BTC"]},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))

    def run(*arguments: str, **rule: Any) -> Result:
        rules = [rule] if rule else []
        sandbox.exchange.injector.arm(FaultPlan.model_validate({"rules": rules}))
        asked = ["venues", "--config", "config.json", *arguments]
        return CliRunner().invoke(cli.app, asked, env={"COLUMNS": "160"})

    yield run
    sandbox.exchange.injector.disarm()
    assert not [one for one in threading.enumerate() if one.name == "aurum-venues"]


def document(result: Result) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What was printed, and its venues and pairs by name."""
    told = json.loads(result.stdout)
    venues = {venue["venue"]: venue for venue in told["venues"]}
    return told, venues, {pair["pair"]: pair for pair in told["pairs"]}


def test_all_is_well(run, sandbox) -> None:
    result = run("--json")
    assert result.exit_code == 0, (result.output, result.exception)
    told, venues, pairs = document(result)
    assert told["is_well"] is True
    assert told["skipped"] == [".*/BTC"]
    assert told["bots"] == []
    assert list(venues) == ["binance", "coinbase", "kraken"]
    for venue in venues.values():
        assert (venue["state"], venue["trusted"], venue["listed"]) == ("closed", True, 2)
        assert venue["requests"] >= 4  # markets, and three rounds
        assert venue["error_rate"] == 0
        assert 0 <= venue["latency_p50_ms"] <= venue["latency_p95_ms"]
    bitcoin = pairs["BTC/USDT"]
    price = sandbox.exchange.market.last_price("BTCUSDT", told["now_ms"])
    assert bitcoin["price"] == pytest.approx(price, rel=2e-3)
    assert bitcoin["venues"] == ["binance", "coinbase", "kraken"]
    assert bitcoin["quality"]["score"] > 0.7
    assert {quote["currency"] for quote in bitcoin["quotes"]} == {"USDT", "USD"}
    assert told["dollars"]["rates"]["USDT"]["dollars"] == pytest.approx(1, abs=1e-3)


def test_the_tables(run) -> None:
    result = run("btc_usdt", "--quotes")
    assert result.exit_code == 0, (result.output, result.exception)
    lines = [line.strip() for line in result.stdout.splitlines()]
    for venue in ("binance", "coinbase", "kraken"):
        assert [line for line in lines if line.startswith(venue) and "answers" in line]
        assert [line for line in lines if line.startswith("BTC/USDT") and f" {venue} " in line]
    assert [line for line in lines if line.endswith("binance, coinbase, kraken")]
    assert [line for line in lines if line.startswith("Dollar coins: USDT ")]


def test_a_dark_venue_is_left_alone(run) -> None:
    result = run("--json", kind="dark", route="kraken.*")
    assert result.exit_code == 0
    _, venues, pairs = document(result)
    assert (venues["kraken"]["state"], venues["kraken"]["trips"]) == ("open", 1)
    assert venues["kraken"]["error_rate"] == 1
    assert venues["kraken"]["last_success_ms"] is None
    assert pairs["BTC/USDT"]["venues"] == ["binance", "coinbase"]


def test_a_venue_that_hangs_ends_with_the_seconds(run) -> None:
    result = run("--json", "--seconds", "3", kind="dark", hang_s=6, route="kraken.*")
    assert result.exit_code == 0
    _, venues, pairs = document(result)
    assert venues["kraken"]["last_success_ms"] is None
    assert pairs["ETH/USDT"]["venues"] == ["binance", "coinbase"]


def test_a_lying_venue_is_distrusted(run) -> None:
    result = run("--json", kind="lying_price", factor=1.03, route="coinbase.*")
    assert result.exit_code == 0
    _, venues, pairs = document(result)
    assert [name for name, venue in venues.items() if not venue["trusted"]] == ["coinbase"]
    for pair in pairs.values():
        assert pair["excluded"] == {"coinbase": "DISTRUSTED"}
        assert pair["venues"] == ["binance", "kraken"]
        assert pair["quality"]["coverage"] == pytest.approx(2 / 3)


def test_a_pair_that_one_venue_lists_has_no_consensus(run) -> None:
    result = run("BTC/USDT", "BNB/USDT")
    assert result.exit_code == 1
    words = "too few venues have a quote that counts (venues 1; quorum 2); listed by binance"
    assert words in " ".join(result.stdout.split())


def test_watching(run) -> None:
    result = run("--watch", "--seconds", "3", "BTC/USDT")
    assert result.exit_code == 0, (result.output, result.exception)
    assert "binance, coinbase, kraken" in result.stdout


def test_without_venues_nothing_is_asked(run, tmp_path, capsys, monkeypatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert isinstance(run().exception, ConfigurationError)
    monkeypatch.setattr("sys.argv", ["aurum", "venues", "--config", "config.json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert '"add_config_files": ["venues.json"]' in capsys.readouterr().err


def test_an_exchange_that_nobody_knows(run, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(SANDBOX_URL)
    sources = {"nowhere": {}, "elsewhere": {}}
    (tmp_path / "config.json").write_text(json.dumps({"aurum": {"venues": {"sources": sources}}}))
    error = run().exception
    assert isinstance(error, ConfigurationError)
    assert error.key == "aurum.venues.sources.nowhere"
    assert SANDBOX_URL not in os.environ
