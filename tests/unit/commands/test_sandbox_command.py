"""`aurum sandbox`: what it accepts, what it refuses and in which words."""

from __future__ import annotations

import json
import socket
import stat
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aurum_plugins.cli import app
from aurum_plugins.commands.sandbox_keys import AccountKeys
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.errors import AurumError, ConfigurationError, PortInUse

PRINT_URL = "import os; print(os.environ['FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__public'])"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def invoke(*arguments: str, keys: Path) -> object:
    return CliRunner().invoke(app, ["sandbox", "--port", "0", "--keys", str(keys), *arguments])


def refusal(*arguments: str, keys: Path) -> str:
    result = invoke(*arguments, keys=keys)
    assert isinstance(result.exception, AurumError), result
    return str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "70000"), "--port: must be from 0 to 65535 (got 70000)"),
        (("--seed", "-1"), "--seed: must be from 0"),
        (("--history-days", "1"), "--history-days: must be from 2 to 2000 (got 1)"),
        (("--balance", "USDT"), "--balance: must be ASSET=AMOUNT"),
        (("--balance", "USDT=-1"), "--balance: must be ASSET=AMOUNT"),
        (("--balance", "US$=1"), "--balance: must be ASSET=AMOUNT"),
        (("--balance", "USDT=NaN"), "--balance: must be ASSET=AMOUNT"),
        (("--at-end", "never"), "--at-end: must be loop or halt (got 'never')"),
        (("--play-as", "1m"), "--play-as: needs --replay DIRECTORY as well"),
        (("--replay-until", "2023-01-01"), "--replay-until: needs --replay DIRECTORY as well"),
        (("--replay", ".", "--replay-until", "soon"), "--replay-until: must be a date or time"),
        (("--replay", ".", "--play-as", "7m"), "replay.play_as: must be one of 1s, 1m"),
        (("--replay", "/nowhere"), "/nowhere: there is no such folder"),
        (("--faults", "/nowhere.json"), "must be a readable JSON file"),
        (("--virtual-clock", "2019-01-01"), "must not be before 2020-01-01"),
        (("--run", "no-such-program"), "--run: must start with a program that exists"),
    ],
)
def test_a_wrong_option_is_named_with_its_mend(arguments, words, keys) -> None:
    assert words in refusal(*arguments, keys=keys)


def test_a_taken_port_is_named(keys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = invoke("--port", str(port), keys=keys)
    assert isinstance(result.exception, PortInUse)
    assert (result.exception.host, result.exception.port) == ("127.0.0.1", port)
    assert "choose another port with --port" in str(result.exception)


def test_a_command_runs_beside_it_and_its_status_is_returned(keys, capfd) -> None:
    result = invoke("--run", f'{sys.executable} -c "{PRINT_URL}; raise SystemExit(7)"', keys=keys)
    assert result.exit_code == 7
    assert capfd.readouterr().out.strip().endswith("/api/v3")


def test_it_says_where_it_listens_and_where_the_keys_are(keys) -> None:
    result = invoke("--run", f"{sys.executable} -c pass", keys=keys)
    assert "Simulated exchange on http://127.0.0.1:" in result.output
    assert "BTCUSDT" in result.output
    assert str(keys) in result.output
    assert json.loads(keys.read_text())["exchange"]["secret"] not in result.output


def test_help_teaches() -> None:
    text = CliRunner().invoke(app, ["sandbox", "--help"], env={"COLUMNS": "200"}).output
    for word in ("--replay", "--faults", "--play-as", "loopback", "freqtrade trade --strategy"):
        assert word in text


def test_keys_are_generated_once_and_kept_private(keys) -> None:
    first = AccountKeys.load_or_create(keys)
    assert AccountKeys.load_or_create(keys) == first
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert first.secret.get_secret_value() not in repr(first)
    assert set(json.loads(keys.read_text())["exchange"]) == {"key", "secret"}


def test_a_keys_file_with_something_else_in_it_is_not_overwritten(keys) -> None:
    keys.write_text('{"exchange": {"name": "binance"}}')
    with pytest.raises(ConfigurationError, match=r"keys\.json: does not hold valid credentials"):
        AccountKeys.load_or_create(keys)
    assert "binance" in keys.read_text()


def test_a_keys_file_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        ConfigurationError, match=r"keys\.json: must be a file that can be read and written"
    ):
        AccountKeys.load_or_create(tmp_path / "file" / "keys.json")


def test_the_environment_points_freqtrade_at_the_sandbox() -> None:
    environment = freqtrade_environment("http://127.0.0.1:1")
    prefix = "FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__"
    assert environment[f"{prefix}public"] == "http://127.0.0.1:1/api/v3"
    assert environment[f"{prefix}sapi"] == "http://127.0.0.1:1/sapi/v1"
    assert environment["FREQTRADE__EXCHANGE__ENABLE_WS"] == "false"
    assert environment["PATH"].startswith(str(Path(sys.executable).parent))
