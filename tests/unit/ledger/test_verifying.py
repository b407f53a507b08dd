"""What somebody with every right to the database did to the ledger is found."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pytest
from fee_cases import BOT, ledger_of, settled, tampering, terms
from sqlalchemy import delete, insert, literal_column, update

from aurum_plugins.database import open_database
from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.ledger.entry_chain import DIGESTED, GENESIS, digest_of
from aurum_plugins.ledger.errors import LedgerDamaged
from aurum_plugins.ledger.ledger_rows import row_of

NUMBER = ledger_entries.c.number


@pytest.fixture
def database():
    """In memory: what the rules are is the same everywhere."""
    with open_database("sqlite://") as opened:
        yield opened


@pytest.fixture
def ledger(database):
    """Six entries: a loss, a gain, a gain; an invoice, a part of it; the last gain taken back."""
    made = ledger_of(database)
    trades = [settled(1, "-10"), settled(2, "50"), settled(3, "20")]
    made.settle(trades)
    made.invoice()
    made.collect(1, Decimal("0.5"))
    made.reverse(trades[2].key, "given up")
    return made


def rewritten(database, changes) -> None:
    """The rows with changes, and with digests as if they had been entered so.

    `changes` takes the rows' mappings, and gives those that shall be there.
    """
    with tampering(database) as connection:
        rows = connection.execute(ledger_entries.select().order_by(ledger_entries.c.number))
        kept = changes([dict(row) for row in rows.mappings()])
        connection.execute(ledger_entries.delete())
        digest = GENESIS
        for number, row in enumerate(kept, 1):
            row |= {"number": number, "previous": digest}
            row["digest"] = digest = digest_of(row)
        connection.execute(insert(ledger_entries), kept)


def test_every_column_is_digested() -> None:
    assert {*DIGESTED, "digest"} == {column.name for column in ledger_entries.c}
    assert len(set(DIGESTED)) == len(DIGESTED)


def test_the_digest_is_pinned() -> None:
    """Another way of writing would let every ledger there is look damaged."""
    row = dict.fromkeys(DIGESTED, "") | {
        "bot": 'a "bot"',
        "number": 1,
        "at_ms": 2,
        "closed_ms": None,
        "profit": None,
        "invoice": None,
        "note": "ü",
        "previous": GENESIS,
    }
    written = r'["a \"bot\"",1,2,"","","",null,"","","","","",null,null,"\u00fc","' + GENESIS + '"]'
    assert digest_of(row) == sha256(written.encode()).hexdigest()
    with pytest.raises(TypeError, match="neither a text nor a whole number"):
        digest_of(row | {"number": 1.0})


def test_a_sound_ledger(ledger, database) -> None:
    found = ledger.verify()
    assert (found.sound, found.bad, found.reason) == (True, None, "")
    assert found.head == ledger.head()
    assert found.head.number == 6
    rewritten(database, lambda rows: rows)
    assert ledger.verify() == found, "writing it again as it was changes nothing"


@pytest.mark.parametrize("number", [1, 2, 4, 5, 6])
@pytest.mark.parametrize(
    ("column", "value"),
    [("note", "'x'"), ("at_ms", "at_ms + 1"), ("amount", "'7'"), ("digest", f"'{GENESIS}'")],
)
def test_a_changed_entry_is_named(ledger, database, number, column, value) -> None:
    with tampering(database) as connection:
        changes = {column: literal_column(value)}
        connection.execute(update(ledger_entries).where(number == NUMBER).values(changes))
    found = ledger.verify()
    assert (found.sound, found.bad) == (False, number)
    assert "its digest is not that of its columns" in found.reason
    for use in (ledger_of(database).totals, ledger_of(database).entries):
        with pytest.raises(LedgerDamaged, match=f"entry {number} was changed") as caught:
            use()
        assert (caught.value.bot, caught.value.number) == (BOT, number)


@pytest.mark.parametrize(("number", "bad"), [(1, 1), (3, 3), (5, 5)])
def test_an_entry_that_was_taken_out_is_named(ledger, database, number, bad) -> None:
    with tampering(database) as connection:
        connection.execute(delete(ledger_entries).where(number == NUMBER))
    found = ledger.verify()
    assert (found.bad, found.reason) == (bad, "is missing")


@pytest.mark.parametrize("number", [1, 4, 6])
def test_an_entry_under_another_name_is_missed(ledger, database, number) -> None:
    with tampering(database) as connection:
        connection.execute(update(ledger_entries).where(number == NUMBER).values(bot="bat"))
    found = ledger.verify()
    assert found.bad == number
    expected = "'bat' was changed, and may have been" if number == 6 else "is missing"
    assert expected in found.reason


def test_a_ledger_of_one_entry_under_another_name(database) -> None:
    ledger = ledger_of(database)
    ledger.settle([settled(1, "1")])
    with tampering(database) as connection:
        connection.execute(update(ledger_entries).values(bot="bat"))
    assert ledger.verify().bad == 1


def test_an_entry_with_another_number_is_missed(ledger, database) -> None:
    with tampering(database) as connection:
        connection.execute(update(ledger_entries).where(NUMBER == 6).values(number=70))
    assert ledger.verify().bad == 6


def test_an_entry_before_another_entrys_digest(ledger, database) -> None:
    """Its own digest is right, and the chain is broken."""
    with tampering(database) as connection:
        rows = connection.execute(ledger_entries.select().where(ledger_entries.c.number == 3))
        row = dict(rows.mappings().one()) | {"note": "x"}
        row["digest"] = digest_of(row)
        connection.execute(delete(ledger_entries).where(NUMBER == 3))
        connection.execute(insert(ledger_entries), [row])
    found = ledger.verify()
    assert (found.bad, found.reason) == (4, "does not follow on the one before")


def entry(rows, number, **columns):
    rows[number - 1] |= columns
    return rows


FORGERIES = {
    "another amount": (lambda rows: entry(rows, 2, amount="2"), 2, "no accrual of rate times"),
    "another basis": (
        lambda rows: entry(rows, 2, basis="80", amount="2"),
        4,
        "no invoice of what was open",
    ),
    "a basis below 0": (lambda rows: entry(rows, 1, basis="-1", amount="-0.025"), 1, "no accrual"),
    "no rate": (lambda rows: entry(rows, 1, rate="0"), 1, "no accrual"),
    "no base": (lambda rows: entry(rows, 1, base=""), 1, "no accrual"),
    "no profit": (lambda rows: entry(rows, 1, profit=None), 1, "no accrual"),
    "no trade": (lambda rows: entry(rows, 1, trade=""), 1, "no accrual"),
    "no date": (lambda rows: entry(rows, 1, closed_ms=None), 1, "no accrual"),
    "an accrual's invoice": (lambda rows: entry(rows, 1, invoice=1), 1, "no accrual"),
    "a second accrual": (lambda rows: [rows[0], dict(rows[0])], 2, "not charged already"),
    "a reversal of nothing": (lambda rows: rows[:2] + rows[5:], 3, "takes back what was not"),
    "a reversal twice": (lambda rows: [*rows, dict(rows[5])], 7, "takes back what was not"),
    "a reversal of less": (lambda rows: entry(rows, 6, amount="-0.4"), 6, "takes back what"),
    "a reversal's currency": (lambda rows: entry(rows, 6, currency="BTC"), 6, "takes back what"),
    "an invoice of more": (lambda rows: entry(rows, 4, amount="9"), 4, "no invoice of what"),
    "an invoice of another number": (lambda rows: entry(rows, 4, invoice=2), 4, "no invoice"),
    "an invoice of a trade": (lambda rows: entry(rows, 4, pair="BTC/USDT"), 4, "no invoice"),
    "an invoice with a rate": (lambda rows: entry(rows, 4, rate="1"), 4, "no invoice"),
    "an invoice again": (lambda rows: [*rows[:4], rows[3] | {"invoice": 2}], 5, "no invoice"),
    "a collection of more": (lambda rows: entry(rows, 5, amount="1.6"), 5, "not outstanding"),
    "a collection of less than 0": (lambda rows: entry(rows, 5, amount="-1"), 5, "not outst"),
    "a collection of no invoice": (lambda rows: entry(rows, 5, invoice=None), 5, "not outst"),
    "a collection's currency": (lambda rows: entry(rows, 5, currency="BTC"), 5, "not outst"),
    "a collection of a trade": (lambda rows: entry(rows, 5, basis="1"), 5, "not outstanding"),
    "another kind": (lambda rows: entry(rows, 5, kind="gift"), 5, "makes no sense"),
    "no number": (lambda rows: entry(rows, 5, amount="much"), 5, "makes no sense"),
    "another way of writing": (lambda rows: entry(rows, 5, amount="0.50"), 5, "makes no sense"),
    # A loss that is made smaller, so that more would be due, or greater: less.
    "another profit": (lambda rows: entry(rows, 1, profit="-9"), 2, "is of 40, where the trades"),
    "an earlier date": (
        lambda rows: entry(rows, 1, closed_ms=rows[1]["closed_ms"] + 1),
        2,
        "where the trades make it 50",
    ),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_chain_breaks_a_rule(ledger, database, what) -> None:
    """Numbers and digests are right: who knows the code can make them."""
    changes, bad, reason = FORGERIES[what]
    rewritten(database, changes)
    found = ledger.verify()
    assert (found.bad, reason in found.reason) == (bad, True), found


@pytest.mark.parametrize("value", ["x'ff00'", "'seven'", "1.5"])
def test_a_column_of_another_type(tmp_path, value) -> None:
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        ledger = ledger_of(database, terms("notional"))
        ledger.settle([settled(1), settled(2)])
        ledger_of(database, terms("notional"), bot="other").settle([settled(1)])
        second = (ledger_entries.c.bot == BOT) & ledger_entries.c.trade.contains("#2@")
        for column in ("number", "at_ms"):
            with tampering(database) as connection:
                changes = {column: literal_column(value)}
                connection.execute(update(ledger_entries).where(second).values(changes))
            assert ledger.verify().bad == 2
        with tampering(database) as connection:
            connection.execute(delete(ledger_entries).where(ledger_entries.c.bot == BOT))
            connection.execute(update(ledger_entries).values(number=literal_column(value)))
        found = ledger.verify()
        assert (found.bad, found.sound) == (0, False)


def test_rows_say_what_entries_say(ledger) -> None:
    row = row_of(ledger.entries()[1])
    assert set(row) == {column.name for column in ledger_entries.c}
    assert (row["kind"], row["base"], row["basis"], row["profit"]) == (
        "accrual",
        "profit",
        "40",
        "50",
    )
