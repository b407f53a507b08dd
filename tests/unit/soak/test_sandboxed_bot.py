"""A bot that is started, stopped and killed; a script stands in for freqtrade."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.soak import sandboxed_bot
from aurum_plugins.soak.eager_strategy import make_eager
from aurum_plugins.soak.resident_memory import memory_mb
from aurum_plugins.soak.sandboxed_bot import SandboxedBot

CHECKOUT = Path(__file__).resolve().parents[3]
URL = "http://127.0.0.1:1"
# Blocks until somebody opens the other end; the test waits for the line before it signals.
LASTING = """#!/bin/sh
echo "2026-11-23 09:00:00,000 - x - ERROR - broken"
echo "Bot heartbeat. $AURUM_DATABASE_URL $AURUM_SANDBOX_URL $@"
: > "{ready}"
exec cat "{fifo}"
"""


def bot(folder: Path, checkout: Path = CHECKOUT, **options: bool) -> SandboxedBot:
    return SandboxedBot(folder, URL, checkout, **{"live": True, **options})


@pytest.fixture
def lasting(tmp_path, monkeypatch) -> SandboxedBot:
    program, fifo, ready = (tmp_path / name for name in ("freqtrade", "fifo", "ready"))
    os.mkfifo(fifo)
    os.mkfifo(ready)
    program.write_text(LASTING.format(fifo=fifo, ready=ready))
    program.chmod(0o755)
    monkeypatch.setattr(sandboxed_bot, "PROGRAM", str(program))
    made = bot(tmp_path)
    made.start()
    ready.read_text()
    return made


def test_a_live_bot_has_the_account_and_a_dry_run_none(tmp_path) -> None:
    live, dry = bot(tmp_path).config, bot(tmp_path, live=False, venues=True).config
    names = [[Path(path).name for path in config["add_config_files"]] for config in (live, dry)]
    assert names == [["sandbox_live.json"], ["sandbox.json", "venues.json"]]
    assert live["exchange"]["key"] == "account-of-the-soak"
    assert (dry["exchange"]["key"], dry["exchange"]["secret"]) == ("", "")
    for config in (live, dry):
        assert config["exchange"]["ccxt_config"]["urls"]["api"]["public"] == f"{URL}/api/v3"


def test_a_file_that_is_missing_is_named(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match=r"run this in a checkout.*sandbox_live\.json"):
        bot(tmp_path, tmp_path)


def test_a_bot_runs_until_it_is_stopped(lasting) -> None:
    assert lasting.alive
    assert lasting.has_looped
    assert lasting.memory_mb > 0
    assert f"sqlite:///{lasting.records} {URL} trade" in lasting.tail()
    assert f"trade --config {lasting.folder / 'config.json'}" in lasting.tail(1)
    assert lasting.errors() == ["2026-11-23 09:00:00,000 - x - ERROR - broken"]
    assert json.loads((lasting.folder / "config.json").read_text()) == lasting.config
    lasting.stop()
    assert not lasting.alive
    assert lasting.memory_mb == 0.0
    lasting.kill()


def test_a_bot_is_killed(lasting) -> None:
    lasting.kill()
    assert not lasting.alive


def test_a_bot_that_was_never_started(tmp_path) -> None:
    made = bot(tmp_path)
    made.stop()
    assert not made.alive
    assert made.memory_mb == 0.0


def test_memory_of_nobody() -> None:
    assert memory_mb(2**30) == 0.0
    assert memory_mb(os.getpid()) > 1


def test_an_eager_bot_has_a_strategy_of_its_own(tmp_path) -> None:
    made = bot(tmp_path)
    make_eager(made)
    (file,) = Path(made.config["strategy_path"]).iterdir()
    assert file.stem == made.config["strategy"] == "EagerStrategy"
    # freqtrade looks for this text.
    assert "class EagerStrategy(" in file.read_text()
    assert str(CHECKOUT / "user_data" / "strategies" / "AurumStrategy.py") in file.read_text()
    assert made.config["aurum"]["risk"]["longest_hold_candles"] == 1
