"""`aurum soak`: what it refuses, shows and writes, and with which status it ends."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from aurum_plugins.clock import WallClock
from aurum_plugins.commands import soak as command
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.faults import FaultInjector, FaultPlan
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.watch import Watched

app = typer.Typer()
app.command()(command.soak)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "120"})


def words(result: Result) -> str:
    """Everything printed, as one line."""
    return " ".join(result.output.split())


@pytest.fixture
def asked(monkeypatch, tmp_path) -> dict[str, Any]:
    """What a run was asked for; a stand-in for it finds what stands under `missed`."""
    seen: dict[str, Any] = {"missed": []}

    def run(folder: Path, checkout: Path, minutes: float, plan: Any, **options: Any) -> Findings:
        seen.update(folder=folder, checkout=checkout, minutes=minutes, plan=plan, **options)
        ticks(folder, options["on_tick"])
        if seen.get("terminated"):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        findings = Findings(missed=seen["missed"])
        findings.count("orders sent", 1_234)
        return findings

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "run_soak", run)
    return seen


def ticks(folder: Path, on_tick: Any) -> None:
    """A bot that creates its journal after the first look at it."""
    injector = FaultInjector(WallClock(), FaultPlan())
    bot: Any = SimpleNamespace(records=folder / "aurum.sqlite")
    on_tick(bot, injector, Watched(0), 0.0)
    with closing(sqlite3.connect(bot.records)) as connection:
        connection.execute("CREATE TABLE decisions (pair)")
    on_tick(bot, injector, Watched(0, armed_ms=1), 6.0)
    on_tick(bot, injector, Watched(0, armed_ms=1, disarmed_ms=2), 7.0)


def test_an_hour_of_live_orders_without_faults_by_default(asked, tmp_path) -> None:
    result = invoke()
    assert result.exit_code == 0, (result.output, result.exception)
    assert (asked["minutes"], asked["plan"], asked["live"]) == (60.0, None, True)
    assert not asked["eager"]
    assert (asked["checkout"], asked["port"]) == (tmp_path, 0)
    assert "60 minutes, 8 pairs, 1m, live orders, no faults" in words(result)
    assert "1,234" in result.output
    assert "MISSED" not in result.output
    assert not asked["folder"].exists()


def test_options_reach_the_run(asked, tmp_path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"rules": [{"kind": "dark"}]}')
    options = ("--minutes", "2.5", "--plan", str(plan), "--dry-run", "--eager", "--seed", "9")
    result = invoke(*options, "--folder", "kept", "--json", "figures.json")
    assert result.exit_code == 0, (result.output, result.exception)
    assert (asked["minutes"], asked["live"], asked["seed"]) == (2.5, False, 9)
    assert asked["eager"]
    assert asked["plan"].rules[0].kind == "dark"
    assert asked["folder"] == tmp_path / "kept"
    assert "2.5 minutes, 8 pairs, 1m, dry run, plan.json" in words(result)
    document = json.loads((tmp_path / "figures.json").read_text())
    assert document["figures"] == {"orders sent": 1_234}
    assert (document["minutes"], document["missed"], document["dry_run"]) == (2.5, [], True)
    assert document["plan"]["rules"][0]["kind"] == "dark"


def test_a_missed_promise_is_named_and_ends_with_1(asked, tmp_path) -> None:
    asked["missed"] = ["orders lost: 1, such as [bold]7"]
    result = invoke("--json", "figures.json")
    assert result.exit_code == 1
    assert "MISSED  orders lost: 1, such as [bold]7" in result.output
    document = json.loads((tmp_path / "figures.json").read_text())
    assert document["missed"] == asked["missed"]
    assert document["plan"] is None


@pytest.mark.parametrize("name", ["full", "file"])
def test_a_folder_that_holds_something_is_refused(asked, tmp_path, name) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "trades.sqlite").write_text("")
    (tmp_path / "file").write_text("")
    result = invoke("--folder", name)
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception).startswith("--folder: must be an empty or a new folder")
    assert "minutes" not in asked


def test_a_plan_that_is_wrong_is_refused_before_anything_starts(asked, tmp_path) -> None:
    result = invoke("--plan", "none.json")
    assert isinstance(result.exception, ConfigurationError)
    assert "must be a readable JSON file" in str(result.exception)
    assert "minutes" not in asked


def test_outside_a_checkout_the_missing_file_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("--minutes", "1")
    assert isinstance(result.exception, ConfigurationError)
    words = "checkout: must be a file; run this in a checkout of AurumBotX"
    assert str(result.exception).startswith(words)


def test_a_sigterm_ends_it_as_ctrl_c_does(asked) -> None:
    before = signal.getsignal(signal.SIGTERM)
    asked["terminated"] = True
    assert invoke().exit_code == 0
    assert signal.getsignal(signal.SIGTERM) is before
