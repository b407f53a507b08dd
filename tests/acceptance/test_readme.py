"""The commands that README.md and docs/daily_use.md show, run on a fresh copy of the files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from freqtrade_process import wait_for
from shown_commands import command_lines

from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[2]
CANDLES = ROOT.parent / "shared" / "data" / "binance-1h"
PAGES = (ROOT / "README.md", ROOT / "docs" / "daily_use.md")
COMMANDS = list(
    dict.fromkeys(
        line.removeprefix(".venv/bin/")
        for page in PAGES
        for line in command_lines(page.read_text())
    )
)
ABOUT_A_BOT = ("why", "status", "kill", "rearm")
COMMANDS_OF_AURUM = (
    *("sandbox", "monitor", "doctor", "quality", "features", "evaluate"),
    *ABOUT_A_BOT,
)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]


def commands(start: str) -> list[str]:
    found = [command for command in COMMANDS if command.startswith(start)]
    assert found, f"no page shows a command that starts with {start!r}"
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the commands need of a checkout."""
    for name in (
        "configs",
        "user_data/strategies",
        "user_data/freqaimodels",
        "user_data/config.json",
    ):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path


def with_own_programs(**more: str) -> dict[str, str]:
    """This process's environment, in which its own programs are found first."""
    programs = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **more}


def start(command: str, folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        shlex.split(command),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    with start(command, folder, environment) as process:
        output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, f"{command}\n{output[-4000:]}"
    return output


def run_until(command: str, words: str, folder: Path, environment: dict[str, str]) -> str:
    """Start a command that does not end, wait for its words, and interrupt it."""
    output = ""
    with start(command, folder, environment) as process:
        deadline = time.monotonic() + 120
        for line in process.stdout:
            output += line
            if words in line:
                break
            assert time.monotonic() < deadline, output[-4000:]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert words in output, output[-4000:]
    return output


def test_every_command_is_covered_by_a_test_below() -> None:
    aurum = tuple(f"aurum {name}" for name in COMMANDS_OF_AURUM)
    known = ("make run", "freqtrade ", *aurum)
    assert [command for command in COMMANDS if not command.startswith(known)] == []


def test_the_make_targets_exist() -> None:
    for command in commands("make "):
        run(f"{command} --dry-run", ROOT, dict(os.environ))


def test_freqtrades_commands_work_as_they_stand(copy) -> None:
    with SandboxServer(SandboxConfig(port=0, request_weight=None)) as server:
        environment = freqtrade_environment(server.url)
        # 80 columns would cut freqtrade's tables.
        environment |= {"COLUMNS": "200", "FREQTRADE__API_SERVER__ENABLED": "false"}
        for command in commands("freqtrade "):
            if command.startswith("freqtrade trade"):
                run_until(command, "state='RUNNING'", copy, environment)
                continue
            output = run(command, copy, environment)
            if "list-strategies" in command:
                assert re.search(r"AurumStrategy │ *AurumStrategy.py │ *OK", output)
            if "test-pairlist" in command:
                assert "AurumActiveFilter" in output
                assert "'LTC/USDT'" in output
            if "backtesting" in command:
                assert "AurumCooldown" in output
                assert "STRATEGY SUMMARY" in output
            if "hyperopt" in command:
                assert "3/3" in output
    assert not list((copy / "user_data" / "strategies").glob("*.json"))
    assert list((copy / "user_data" / "data" / "sandbox").glob("*-1m.feather"))
    for command in (*commands("aurum quality"), *commands("aurum features")):
        assert ("BTC/USDT" if "quality" in command else "rsi") in run(command, copy, environment)
    assert (copy / "user_data" / "quality" / "quality.html").is_file()


def test_a_bot_can_be_asked_and_stopped_as_shown(copy) -> None:
    with SandboxServer(SandboxConfig(port=0, request_weight=None)) as server:
        environment = freqtrade_environment(server.url) | {"COLUMNS": "200"}
        environment |= {"FREQTRADE__API_SERVER__ENABLED": "false"}
        (trade,) = commands("freqtrade trade")
        with (copy / "bot.log").open("w") as log:
            bot = subprocess.Popen(
                shlex.split(trade), cwd=copy, env=environment, stdout=log, stderr=log
            )
        try:
            wait_for("decision", lambda: has_decisions(copy / "user_data" / "aurum.sqlite"), 120)
        finally:
            bot.send_signal(signal.SIGINT)
            bot.wait(60)
        told = {
            command: run(command, copy, environment)
            for command in COMMANDS
            if command.startswith(tuple(f"aurum {name}" for name in ABOUT_A_BOT))
        }
    assert {command.split()[1] for command in told} == set(ABOUT_A_BOT)
    for command, output in told.items():
        assert output.strip(), command
    assert "BTC/USDT" in told["aurum why BTC/USDT --last 10"]


def has_decisions(database: Path) -> bool:
    if not database.is_file():
        return False
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):
        pairs = "SELECT COUNT(*) FROM decisions WHERE pair = 'BTC/USDT'"
        return bool(connection.execute(pairs).fetchone()[0])
    return False


def test_the_simulated_exchange_starts_as_shown(copy) -> None:
    environment = freqtrade_environment("http://unused")
    plain, *replays = commands("aurum sandbox")
    run_until(f"{plain} --port 0", "Ctrl-C stops it", copy, environment)
    if not CANDLES.is_dir():
        pytest.skip(f"real candles are not at {CANDLES}")
    for command in replays:
        real = command.replace("~/candles/binance", str(CANDLES))
        if "--run" in real:
            output = run(real, copy, environment | {"COLUMNS": "200"})
            assert "STRATEGY SUMMARY" in output
        else:
            run_until(f"{real} --port 0", "Ctrl-C stops it", copy, environment)


@pytest.mark.skipif(not CANDLES.is_dir(), reason=f"real candles are not at {CANDLES}")
def test_the_evaluation_runs_as_shown(copy) -> None:
    (command,) = commands("aurum evaluate")
    real = command.replace("~/candles/binance", str(CANDLES))
    output = run(real, copy, with_own_programs(COLUMNS="200"))
    assert "forward_volatility" in output
    assert (copy / "user_data" / "evaluation" / "evaluation.html").is_file()


def test_the_monitor_starts_as_shown(copy) -> None:
    (command,) = commands("aurum monitor")
    run_until(f"{command} --port 0", "Ctrl-C stops it", copy, with_own_programs())


def test_the_doctor_runs_as_shown(copy) -> None:
    (command,) = commands("aurum doctor")
    output = run(command, copy, with_own_programs())
    assert "AurumStrategy" in output
