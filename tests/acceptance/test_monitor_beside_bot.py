"""A real bot on the simulated exchange, `aurum monitor` beside it, and a browser on its page."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from freqtrade_process import ROOT, wait_for
from lively_seed import lively_seed
from monitor_process import MonitorProcess
from playwright.sync_api import Page, expect, sync_playwright

from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.eager_strategy import NAME, make_eager
from aurum_plugins.soak.sandboxed_bot import SandboxedBot
from aurum_plugins.soak.sqlite_rows import read

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.timeout(900),
    pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH"),
]
# What the monitor is to keep, and a second for this test to notice.
NOTICED_SECONDS = 30.0
LEDGER = {"enabled": True, "base": "notional", "rate": 0.025}
DEFAULTS = MonitorSettings()
# Added to the strategy.
HANGING = """
    def bot_loop_start(self, **given):
        import pathlib, time
        while pathlib.Path({hang!r}).exists():
            time.sleep(0.1)
        super().bot_loop_start(**given)
"""


@dataclass
class Beside:
    """A bot, its monitor, and the file while which is there its loop hangs."""

    bot: SandboxedBot
    monitor: MonitorProcess
    hang: Path

    @property
    def name(self) -> str:
        (row,) = self.records("SELECT bot FROM bot_reports WHERE topic = 'loop'")
        return str(row["bot"])

    def records(self, query: str) -> list[dict[str, Any]]:
        return read(self.bot.records, query)

    def document(self) -> dict[str, Any]:
        answer = self.monitor.client.get(f"/api/bots/{self.name}")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def open_alerts(self) -> set[str]:
        return {row["rule"] for row in self.records("SELECT * FROM alerts WHERE ended_ms IS NULL")}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    folder: Path = tmp_path_factory.mktemp("beside")
    server, _ = counted_server(0, lively_seed(8, range(7, 27)))
    patch = pytest.MonkeyPatch()
    patch.setenv("AURUM_DATABASE_URL", f"sqlite:///{folder / 'aurum.sqlite'}")
    # As it comes.
    limits = {
        "silent_seconds": DEFAULTS.silent_seconds,
        "hung_seconds": DEFAULTS.hung_seconds,
        "grace_seconds": 5.0,
    }
    with server:
        bot = SandboxedBot(folder, server.url, ROOT, live=True, venues=True)
        make_eager(bot)
        hang = folder / "hang"
        with (folder / "strategies" / f"{NAME}.py").open("a") as strategy:
            strategy.write(HANGING.format(hang=str(hang)))
        bot.config["aurum"]["ledger"] = LEDGER
        bot.start()
        config = folder / "monitor"
        config.mkdir()
        try:
            with MonitorProcess(config, limits) as monitor:
                yield Beside(bot, monitor, hang)
        finally:
            bot.stop()
            patch.undo()


def figures(page: Page, within: str) -> set[Decimal]:
    """Whole figures behind the rounded ones."""
    found = page.locator(f"{within} [data-value]")
    return {
        Decimal(value)
        for value in found.evaluate_all("all => all.map((each) => each.dataset.value)")
    }


def trades(beside: Beside, *, is_open: int) -> list[dict[str, Any]]:
    """freqtrade's own; none before it has made its tables."""
    try:
        return read(beside.bot.trades, f"SELECT * FROM trades WHERE is_open = {is_open}")  # noqa: S608
    except sqlite3.OperationalError:
        return []


def send(bot: SandboxedBot, number: signal.Signals) -> None:
    assert bot._process is not None
    os.killpg(bot._process.pid, number)


def test_the_page_shows_what_the_databases_hold(beside: Beside) -> None:
    wait_for("five closed trades", lambda: len(trades(beside, is_open=0)) >= 5, 420)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(str(beside.monitor.client.base_url))
        expect(page.locator("#bot")).to_be_visible(timeout=20_000)
        # Trades open and close once a minute; in between both sides speak of the same.
        wait_for("figures of the databases", lambda: not differences(beside, page), 150)
        shots = os.environ.get("AURUM_SCREENSHOTS")
        if shots:
            page.screenshot(path=f"{shots}/real-1440.png", full_page=True)
            page.set_viewport_size({"width": 390, "height": 844})
            page.screenshot(path=f"{shots}/real-390.png", full_page=True)
        browser.close()
    assert complaints == []


def differences(beside: Beside, page: Page) -> list[str]:
    """What the databases hold and the page does not."""
    tiles, fees = figures(page, "[data-panel=tiles]"), figures(page, "#fees")
    positions, counts = figures(page, "#positions"), figures(page, "#counts")
    closed, held = trades(beside, is_open=0), trades(beside, is_open=1)
    profit = Decimal(str(sum(trade["close_profit_abs"] for trade in closed)))
    (account,) = beside.records("SELECT report FROM bot_reports WHERE topic = 'account'")
    accruals = beside.records("SELECT amount FROM ledger_entries WHERE kind = 'accrual'")
    reasons = beside.records("SELECT reason, count(*) AS n FROM decisions GROUP BY reason")
    equity = json.loads(account["report"])["equity"]
    looked = {
        "closed": Decimal(len(closed)) in tiles,
        "won": Decimal(sum(trade["close_profit_abs"] > 0 for trade in closed)) in tiles,
        "profit": any(abs(figure - profit) < Decimal("1e-6") for figure in tiles),
        "equity": Decimal(str(equity)) in tiles,
        "open": Decimal(len(held)) in tiles,
        "entries": {Decimal(str(trade["open_rate"])) for trade in held} <= positions,
        "accruals": len(accruals) == len(closed),
        "fees": sum(Decimal(row["amount"]) for row in accruals) in fees,
        "reasons": {Decimal(row["n"]) for row in reasons} <= counts,
    }
    found = [name for name, agrees in looked.items() if not agrees]
    print(found)
    return found


def test_a_bot_that_is_stopped_in_its_tracks_is_noticed(beside: Beside) -> None:
    wait_for("quiet", lambda: "bot_silent" not in beside.open_alerts(), 60)
    send(beside.bot, signal.SIGSTOP)
    began = time.monotonic()
    wait_for("alert", lambda: "bot_silent" in beside.open_alerts(), NOTICED_SECONDS)
    took = time.monotonic() - began
    assert took <= NOTICED_SECONDS
    send(beside.bot, signal.SIGCONT)
    wait_for("recovery", lambda: "bot_silent" not in beside.open_alerts(), 60)
    wait_for("word of it", lambda: "Alert 1: over after" in beside.monitor.log, 10)


def test_a_loop_that_hangs_is_noticed(beside: Beside) -> None:
    beside.hang.touch()
    wait_for("alert", lambda: "bot_hung" in beside.open_alerts(), NOTICED_SECONDS)
    # The bot lives: its thread says so.
    assert "bot_silent" not in beside.open_alerts()
    beside.hang.unlink()
    wait_for("recovery", lambda: "bot_hung" not in beside.open_alerts(), 60)


def test_a_bot_that_is_killed_is_noticed(beside: Beside) -> None:
    beside.bot.kill()
    wait_for("alert", lambda: "bot_silent" in beside.open_alerts(), NOTICED_SECONDS)
    rows = beside.records("SELECT * FROM alerts WHERE rule = 'bot_silent' ORDER BY number DESC")
    assert rows[0]["severity"] == "critical"
