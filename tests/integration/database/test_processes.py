"""Several processes, and processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select

from aurum_plugins.database import open_database
from aurum_plugins.database.schema import decisions, equity_marks, metadata
from aurum_plugins.database.schema_version import HEAD
from aurum_plugins.database.status import read_status

BATCH = 20
# Writes batches of rows for ever, and says so after each commit. In a transaction all or none of
# a batch is there.
WRITER = f"""
import sys, time
from aurum_plugins.database import open_database
from aurum_plugins.database.schema import equity_marks
database = open_database(sys.argv[1], timeout_seconds=30.0)
print("open", flush=True)
number = int(sys.argv[2])
while True:
    with database.writing() as connection:
        for place in range({BATCH}):
            connection.execute(equity_marks.insert().values(
                bot=f"batch {{number}}", at_ms=place, equity=1.0, exposure=0.0, drawdown=0.0))
    print(number, flush=True)
    number += 1
    # SQLite does not queue whoever waits: who never pauses could starve the others.
    time.sleep(float(sys.argv[3]))
"""
PAUSE = "0.02"
OPENER = """
import sys
from aurum_plugins.database import open_database
with open_database(sys.argv[1]) as database, database.reading():
    print("open")
"""


def start(program: str, url: URL, *arguments: str) -> subprocess.Popen[str]:
    address = url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", program, address, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_start_at_once_agree(database_address) -> None:
    openers = [start(OPENER, database_address) for _ in range(4)]
    ends = [opener.communicate(timeout=120) for opener in openers]
    assert ends == [("open\n", "")] * 4
    with open_database(database_address, migrate=False) as database:
        assert read_status(database).rows == dict.fromkeys(metadata.tables, 0)


def test_a_killed_writer_leaves_whole_transactions(database_address) -> None:
    moments = random.Random(7)
    committed = 0
    for _ in range(6):
        writer = start(WRITER, database_address, str(committed + 1), "0")
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        time.sleep(moments.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        said = writer.communicate(timeout=60)[0].split()
        told = int(said[-1]) if said else committed
        with open_database(database_address) as database, database.reading() as connection:
            sizes = connection.execute(
                select(func.count()).select_from(equity_marks).group_by(equity_marks.c.bot)
            ).scalars()
            counts = list(sizes)
        assert set(counts) <= {BATCH}, "a part of a transaction was kept"
        # What was reported is there; the last commit may have come before its report.
        assert told <= len(counts) <= told + 1
        committed = len(counts)
        with open_database(database_address) as database:
            assert sum(read_status(database).rows.values()) == committed * BATCH
    assert committed > 0


def test_a_process_killed_while_it_migrates_leaves_all_or_nothing(database_address) -> None:
    moments = random.Random(11)
    for _ in range(5):
        opener = start(OPENER, database_address)
        # Starting Python and importing takes most of it.
        time.sleep(moments.uniform(0.3, 1.2))
        opener.kill()
        opener.communicate(timeout=60)
    with open_database(database_address) as database:
        assert read_status(database).version == HEAD


def test_two_processes_write_by_turns(database_address) -> None:
    with open_database(database_address, timeout_seconds=30.0) as database:
        writers = [start(WRITER, database_address, str(first), PAUSE) for first in (0, 1_000_000)]
        try:
            for writer in writers:
                assert writer.stdout is not None
                for _ in range(5):
                    assert writer.stdout.readline() != ""
            with database.writing() as connection:
                connection.execute(
                    decisions.insert().values(
                        bot="b",
                        pair="BTC/USDT",
                        timeframe="1m",
                        candle_ms=1,
                        action="HOLD",
                        signal="NO_BREAKOUT",
                        verdict="none",
                        reason="NO_BREAKOUT",
                        figures={},
                        attempts=0,
                        decided_ms=2,
                        strategy="s",
                    )
                )
        finally:
            for writer in writers:
                writer.kill()
                writer.communicate(timeout=60)
        assert read_status(database).rows["decisions"] == 1


@pytest.fixture
def file_size_limit() -> str:
    """A program that cannot let a file grow beyond some size: a full disk."""
    return """
import resource, sys
from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import switches
database = open_database(sys.argv[1])
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
written = 0
try:
    while True:
        with database.writing() as connection:
            connection.execute(switches.insert().values(
                bot="b", state="s", reason="x" * 10_000, by="b", at_ms=1))
        written += 1
except DatabaseUnavailable as error:
    print(written, error.reason)
# Of the database alone: what measures coverage writes files, too.
resource.setrlimit(resource.RLIMIT_FSIZE, before)
"""


def test_a_full_disk_loses_nothing_that_was_committed(file_size_limit, tmp_path: Path) -> None:
    url = URL.create("sqlite", database=str(tmp_path / "aurum.sqlite"))
    out, errors = start(file_size_limit, url).communicate(timeout=120)
    written, _, reason = out.partition(" ")
    assert errors == ""
    assert reason.startswith("the disk failed, or is full")
    with open_database(url) as database:
        assert int(written) > 5
        assert read_status(database).rows["switches"] == int(written)
