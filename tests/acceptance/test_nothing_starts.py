"""A live bot that is set up wrongly, or whose database is of no use, ends at once: one sentence."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from broken_surroundings import KEY, live_bot, sandbox

from aurum_plugins.database import open_database
from aurum_plugins.sandbox.server import SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(120)]

# What freqtrade ends with on an error of configuration.
EXIT_STATUS = 2
RECORDS = "Live orders must be written down before they are sent, which cannot be done: "


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as server:
        yield server


def said_at_the_end(
    server: SandboxServer, folder: Any, overlay: dict[str, Any], database: str | None = None
) -> str:
    """The last line of a bot that does not start, after its time and level."""
    bot = live_bot(server, folder, overlay)
    environment = {**os.environ, "COLUMNS": "1000"}
    environment.pop("AURUM_DATABASE_URL", None)
    if database is not None:
        environment["AURUM_DATABASE_URL"] = database
    done = subprocess.run(
        bot.command("trade"),
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == EXIT_STATUS, done.stdout[-3000:]
    assert "Traceback" not in done.stdout
    account = server.exchange.engine.account(KEY)
    assert account is not None
    assert account.orders == {}
    *_, last = done.stdout.strip().splitlines()
    assert " - freqtrade - ERROR - " in last
    return last.partition(" - ERROR - ")[2]


@pytest.mark.parametrize(
    ("aurum", "sentence"),
    [
        (
            {"risk": {"position_cap": 0.4, "group_cap": 0.2}},
            "aurum.risk.group_cap: must be at least position_cap, which is 0.4 (got 0.2)",
        ),
        (
            {"checks": {"orders_per_minute": 100, "orders_per_hour": 10}},
            r"aurum.checks: orders_per_hour \(10\) must not be below orders_per_minute \(100\) .*",
        ),
        (
            {"policy": {"brave": True}},
            r"aurum.policy.brave: unknown setting; known are .* \(got 'brave'\)",
        ),
        (
            {"checks": {"spread": 3}},
            r"aurum.checks.spread: unknown setting; known are .* \(got 'spread'\)",
        ),
        ({"check": {}}, r"aurum.check: unknown setting; known are .* \(got 'check'\)"),
        (
            {"database": {"url": "mysql://me:hunter2@here/there"}},
            r"aurum.database.url: must begin with sqlite:// or postgresql://, .* \(got 'mysql://'\)",
        ),
    ],
    ids=["caps", "rates", "policy key", "checks key", "section", "database"],
)
def test_a_setting_that_breaks_a_rule(server, tmp_path, aurum, sentence) -> None:
    sentence = sentence if "\\" in sentence else re.escape(sentence)
    assert re.fullmatch(sentence, said_at_the_end(server, tmp_path, {"aurum": aurum}))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://me:hunter2@here/there", "AURUM_DATABASE_URL: must begin with sqlite:// or "),
        ("sqlite://", "database sqlite://: it is in memory and would end with the process"),
        ("sqlite:////nowhere/a.sqlite", "the folder /nowhere does not exist"),
        # Where not even root may write.
        ("sqlite:////sys/a.sqlite", "database sqlite:////sys/a.sqlite: /sys/a.sqlite.lock: "),
        ("postgresql://me:hunter2@127.0.0.1:1/there", "the server does not answer"),
    ],
    ids=["no such kind", "memory", "no folder", "no rights", "no server"],
)
def test_a_database_that_cannot_be_reached(server, tmp_path, url, sentence) -> None:
    said = said_at_the_end(server, tmp_path, {}, url)
    assert said.startswith(RECORDS)
    assert sentence in said
    assert "hunter2" not in said


def test_a_file_that_is_no_database(server, tmp_path) -> None:
    path = tmp_path / "aurum.sqlite"
    path.write_bytes(os.urandom(50_000))
    said = said_at_the_end(server, tmp_path, {}, f"sqlite:///{path}")
    assert said.startswith(
        f"{RECORDS}database sqlite:///{path}: the file is not an SQLite database"
    )


def test_tables_of_a_newer_version(server, tmp_path) -> None:
    path = tmp_path / "aurum.sqlite"
    open_database(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE aurum_version SET version_num = '9999'")
    said = said_at_the_end(server, tmp_path, {}, f"sqlite:///{path}")
    assert said.startswith(f"{RECORDS}database sqlite:///{path}: its tables have version 9999, ")
    assert said.endswith("install the newer one again")
