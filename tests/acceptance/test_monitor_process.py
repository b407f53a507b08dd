"""A real `aurum monitor` beside bots: it comes and goes, and they do not notice."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from loopback_http import Answer, LoopbackServer
from monitor_process import AURUM, BOT, MonitorProcess, new_database, show_life, wait_for
from sqlalchemy import select

from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import LoopReport

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(180)]

SLOWEST_WRITE_SECONDS = 1.0


class LivingBot:
    """Writes like a bot in a thread, and notes how long the longest write took."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.writes = 0
        self.slowest = 0.0
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            began = time.monotonic()
            try:
                show_life(self._database)
            except Exception as error:  # noqa: BLE001 - whatever a bot would have met
                self.failures.append(str(error))
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.writes += 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as opened:
        yield opened


def rows(database: Database, table: Any) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(table).order_by(table.c.number)))


def silent(database: Database) -> list[Any]:
    return [row for row in rows(database, alerts) if row.rule == "bot_silent"]


def test_it_may_be_there_before_the_bots(tmp_path: Path) -> None:
    with MonitorProcess(tmp_path, {}) as monitor:
        health = wait_for(lambda: (h := monitor.health())["looks"] and h, 20)
        assert health["database_reachable"] is False
        assert "no bot made one yet" in health["faults"]["database"]
        assert monitor.client.get("/").status_code == 200
        assert monitor.client.get("/api/bots").json()["bots"] == []
        with new_database(tmp_path) as made:
            show_life(made, equity=1_234.5)
            document = wait_for(monitor.document, 20)
            written = ReportStore(made).read(BOT, LoopReport)
        assert written is not None
        assert document["account"]["report"]["equity"] == 1_234.5
        assert document["loop"]["at_ms"] == written.at_ms
        assert document["loop"]["report"] == written.report.as_json()
        assert (
            wait_for(lambda: (h := monitor.health())["database_reachable"] and h, 20)["bots"] == 1
        )
        text = monitor.client.get("/metrics").text
        assert f'aurum_equity_quote{{bot="{BOT}"}} 1234.5\n' in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(
    number: signal.Signals, tmp_path: Path, database: Database
) -> None:
    show_life(database)
    with MonitorProcess(tmp_path, {}) as monitor:
        wait_for(monitor.document, 20)
        seconds = monitor.end(number)
        assert monitor.process.returncode == 0
        assert "Traceback" not in monitor.log
    # A second on an idle machine.
    assert seconds < 5


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with MonitorProcess(tmp_path, {}) as monitor:
        port = str(monitor.client.base_url.port)
        command = [AURUM, "monitor", "--port", port]
        second = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode == 2
    assert f"127.0.0.1:{port} is already in use" in second.stderr
    assert "Traceback" not in second.stderr


def test_tokens_of_the_command_open_the_process(tmp_path: Path) -> None:
    def aurum(*words: str) -> str:
        done = subprocess.run(
            [AURUM, "monitor", *words, "--config", "config.json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    with MonitorProcess(tmp_path, {}, "--always-ask") as monitor:
        assert monitor.client.get("/api/bots").status_code == 401
        bearer = {"Authorization": f"Bearer {aurum('token', '--days', '1')}"}
        assert monitor.client.get("/api/bots", headers=bearer).status_code == 200
        aurum("rotate")
        assert monitor.client.get("/api/bots", headers=bearer).status_code == 401
        assert bearer["Authorization"] not in monitor.log


def test_alerts_outlive_a_killed_monitor(tmp_path: Path, database: Database) -> None:
    show_life(database)
    with MonitorProcess(tmp_path, {}) as monitor:
        # Nobody writes any more: the bot is dead.
        began = time.monotonic()
        (raised,) = wait_for(lambda: silent(database), 40)
        assert time.monotonic() - began < 30
        assert raised.ended_ms is None
        wait_for(lambda: f"Alert {raised.number}: " in monitor.log, 20)
        monitor.end(signal.SIGKILL)
    (left,) = silent(database)
    assert left.ended_ms is None
    with MonitorProcess(tmp_path, {}) as monitor:
        wait_for(lambda: monitor.health()["looks"] >= 5, 40)
        assert [row.number for row in silent(database)] == [raised.number], "the same alert"
        assert monitor.document()["alerts"][0]["number"] == raised.number  # type: ignore[index]
        with LivingBot(database):
            wait_for(lambda: silent(database)[0].ended_ms, 40)
        told = [row for row in rows(database, alert_notices) if row.alert == raised.number]
    assert [row.kind for row in told] == ["raised", "ended"], "each told once"


def test_notices_outlive_a_killed_monitor(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_life(database)
    with LoopbackServer(lambda _: Answer(status=503)) as server:
        monkeypatch.setenv("AURUM_WEBHOOK_URL", f"{server.url}/hook")
        with MonitorProcess(tmp_path, {}) as monitor:
            wait_for(lambda: [r for r in rows(database, alert_notices) if r.fault], 60)
            monitor.end(signal.SIGKILL)
        waiting = [r for r in rows(database, alert_notices) if r.channel == "webhook"]
        assert waiting
        assert waiting[0].sent_ms is None
        server.answer = lambda _: Answer()
        with MonitorProcess(tmp_path, {}):
            number = waiting[0].number
            wait_for(
                lambda: [
                    r for r in rows(database, alert_notices) if r.number == number and r.sent_ms
                ],
                120,
            )


def test_a_bot_does_not_notice_a_monitor_that_is_killed_stopped_or_gone(
    tmp_path: Path, database: Database
) -> None:
    with LivingBot(database) as bot:
        for number in (signal.SIGKILL, signal.SIGSTOP):
            with MonitorProcess(tmp_path, {}) as monitor:
                wait_for(monitor.document, 20)
                monitor.process.send_signal(number)
                before = bot.writes
                wait_for(lambda before=before: bot.writes > before + 40, 20)
    assert bot.failures == []
    assert bot.slowest < SLOWEST_WRITE_SECONDS


def test_a_bot_does_not_notice_a_reader_that_hangs(database: Database) -> None:
    """Somebody reads, and holds what was read for 20 seconds."""
    show_life(database)
    with database.reading() as connection, LivingBot(database) as bot:
        first = list(connection.execute(select(alerts)))
        time.sleep(20)
        assert list(connection.execute(select(alerts))) == first, "one moment"
    assert bot.failures == []
    assert bot.writes > 100
    assert bot.slowest < SLOWEST_WRITE_SECONDS


def test_a_monitor_of_a_broken_database_says_so_and_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "aurum.sqlite"
    path.write_bytes(b"this is no database" * 1_000)
    with MonitorProcess(tmp_path, {}) as monitor:
        health = wait_for(lambda: (h := monitor.health())["looks"] and h, 20)
        assert "not an SQLite database" in health["faults"]["database"]
        wait_for(lambda: "nothing is watched" in monitor.log, 40)
    assert path.read_bytes() == b"this is no database" * 1_000


def test_a_database_that_is_replaced_is_taken_up(tmp_path: Path, database: Database) -> None:
    show_life(database)
    with MonitorProcess(tmp_path, {}) as monitor:
        wait_for(monitor.document, 20)
        database.close()
        for file in tmp_path.glob("aurum.sqlite*"):
            file.rename(tmp_path / f"old-{file.name}")
        wait_for(lambda: not monitor.health()["database_reachable"], 20)
        with new_database(tmp_path) as made:
            show_life(made, equity=77.0)
            since = WallClock().now_ms()
            document = wait_for(lambda: (d := monitor.document()) and d["now_ms"] > since and d, 30)
        assert document["account"]["report"]["equity"] == 77.0
