"""A ledger that several processes write to, on either kind of database."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from fee_cases import BOT, ledger_of, settled, tampering, terms
from sqlalchemy import URL, text

from aurum_plugins.database import DatabaseUnavailable, RecordConflict, open_database
from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.ledger.ledger_entry import EntryKind
from aurum_plugins.ledger.ledger_rows import row_of

SUPPORT = Path(__file__).resolve().parents[2] / "support"
# Settles growing sets of trades for ever, and invoices now and then; says so after each commit.
WRITER = f"""
import sys, time
sys.path.insert(0, {str(SUPPORT)!r})
from fee_cases import ledger_of, settled, terms
from aurum_plugins.database import open_database
with open_database(sys.argv[1], timeout_seconds=30.0) as database:
    ledger = ledger_of(database, terms("profit", "0.5"))
    last = int(sys.argv[2])
    print("open", flush=True)
    for number in range(1, last + 1):
        ledger.settle([settled(each, "2") for each in range(1, number + 1)])
        if number % 7 == 0:
            ledger.invoice()
        print(number, flush=True)
        time.sleep(0.002)
"""


def start(url: URL, last: int) -> subprocess.Popen[str]:
    address = url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, address, str(last)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def charged(ledger) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in ledger.entries():
        if entry.kind in (EntryKind.ACCRUAL, EntryKind.REVERSAL):
            sums[entry.trade] = sums.get(entry.trade, Decimal(0)) + entry.amount
    return sums


def test_processes_that_settle_at_once_charge_each_trade_once(database_address) -> None:
    open_database(database_address).close()
    writers = [start(database_address, 20) for _ in range(3)]
    ends = [writer.communicate(timeout=120) for writer in writers]
    assert [errors for _, errors in ends] == [""] * 3
    with open_database(database_address) as database:
        ledger = ledger_of(database, terms("profit", "0.5"))
        assert charged(ledger) == {settled(each).key: Decimal(1) for each in range(1, 21)}
        assert ledger.verify().sound
        total = ledger.totals()[0]
        assert total.accrued + total.invoiced == 20


def test_a_killed_process_leaves_a_whole_chain(database_address) -> None:
    open_database(database_address).close()
    told = 0
    for pause in (0.0, 0.05, 0.1):
        writer = start(database_address, 10_000)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        said = writer.communicate(timeout=60)[0].split()
        told = max([told, *map(int, said)])
        with open_database(database_address) as database:
            ledger = ledger_of(database, terms("profit", "0.5"))
            assert ledger.verify().sound
            assert told <= len(charged(ledger)) <= told + 1
            # Whoever comes next goes on, and charges nothing again.
            ledger.settle([settled(each, "2") for each in range(1, told + 3)])
            assert set(charged(ledger).values()) == {Decimal(1)}
            told = len(charged(ledger))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount = '0'",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
        "INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries",
        "UPDATE OR REPLACE ledger_entries SET number = 2 WHERE number = 1",
    ],
)
def test_entries_are_neither_changed_nor_deleted(database, statement) -> None:
    ledger = ledger_of(database)
    entered = ledger.settle([settled(1, "1"), settled(2, "2")])
    refused = RecordConflict
    if ("OR REPLACE" in statement) == (database.kind == "postgresql") or (
        "TRUNCATE" in statement and database.kind == "sqlite"
    ):
        # Statements that the other kind does not know.
        refused = DatabaseUnavailable
    with pytest.raises(refused), database.writing() as connection:
        connection.execute(text(statement))
    assert ledger_of(database).entries() == entered


def test_a_second_entry_of_a_number_is_refused(database) -> None:
    entered = ledger_of(database).settle([settled(1, "1")])
    with pytest.raises(RecordConflict), database.writing() as connection:
        connection.execute(ledger_entries.insert().values(row_of(entered[0])))
    assert ledger_of(database).head().number == 1


@pytest.mark.parametrize("column", ["note", "amount", "profit", "trade", "bot"])
def test_who_may_do_everything_is_found_out(database, column) -> None:
    ledger = ledger_of(database)
    ledger.settle([settled(1, "1"), settled(2, "2")])
    with tampering(database) as connection:
        last = ledger_entries.update().where(ledger_entries.c.number == 2)
        connection.execute(last.values({column: "7"}))
    assert ledger_of(database).verify().bad == 2


def test_a_database_that_goes_away_leaves_the_ledger_as_it_was(postgres) -> None:
    url = postgres.new_database()
    try:
        with open_database(url) as database:
            ledger = ledger_of(database)
            ledger.settle([settled(1, "1")])
            postgres.stop()
            try:
                with pytest.raises(DatabaseUnavailable):
                    ledger.settle([settled(1, "1"), settled(2, "1")])
            finally:
                postgres.start()
            assert len(ledger.settle([settled(1, "1"), settled(2, "1")])) == 1
            assert ledger.verify().sound
            assert ledger.verify().bot == BOT
    finally:
        postgres.drop(url)
