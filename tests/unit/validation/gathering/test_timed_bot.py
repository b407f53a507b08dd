"""A bot that is timed: how it is set up, and which runs count. The program itself is a stand-in."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering import timed_bot
from aurum_plugins.validation.gathering.timed_bot import TimedBot

CHECKOUT = Path(__file__).resolve().parents[4]
PAIRS = [f"COIN{letter}/USDT" for letter in "ABCDEF"]
SLEEP = "touch said; exec sleep 60"
LINE = {"pair": PAIRS[0], "wall_ms": 12.0, "cpu_ms": 10.0, "training": True, "ready": True}


@pytest.fixture
def said(tmp_path):
    """Waits until the script has said all that it has to say, or ended."""

    def wait(process: subprocess.Popen[bytes], _seconds: float) -> int | None:
        while process.poll() is None and not (tmp_path / "bot" / "said").exists():
            time.sleep(0.005)
        return process.poll()

    return wait


@pytest.fixture
def bot(tmp_path, monkeypatch):
    """Makes a bot whose program is a shell script."""

    def of(script: str, **options: object) -> TimedBot:
        program = tmp_path / "freqtrade"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(timed_bot, "PROGRAM", str(program))
        return TimedBot(tmp_path / "bot", CHECKOUT, PAIRS, **options)  # type: ignore[arg-type]

    return of


def test_timings_are_read_when_its_time_is_over(bot, said) -> None:
    script = f"echo '{json.dumps(LINE)}' >> $AURUM_TIMINGS; {SLEEP}"
    assert bot(script).run(dict(os.environ), 1.0, said) == [LINE]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no such strategy; exit 2", "the bot ended, or decided nothing: no such strategy"),
        (SLEEP, "the bot ended, or decided nothing"),
        (
            f"touch $AURUM_TIMINGS; echo Training A/USDT raised exception ValueError.; {SLEEP}",
            "trainings failed: ValueError",
        ),
    ],
)
def test_a_run_that_failed_measures_nothing(bot, said, script, words) -> None:
    with pytest.raises(NotMeasured, match=words):
        bot(script).run(dict(os.environ), 1.0, said)


def test_a_model_that_may_not_serve_is_no_failure(bot, said) -> None:
    refused = f"touch $AURUM_TIMINGS; echo Training A/USDT raised exception NotPromoted.; {SLEEP}"
    assert bot(refused).run(dict(os.environ), 1.0, said) == []


def test_a_bot_that_does_not_listen_is_killed(bot, said, monkeypatch) -> None:
    monkeypatch.setattr(timed_bot, "GRACE", 0.05)
    deaf = "trap '' INT; touch $AURUM_TIMINGS said; while :; do sleep 0.1; done"
    assert bot(deaf).run(dict(os.environ), 1.0, said) == []


@pytest.mark.parametrize(
    ("options", "targets", "members"),
    [
        ({}, ["forward_return", "forward_volatility"], list(timed_bot.MEMBERS)),
        ({"lstm": True}, ["forward_return", "forward_volatility"], [*timed_bot.MEMBERS, "lstm"]),
        ({"model": "AurumLightGBMRegressor"}, ["forward_volatility"], None),
    ],
)
def test_its_configuration_is_of_the_checkout(bot, tmp_path, options, targets, members) -> None:
    bot("true", **options)
    config = json.loads((tmp_path / "bot" / "config.json").read_text())
    assert all(Path(file).is_file() for file in config["add_config_files"])
    assert config["aurum"]["targets"]["include"] == targets
    assert config["aurum"].get("ensemble", {}).get("members") == members
    assert config["exchange"]["pair_whitelist"] == PAIRS
    strategy = (tmp_path / "bot" / "strategies" / "TimedStrategy.py").read_text()
    assert "class TimedStrategy(" in strategy
    ast.parse(strategy)


def test_its_time_ends_although_it_still_runs(bot) -> None:
    with pytest.raises(NotMeasured, match="decided nothing"):
        bot("exec sleep 60").run(dict(os.environ), 1e-4)
