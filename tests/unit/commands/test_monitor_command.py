from __future__ import annotations

import json
import socket
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from aurum_plugins.clock import DAY_MS, WallClock
from aurum_plugins.commands import monitor_process
from aurum_plugins.commands.monitor import app
from aurum_plugins.commands.monitor_process import MonitorRequest, run_monitor
from aurum_plugins.errors import ConfigurationError, PortInUse
from aurum_plugins.monitoring.web.key_file import KeyFile
from aurum_plugins.monitoring.web.tokens import TokenKind, TokenRefused, Tokens


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    return tmp_path


def key_file(folder: Path) -> Path:
    return folder / "user_data" / "aurum_monitor.json"


def test_a_token_is_printed_once_and_kept_nowhere(folder: Path) -> None:
    result = CliRunner().invoke(app, ["token", "--days", "3", "--name", "Anna"])
    assert result.exit_code == 0, result.output
    token = result.stdout.strip()
    grant = Tokens(KeyFile(key_file(folder)), WallClock()).check(token, TokenKind.ACCESS)
    assert grant.name == "Anna"
    assert abs(grant.expires_ms - WallClock().now_ms() - 3 * DAY_MS) < 60_000
    assert list(json.loads(key_file(folder).read_text())) == ["signing_key"]
    assert token not in key_file(folder).read_text()


def test_after_a_rotation_it_is_of_no_use(folder: Path) -> None:
    token = CliRunner().invoke(app, ["token", "--days", "3"]).stdout.strip()
    result = CliRunner().invoke(app, ["rotate"])
    assert result.exit_code == 0
    assert "no token of before is accepted any more" in result.stdout
    with pytest.raises(TokenRefused):
        Tokens(KeyFile(key_file(folder)), WallClock()).check(token, TokenKind.ACCESS)


def test_a_rotation_mends_a_file_that_makes_no_sense(folder: Path) -> None:
    key_file(folder).parent.mkdir()
    key_file(folder).write_text("junk")
    assert CliRunner().invoke(app, ["token", "--days", "1"]).exit_code != 0
    assert CliRunner().invoke(app, ["rotate"]).exit_code == 0
    assert CliRunner().invoke(app, ["token", "--days", "1"]).exit_code == 0


@pytest.mark.parametrize("days", ["0", "-1", "3651", "x"])
def test_a_token_ends_some_day(days: str) -> None:
    assert CliRunner().invoke(app, ["token", "--days", days]).exit_code == 2


def test_a_token_names_nobody_by_default(folder: Path) -> None:
    token = CliRunner().invoke(app, ["token", "--days", "1"]).stdout.strip()
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == "anybody"


def test_options_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[MonitorRequest] = []
    monkeypatch.setattr(monitor_process, "run_monitor", lambda _, request: asked.append(request))
    options = "--host 0.0.0.0 --port 9 --allow-host a --allow-host b --always-ask --bot Mine"
    result = CliRunner().invoke(app, [*options.split(), "--no-alerts", "--open"])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(app, []).exit_code == 0
    assert asked == [
        MonitorRequest("0.0.0.0", 9, ("a", "b"), True, "Mine", False, True),  # noqa: S104
        MonitorRequest(),
    ]


@pytest.mark.parametrize("name", ["trader1:8090", "a b", "", "http://x", "a/b"])
def test_an_allowed_host_is_a_name(name: str) -> None:
    with pytest.raises(ConfigurationError, match="--allow-host: must be a name, without a port"):
        run_monitor({}, MonitorRequest(port=0, hosts=(name,)))


def test_a_setting_that_breaks_a_rule_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.monitor\.port"):
        run_monitor({"aurum": {"monitor": {"port": -1}}}, MonitorRequest())


def test_no_socket_is_left_when_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[socket.socket] = []

    class Listener(socket.socket):
        pass

    def listen(host: str, port: int) -> socket.socket:
        taken.append(Listener())
        return taken[0]

    monkeypatch.setattr(monitor_process, "listen", listen)
    with pytest.raises(ConfigurationError, match="--bot"):
        run_monitor({}, MonitorRequest(bot=" "))
    assert taken[0].fileno() == -1


def test_a_port_that_is_taken_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def listen(host: str, port: int) -> socket.socket:
        raise PortInUse(host, port)

    monkeypatch.setattr(monitor_process, "listen", listen)
    with pytest.raises(PortInUse, match=r"127\.0\.0\.1:8090 is already in use"):
        run_monitor({}, MonitorRequest())
