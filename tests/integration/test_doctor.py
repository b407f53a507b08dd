"""`aurum doctor` as users run it: on this installation, and on broken input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = ROOT / "configs/sandbox.json"
PUBLIC_URL = "FREQTRADE__EXCHANGE__CCXT_CONFIG__URLS__API__public"
SECRET = "hunter2hunter2"

Findings = dict[str, list[dict[str, str]]]
Diagnose = Callable[..., tuple[int, Findings]]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aurum_plugins.cli", "doctor", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def user_data(tmp_path: Path) -> Path:
    (tmp_path / "user_data").mkdir()
    (tmp_path / "user_data/strategies").symlink_to(ROOT / "user_data/strategies")
    return tmp_path / "user_data"


@pytest.fixture
def diagnose(user_data: Path) -> Diagnose:
    """Run with `--json` on a fresh user data folder: exit status, and findings by subject."""

    def call(config: Path, **environ: str) -> tuple[int, Findings]:
        options = ("--json", "--config", str(config), "--user-data-dir", str(user_data))
        done = run(*options, **environ)
        assert "Traceback" not in done.stderr
        assert SECRET not in done.stdout + done.stderr
        document = json.loads(done.stdout)
        assert document["ok"] is (done.returncode == 0)
        groups: Findings = {}
        for finding in document["findings"]:
            assert finding["mend"] or finding["level"] in ("ok", "info")
            groups.setdefault(finding["subject"], []).append(finding)
        return done.returncode, groups

    return call


@pytest.fixture
def venue() -> Iterator[str]:
    """An exchange that answers nothing but a ping."""

    class Ping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v3/ping" else 404)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Ping) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/v3"
        server.shutdown()
        thread.join()


def worst(findings: list[dict[str, str]]) -> dict[str, str]:
    return max(findings, key=lambda f: ("ok", "info", "warning", "error").index(f["level"]))


def edited(tmp_path: Path, old: str, new: str) -> Path:
    included = json.dumps(str(ROOT / "configs/api_server.json"))
    text = SANDBOX.read_text().replace('"api_server.json"', included)
    assert old in text
    path = tmp_path / "edited.json"
    path.write_text(text.replace(old, new))
    return path


def test_from_the_root_of_the_repository() -> None:
    done = run()
    assert done.returncode == 0, done.stdout
    assert "All is well." in done.stdout
    assert "AurumStrategy" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_sandbox_configuration_with_a_venue(
    diagnose: Diagnose, venue: str, user_data: Path
) -> None:
    status, found = diagnose(SANDBOX, **{PUBLIC_URL: venue})
    assert status == 0
    for subject in ("registration", "configuration", "strategy", "exchange"):
        assert {finding["level"] for finding in found[subject]} == {"ok"}, found[subject]
    assert any("AurumActiveFilter" in finding["message"] for finding in found["registration"])
    assert found["candles"][0]["level"] == "warning"
    assert "freqtrade download-data" in found["candles"][0]["mend"]
    assert found["credentials"][0]["level"] == "info"
    assert not list(user_data.glob("aurum_*.json"))


def test_a_silent_venue_and_the_off_switch_are_warnings(diagnose: Diagnose, tmp_path: Path) -> None:
    stock = edited(tmp_path, ', {"method": "AurumActiveFilter"}', "")
    quiet = {PUBLIC_URL: "http://127.0.0.1:1/api/v3", "AURUM_PLUGINS_DISABLE": "1"}
    _, found = diagnose(stock, **quiet)
    assert found["exchange"][0]["level"] == "warning"
    assert "aurum demo" in found["exchange"][0]["mend"]
    [registration] = found["registration"]
    assert registration["level"] == "warning"
    assert "AURUM_PLUGINS_DISABLE" in registration["message"]


def test_a_missing_configuration(diagnose: Diagnose, tmp_path: Path) -> None:
    status, found = diagnose(tmp_path / "nowhere.json")
    assert status == 1
    [bad] = found["configuration"]
    assert "nowhere.json: No such file" in bad["message"]
    assert bad["mend"].startswith("create ")


def test_a_torn_configuration(diagnose: Diagnose, tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    torn.write_text('{"exchange": {\n  "secret": "' + SECRET + '"\n  "key": ""}}')
    status, found = diagnose(torn)
    assert status == 1
    [bad] = found["configuration"]
    assert f"{torn}, line 3: Missing a comma" in bad["message"]


def test_an_unknown_pairlist(diagnose: Diagnose, tmp_path: Path) -> None:
    path = edited(tmp_path, "AurumActiveFilter", "AurumActivFilter")
    path.write_text(path.read_text().replace('"secret": ""', f'"secret": "{SECRET}"'))
    status, found = diagnose(path)
    assert status == 1
    [bad] = found["configuration"]
    assert "pairlists[1].method: 'AurumActivFilter'" in bad["message"]
    assert "did you mean 'AurumActiveFilter'?" in bad["mend"]


def test_an_unknown_key_of_our_own(diagnose: Diagnose, tmp_path: Path) -> None:
    status, found = diagnose(edited(tmp_path, '"breakout"', '"breakot"'))
    assert status == 1
    [bad] = found["configuration"]
    assert bad["message"].startswith("aurum.breakot: unknown setting; known are breakout")
    assert bad["mend"].startswith("correct aurum.breakot")


def test_credentials_that_others_can_read(diagnose: Diagnose, user_data: Path) -> None:
    path = user_data / "aurum_api_server.json"
    path.write_text(json.dumps({"password": SECRET}))
    path.chmod(0o644)
    status, found = diagnose(SANDBOX)
    assert status == 1
    assert worst(found["credentials"])["level"] == "error"
    assert found["credentials"][0]["mend"] == f"chmod 600 {path}"
