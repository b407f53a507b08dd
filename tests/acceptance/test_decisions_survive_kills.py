"""The benchmark of a bot that is killed at random, in small: every promise holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from freqtrade_process import ROOT

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]


def run(script: str, *arguments: str) -> str:
    """What a benchmark prints; it ends with 1 and names the promise if one is missed."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=850,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "MISSED" not in done.stdout
    return done.stdout


def test_three_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    text = run("kill_storm.py", "--kills", "3", "--seed", "1", "--folder", str(tmp_path))
    assert "trading again after, longest s" in text
    assert len(list(tmp_path.glob("bot-*.log"))) == 4
