"""`aurum soak`, in small: every promise holds, with faults and without."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass
class Soak:
    """`aurum soak` in a process of its own, in a folder of its own."""

    folder: Path
    arguments: tuple[str, ...]

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "aurum_plugins.cli", "soak", "--eager"]
        files = ("--json", str(self.folder / "figures.json"), "--folder", str(self.folder / "kept"))
        with self._printed.open("wb") as sink:
            self._process = subprocess.Popen(
                [*command, *files, *self.arguments], cwd=ROOT, stdout=sink, stderr=sink
            )

    @property
    def _printed(self) -> Path:
        return self.folder / "printed.txt"

    def figures(self) -> dict[str, Any]:
        """Its figures, once it is over.

        So short a run says nothing about memory, whose growth alone may be missed.
        """
        status = self._process.wait(850)
        printed = self._printed.read_text()
        print(printed)
        assert status in (0, 1), printed[-4000:]
        document: dict[str, Any] = json.loads((self.folder / "figures.json").read_text())
        assert status == bool(document["missed"])
        assert [promise for promise in document["missed"] if not promise.startswith(MEMORY)] == []
        return dict(document["figures"])

    def end(self) -> None:
        """Interrupt it if it still runs; its bot goes with it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)


@pytest.fixture(scope="module")
def soaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Soak]]:
    """Two at the same time, as both mostly wait for candles."""
    plan = tmp_path_factory.mktemp("plan") / "plan.json"
    plan.write_text(json.dumps(PLAN))
    arguments = {
        "with faults": ("--minutes", "3", "--plan", str(plan)),
        "undisturbed": ("--minutes", "2"),
    }
    begun = {
        name: Soak(tmp_path_factory.mktemp("soak"), given) for name, given in arguments.items()
    }
    yield begun
    for soak in begun.values():
        soak.end()


def test_undisturbed_trading_leaves_nothing_unaccounted_for(soaks: dict[str, Soak]) -> None:
    figures = soaks["undisturbed"].figures()
    assert figures["missing"] == figures["orders lost"] == figures["errors in the bot's log"] == 0
    assert figures["orders sent"] > 0


def test_faults_lose_and_double_nothing(soaks: dict[str, Soak]) -> None:
    figures = soaks["with faults"].figures()
    kinds = {rule["kind"] for rule in PLAN["rules"]}
    assert set(figures["faults that had an effect"]) == kinds
    assert figures["requests served"]["binance"] > 100
    assert figures["orders sent"] > 0
