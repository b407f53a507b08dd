"""`aurum demo`: one command, and trades are opened and closed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests
from freqtrade_process import ROOT, free_port, wait_for
from lively_seed import lively_seed

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]
CANDLES = ROOT.parent / "shared" / "data" / "binance-1h"
AURUM = str(Path(sys.executable).with_name("aurum"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the demo needs, without anybody's data."""
    ignore = shutil.ignore_patterns("__pycache__", "*.json")
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    shutil.copytree(ROOT / "user_data/strategies", tmp_path / "user_data/strategies", ignore=ignore)
    shutil.copy(ROOT / "user_data/config.json", tmp_path / "user_data")
    return tmp_path


def test_it_opens_and_closes_trades_and_stops_when_asked(checkout: Path) -> None:
    port, api_port, seed = free_port(), free_port(), lively_seed(8, range(7, 27))
    log = checkout / "demo.log"
    ports = ["--port", str(port), "--api-port", str(api_port)]
    command = [AURUM, "demo", *ports, "--seed", str(seed)]
    with log.open("wb") as sink:
        demo = subprocess.Popen(command, cwd=checkout, stdout=sink, stderr=sink)

    def closed() -> int:
        assert demo.poll() is None, log.read_text()[-3000:]
        database = checkout / f"user_data/demo-seed-{seed}.sqlite"
        if not database.exists():
            return 0
        with closing(sqlite3.connect(database)) as connection:
            try:
                query = "select count(*) from trades where not is_open"
                return int(connection.execute(query).fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    try:
        wait_for("closed trade", closed, 600)
        login = json.loads((checkout / "user_data/aurum_api_server.json").read_text())
        url = f"http://127.0.0.1:{api_port}/api/v1/count"
        count = requests.get(url, auth=(login["username"], login["password"]), timeout=30)
        assert count.status_code == 200
        assert requests.get(url, timeout=30).status_code == 401
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(90)
    text = log.read_text()
    assert f"Simulated exchange  http://127.0.0.1:{port}" in text
    assert login["password"] not in text
    assert "Traceback" not in text
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/sandbox/health", timeout=5)


@pytest.mark.skipif(not CANDLES.is_dir(), reason=f"real candles are not at {CANDLES}")
def test_it_trades_whatever_pairs_were_recorded(checkout: Path) -> None:
    log = checkout / "demo.log"
    ports = ["--port", "0", "--api-port", str(free_port())]
    with log.open("wb") as sink:
        demo = subprocess.Popen(
            [AURUM, "demo", *ports, "--replay", str(CANDLES)],
            cwd=checkout,
            env={**os.environ, "COLUMNS": "300"},
            stdout=sink,
            stderr=sink,
        )
    try:
        wait_for("heartbeat", lambda: "state='RUNNING'" in log.read_text(), 90)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(90)
    pairs = "['BNB/USDT', 'BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT']"
    assert f"Whitelist with 5 pairs: {pairs}" in log.read_text()
    assert (checkout / "user_data/demo-binance-1h.sqlite").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--config", "nowhere.json"), "--config: must be a file; run `aurum demo` in a checkout"),
        (("--replay", "nowhere"), "there is no such folder"),
        (("--faults", "nowhere.json"), "faults file: must be a readable JSON file"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(checkout: Path, arguments, words) -> None:
    done = subprocess.run(
        [AURUM, "demo", "--port", "0", "--api-port", str(free_port()), *arguments],
        cwd=checkout,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_taken_api_port_is_said_before_anything_starts(checkout: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        command = [AURUM, "demo", "--port", "0", "--api-port", str(taken)]
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1:{taken} is already in use" in done.stderr
