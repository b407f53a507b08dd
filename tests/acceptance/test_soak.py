"""`aurum soak`, in small: every promise holds, with faults and without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from freqtrade_process import ROOT

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

PLAN: dict[str, Any] = {
    "seed": 5,
    "rules": [
        # Each of them happens, however few requests a busy machine comes to send.
        {"kind": "reset_before", "every": 19},
        {"kind": "reset_after", "every": 23},
        {"kind": "server_error", "every": 17},
        {"kind": "truncated_body", "every": 29},
        {"kind": "rate_limited", "route": "binance.*", "after_s": 20, "until_s": 24},
    ],
}
MEMORY = "memory of the bot grew"


def soak(folder: Path, *arguments: str) -> dict[str, Any]:
    """The figures of a soak.

    So short a run says nothing about memory, whose growth alone may be missed.
    """
    figures = folder / "figures.json"
    command = [sys.executable, "-m", "aurum_plugins.cli", "soak", "--json", str(figures)]
    done = subprocess.run(
        [*command, "--folder", str(folder / "kept"), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=850,
        check=False,
    )
    print(done.stdout)
    assert done.returncode in (0, 1), done.stdout[-4000:]
    document: dict[str, Any] = json.loads(figures.read_text())
    assert done.returncode == bool(document["missed"])
    assert [promise for promise in document["missed"] if not promise.startswith(MEMORY)] == []
    return dict(document["figures"])


def test_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(PLAN))
    figures = soak(tmp_path, "--minutes", "3", "--eager", "--plan", str(plan))
    kinds = {rule["kind"] for rule in PLAN["rules"]}
    assert set(figures["faults that had an effect"]) == kinds
    assert figures["requests served"]["binance"] > 100
    assert figures["orders sent"] > 0


def test_undisturbed_trading_leaves_nothing_unaccounted_for(tmp_path: Path) -> None:
    figures = soak(tmp_path, "--minutes", "2", "--eager")
    assert figures["missing"] == figures["orders lost"] == figures["errors in the bot's log"] == 0
    assert figures["orders sent"] > 0
