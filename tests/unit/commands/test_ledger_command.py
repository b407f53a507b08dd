"""`aurum ledger`: what it shows and writes, what it asks, and what it refuses."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from settled import BOT, LEDGER, START_MS, trade
from typer.testing import CliRunner

from aurum_plugins.clock import VirtualClock
from aurum_plugins.commands import ledger as command
from aurum_plugins.commands.ledger_request import NothingBooked
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.ledger.errors import CollectionRefused, UnknownInvoice
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings

CONFIG = {"aurum": {"ledger": {**LEDGER, "label": "Mine & Co"}}}
FILE = Path("user_data/aurum.sqlite")


@pytest.fixture
def database(tmp_path, monkeypatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    Path("user_data").mkdir()
    Path("user_data/config.json").write_text(json.dumps(CONFIG))
    with open_database(f"sqlite:///{FILE}") as opened:
        yield opened


def ledger(database: Database, bot: str = BOT) -> FeeLedger:
    settings = LedgerSettings.from_config(CONFIG)
    return FeeLedger(database, bot, settings, VirtualClock(START_MS))


@pytest.fixture
def booked(database) -> FeeLedger:
    """Two fees of 2.5 each, invoiced, and one that is not."""
    made = ledger(database)
    made.settle([trade(1), trade(2)])
    made.invoice()
    made.settle([trade(1), trade(2), trade(3, pair="ETH/USDT")])
    return made


def invoke(*arguments: str, answer: str | None = None) -> Any:
    runner = CliRunner()
    return runner.invoke(command.app, arguments, env={"COLUMNS": "250"}, input=answer)


def printed(*arguments: str, answer: str | None = None) -> str:
    result = invoke(*arguments, answer=answer)
    assert result.exit_code == 0, (result.output, result.exception)
    return "\n".join(" ".join(line.split()) for line in result.stdout.splitlines())


def refusal(*arguments: str) -> AurumError:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), (result.output, result.exception)
    return result.exception


@pytest.mark.parametrize("name", ["report", "invoice", "collect", "export", "verify", "reconcile"])
def test_every_help_says_that_no_funds_are_moved(name: str) -> None:
    text = " ".join(re.sub(r"[│╭╰─╮╯]", " ", invoke(name, "--help").stdout).split())
    assert re.search(r"no funds are moved|moves no funds", text, re.IGNORECASE)


def test_the_report_adds_up_what_is_owed(booked) -> None:
    text = printed("report")
    assert f"Fees of {BOT}" in text
    assert "USDT 2.50 5.00 7.50 0.00 3" in text
    assert "no funds are moved" in text
    assert "1 2026-11-22 10:00 UTC 5.00 USDT 0.00 USDT 5.00 USDT" in text
    assert "The last 4 of 4 entries" in text
    assert f"4 2026-11-22 10:00 UTC accrual {trade(3, pair='ETH/USDT').key} 2.5 % of 100.00" in text


def test_the_last_entries_may_be_few_or_none(booked) -> None:
    assert "The last 1 of 4 entries" in printed("report", "--last", "1")
    assert "entries" not in printed("report", "--last", "0")


def test_a_paid_invoice_is_not_shown(booked) -> None:
    booked.collect(1)
    text = printed("report")
    assert "not paid in full" not in text
    assert "USDT 2.50 0.00 2.50 5.00 3" in text


def test_the_report_as_json(booked) -> None:
    document = json.loads(printed("report", "--json", "--last", "2"))
    assert document["bot"] == BOT
    assert document["moves_funds"] is False
    (total,) = document["totals"]
    amounts = {name: Decimal(total[name]) for name in ("accrued", "invoiced", "open", "collected")}
    assert amounts == {
        "accrued": Decimal("2.5"),
        "invoiced": Decimal(5),
        "open": Decimal("7.5"),
        "collected": Decimal(0),
    }
    assert [entry["number"] for entry in document["entries"]] == [3, 4]
    assert document["entries"][1]["amount"] == "2.5"
    assert document["unpaid_invoices"][0]["outstanding"] == "5"
    assert document["head"] == {"number": 4, "digest": booked.head().digest}


def test_texts_of_others_are_shown_as_they_are(database) -> None:
    ledger(database).settle([trade(1, pair="[red]X[/red]")])
    assert "[red]X[/red]#1@" in printed("report")


def test_the_configurations_bot_comes_first_and_others_are_named(booked, database) -> None:
    ledger(database, "other (live)").settle([trade(1, notional="400")])
    assert f"Fees of {BOT}" in printed("report")
    assert "Fees of other (live)" in printed("report", "--bot", "other")
    error = refusal("report", "--bot", "nobody")
    assert "must be a bot that the database knows" in str(error)


def test_of_several_bots_one_must_be_named(database) -> None:
    for bot in ("a (live)", "a (dry run)", "b (live)"):
        ledger(database, bot).settle([trade(1)])
    error = refusal("report")
    assert isinstance(error, ConfigurationError)
    assert "must name one of a (dry run), a (live), b (live)" in str(error)
    assert "must name one of a (dry run), a (live)" in str(refusal("report", "--bot", "a"))


def test_without_a_fee_there_is_nothing_to_tell(database) -> None:
    for name in ("report", "invoice", "verify"):
        assert isinstance(refusal(name), NothingBooked)
    assert "is aurum.ledger.enabled set, and did a trade close?" in str(refusal("report"))


def test_without_a_database_none_is_made(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    assert isinstance(refusal("report"), DatabaseUnavailable)
    assert not (tmp_path / "user_data").exists()


def test_an_invoice_is_asked_for_and_written(booked) -> None:
    text = printed("invoice", "--note", "November", answer="y\n")
    assert "no funds are moved" in text
    assert f"Invoice 2.50 USDT to {BOT}? [y/N]: " in text
    assert f"{BOT}: invoice 2 of 2.50 USDT (entry 5)" in text
    assert booked.entries()[-1].note == "November"
    assert "nothing is accrued that was not invoiced" in printed("invoice", "--yes")
    assert len(booked.entries()) == 5


@pytest.mark.parametrize("arguments", [("invoice",), ("collect", "1")])
def test_who_does_not_agree_changes_nothing(booked, arguments) -> None:
    result = invoke(*arguments, answer="n\n")
    assert result.exit_code == 1
    assert len(booked.entries()) == 4


def test_what_was_received_is_entered(booked) -> None:
    text = printed("collect", "1", "--amount", "1.25", answer="y\n")
    assert f"Enter that 1.25 USDT were received for invoice 1 of {BOT}? [y/N]: " in text
    assert "1.25 USDT received for invoice 1; 3.75 USDT are outstanding" in text
    text = printed("collect", "1", "--yes", "--note", "bank")
    assert "3.75 USDT received for invoice 1; it is paid in full" in text
    assert booked.entries()[-1].note == "bank"


def test_what_cannot_have_been_received_is_refused(booked) -> None:
    assert isinstance(refusal("collect", "2", "--yes"), UnknownInvoice)
    assert isinstance(refusal("collect", "1", "--amount", "5.01", "--yes"), CollectionRefused)
    for text in ("nan", "five", "1,5"):
        error = refusal("collect", "1", "--amount", text, "--yes")
        assert str(error) == f"--amount: must be a number such as 12.50 (got {text!r})"
    booked.collect(1)
    assert "is collected already" in str(refusal("collect", "1", "--yes"))
    assert len(booked.entries()) == 5


def test_statements_are_written(booked) -> None:
    text = printed("export", "--to", "out/statement.html")
    assert f"{BOT}: 4 entries in out/statement.html; no funds are moved" in text
    page = Path("out/statement.html").read_text(encoding="utf-8")
    assert "Mine &amp; Co charges freqtrade (dry run)" in page
    assert booked.head().digest in page
    printed("export", "--format", "csv", "--to", "statement.csv", "--since", "2026-11-23")
    assert len(Path("statement.csv").read_text(encoding="utf-8").splitlines()) == 1


def test_statements_that_cannot_be_written_are_refused(booked) -> None:
    assert "must be before --until" in str(
        refusal("export", "--to", "x", "--since", "2026-12-01", "--until", "2026-12-01")
    )
    assert "must be a date or time" in str(refusal("export", "--to", "x", "--since", "soon"))
    assert "--to: must be a file that can be written" in str(refusal("export", "--to", "user_data"))


def test_every_ledger_is_verified(booked, database) -> None:
    ledger(database, "other (live)").settle([trade(1)])
    text = printed("verify")
    head = booked.head()
    assert f"{BOT}: 4 entries, all as they were written; head 4:{head.digest}" in text
    assert "other (live): 1 entries" in text
    assert "other" not in printed("verify", "--bot", BOT)


def test_an_entry_that_was_changed_is_named_with_status_2(booked) -> None:
    kept = booked.head()
    with closing(sqlite3.connect(FILE)) as connection, connection:
        connection.execute("DROP TRIGGER ledger_entries_are_not_changed")
        connection.execute("UPDATE ledger_entries SET amount = '9' WHERE number = 2")
    result = invoke("verify")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{BOT}: entry 2 was changed")
    assert invoke("verify", "--head", f"{kept.number}:{kept.digest}").exit_code == 2


def test_entries_that_were_cut_off_are_missed_by_whoever_kept_a_head(booked) -> None:
    kept = f"{booked.head().number}:{booked.head().digest}"
    assert "all as they were written" in printed("verify", "--head", kept)
    with closing(sqlite3.connect(FILE)) as connection, connection:
        connection.execute("DROP TRIGGER ledger_entries_are_not_deleted")
        connection.execute("DELETE FROM ledger_entries WHERE number = 4")
    assert invoke("verify").exit_code == 0
    result = invoke("verify", "--head", kept)
    assert result.exit_code == 2
    assert "entry 4 is gone; the ledger ends with 3" in result.stderr
    booked.settle([trade(1), trade(2), trade(3, notional="101")])
    result = invoke("verify", "--head", kept)
    assert result.exit_code == 2
    assert "entry 4 is not the one that was kept" in result.stderr


@pytest.mark.parametrize("head", ["4", "0:" + "0" * 64, "4:" + "G" * 64, "4:" + "0" * 63])
def test_a_head_is_a_number_and_a_digest(booked, head: str) -> None:
    assert "--head: must be an entry's number" in str(refusal("verify", "--head", head))
