"""Entries: what is charged, corrected, invoiced, collected and taken back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from fee_cases import BOT, DAY_MS, ledger_of, settled, tampering, terms
from sqlalchemy import text

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.database import RecordConflict
from aurum_plugins.ledger.due_fees import due_fees
from aurum_plugins.ledger.entry_chain import GENESIS, Head
from aurum_plugins.ledger.errors import (
    CollectionRefused,
    LedgerDamaged,
    NothingCharged,
    UnknownInvoice,
    UnusableTrade,
)
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.ledger_entry import EntryKind
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.total import Total

MIDNIGHT_MS = DAY_MS + 24 * HOUR_MS


def said(entries) -> list[tuple[str, int, str]]:
    """Kind, trade's number (or invoice's), amount."""
    return [
        (
            entry.kind.value,
            int(entry.trade.split("#")[1].split("@")[0]) if entry.trade else entry.invoice,
            f"{entry.amount:f}",
        )
        for entry in entries
    ]


def total(currency: str = "USDT", *figures: str, trades: int) -> Total:
    return Total(currency, *(Decimal(one) for one in figures), trades=trades)


def test_an_empty_ledger(database) -> None:
    ledger = ledger_of(database)
    assert ledger.head() == Head(0, GENESIS)
    assert (ledger.settle([]), ledger.invoice(), ledger.entries(), ledger.totals()) == ((),) * 4
    assert ledger.verify().sound
    assert ledger.verify().head == Head(0, GENESIS)


def test_each_trade_is_charged_once(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    trades = [settled(1, "1"), settled(2, "-1", "50")]
    entered = ledger.settle(trades)
    assert said(entered) == [("accrual", 1, "2.5"), ("accrual", 2, "1.25")]
    first = entered[0]
    assert (first.bot, first.number, first.at_ms) == (BOT, 1, MIDNIGHT_MS)
    assert (first.pair, first.closed_ms) == ("BTC/USDT", DAY_MS + HOUR_MS)
    assert (first.base, first.rate, first.basis) == ("notional", Decimal("0.025"), 100)
    assert (first.invoice, first.note, first.previous, first.profit) == (None, "", GENESIS, None)
    assert entered[1].previous == first.digest
    assert ledger.settle(trades[::-1] * 2) == ()
    assert ledger_of(database, terms("notional")).settle(trades) == ()
    assert ledger.entries() == entered
    assert ledger.head() == Head(2, entered[1].digest)


def test_a_notional_without_a_fee_is_not_entered(database) -> None:
    assert ledger_of(database, terms("notional")).settle([settled(1, "1", "0")]) == ()


def test_losses_are_kept_for_the_high_water_mark(database) -> None:
    ledger = ledger_of(database)
    entered = ledger.settle([settled(1, "-10"), settled(2, "30")])
    assert said(entered) == [("accrual", 1, "0"), ("accrual", 2, "0.5")]
    assert [entry.profit for entry in entered] == [-10, 30]
    assert ledger.totals() == (total("USDT", "0.5", "0", "0", trades=1),)


@pytest.mark.parametrize("base", ["notional", "profit"])
def test_trades_that_are_not_told_stay_charged(database, base) -> None:
    ledger = ledger_of(database, terms(base))
    ledger.settle([settled(1, "100"), settled(2, "-50")])
    before = ledger.totals()
    assert ledger.settle([]) == ()
    assert ledger.settle([settled(2, "-50")]) == ()
    assert ledger.totals() == before


def test_a_new_trade_database_does_not_charge_old_gains_again(database) -> None:
    ledger = ledger_of(database, terms("profit", "0.1"))
    ledger.settle([settled(1, "100"), settled(2, "-50")])
    # The dry run's database was deleted: the old trades are not told any more.
    anew = ledger_of(database, terms("profit", "0.1"))
    assert said(anew.settle([settled(11, "40")])) == [("accrual", 11, "0")]
    assert said(anew.settle([settled(11, "40"), settled(12, "30")])) == [("accrual", 12, "2")]
    assert anew.totals() == (total("USDT", "12", "0", "0", trades=2),)
    assert anew.verify().sound


def test_a_trade_told_late_moves_the_mark(database) -> None:
    ledger = ledger_of(database, terms("profit", "0.1"))
    assert said(ledger.settle([settled(2, "100")])) == [("accrual", 2, "10")]
    late = ledger.settle([settled(1, "-20"), settled(2, "100")])
    assert said(late) == [("accrual", 1, "0"), ("reversal", 2, "-10"), ("accrual", 2, "8")]
    assert (
        late[2].note
        == late[1].note
        == ("corrected: the trade, or what it is measured by, turned out otherwise")
    )


def test_a_corrected_trade_is_taken_back_and_entered_anew(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    ledger.settle([settled(1), settled(2)])
    corrected = ledger.settle([settled(1, notional="80"), settled(2)])
    assert said(corrected) == [("reversal", 1, "-2.5"), ("accrual", 1, "2")]
    assert corrected[0].basis == 100
    assert ledger.totals() == (total("USDT", "4.5", "0", "0", trades=2),)
    # Nothing at all is due any more, and again something.
    assert said(ledger.settle([settled(1, notional="0")])) == [
        ("reversal", 1, "-2"),
        ("accrual", 1, "0"),
    ]
    assert ledger.totals() == (total("USDT", "2.5", "0", "0", trades=1),)
    assert said(ledger.settle([settled(1)])) == [("reversal", 1, "0"), ("accrual", 1, "2.5")]


def test_a_corrected_loss_is_remembered_though_no_fee_changes(database) -> None:
    ledger = ledger_of(database, terms("profit", "0.1"))
    ledger.settle([settled(1, "-10")])
    assert said(ledger.settle([settled(1, "-30")])) == [("reversal", 1, "0"), ("accrual", 1, "0")]
    assert said(ledger.settle([settled(2, "40")])) == [("accrual", 2, "1")]


def test_a_corrected_currency_moves_the_fee(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    ledger.settle([settled(1)])
    ledger.settle([settled(1, currency="BTC")])
    assert ledger.totals() == (
        total("BTC", "2.5", "0", "0", trades=1),
        total("USDT", "0", "0", "0", trades=0),
    )


def test_trades_keep_the_terms_of_their_time(database) -> None:
    ledger_of(database, terms("notional")).settle([settled(1, "7")])
    dearer = ledger_of(database, terms("profit", "0.5"))
    trades = [settled(1, "7"), settled(2, "4")]
    assert said(dearer.settle(trades)) == [("accrual", 2, "2")]
    due = dearer.due([*trades, settled(3, "1")])
    assert [(one.base, one.amount) for one in due.values()] == [
        ("notional", Decimal("2.5")),
        ("profit", 2),
        ("profit", Decimal("0.5")),
    ]
    assert said(dearer.settle([settled(1, "7", "40")])) == [
        ("reversal", 1, "-2.5"),
        ("accrual", 1, "1"),
    ]
    assert dearer.verify().sound


def test_a_later_date_charges_nothing_again(database) -> None:
    ledger_of(database, terms("profit", "0.1")).settle([settled(1, "100"), settled(2, "-50")])
    later = ledger_of(database, terms("profit", "0.1", since="2026-11-24"))
    trades = [settled(1, "100"), settled(2, "-50"), settled(3, "9"), settled(25, "50")]
    assert said(later.settle(trades)) == [("accrual", 25, "0")]
    assert settled(3).key not in later.due(trades)


def test_a_ledger_that_is_off_charges_nothing_and_still_collects(database) -> None:
    ledger_of(database, terms("notional")).settle([settled(1)])
    off = ledger_of(database, LedgerSettings())
    assert off.settle([settled(1, notional="50"), settled(2)]) == ()
    assert [one.amount for one in off.due([settled(1), settled(2)]).values()] == [Decimal("2.5")]
    assert said(off.invoice()) == [("invoice", 1, "2.5")]
    off.collect(1)
    assert off.totals() == (total("USDT", "0", "0", "2.5", trades=1),)


def test_invoices_cover_what_is_open(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    trades = [settled(1), settled(2), settled(3, currency="BTC")]
    ledger.settle(trades)
    made = ledger.invoice("for November\nwith\x00thanks" + "!" * 300)
    assert said(made) == [("invoice", 1, "2.5"), ("invoice", 2, "5")]
    assert [entry.currency for entry in made] == ["BTC", "USDT"]
    assert made[0].note.startswith("for November with thanks!!")
    assert len(made[0].note) == 200
    assert (made[0].trade, made[0].pair, made[0].closed_ms, made[0].base) == ("", "", None, "")
    assert ledger.invoice() == ()
    ledger.settle([*trades, settled(4)])
    assert ledger.totals() == (
        total("BTC", "0", "2.5", "0", trades=1),
        total("USDT", "2.5", "5", "0", trades=3),
    )
    assert said(ledger.invoice()) == [("invoice", 3, "2.5")]
    assert ledger.verify().sound


def test_credits_wait_for_an_invoice_that_is_above_zero(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    ledger.settle([settled(1)])
    ledger.invoice()
    ledger.settle([settled(1, notional="60")])
    assert ledger.totals() == (total("USDT", "-1", "2.5", "0", trades=1),)
    assert ledger.invoice() == ()
    ledger.settle([settled(2, notional="40")])
    assert ledger.invoice() == (), "a sum of 0 is none either"
    ledger.settle([settled(3)])
    assert said(ledger.invoice()) == [("invoice", 2, "2.5")]
    assert ledger.verify().sound


def test_what_was_received_is_entered_in_parts(database) -> None:
    ledger = ledger_of(database, terms("notional"))
    ledger.settle([settled(1)])
    ledger.invoice()
    part = ledger.collect(1, Decimal("1.00"), "by bank")
    assert (part.kind, part.amount, part.invoice) == (EntryKind.COLLECTION, 1, 1)
    assert (part.currency, part.note) == ("USDT", "by bank")
    assert ledger.totals() == (total("USDT", "0", "1.5", "1", trades=1),)
    assert ledger.collect(1).amount == Decimal("1.5")
    with pytest.raises(CollectionRefused, match="invoice 1: is collected already"):
        ledger.collect(1)
    assert ledger.totals() == (total("USDT", "0", "0", "2.5", trades=1),)


@pytest.mark.parametrize("amount", ["2.50000001", "0", "-1", "NaN", "Infinity", "0.000000001"])
def test_no_other_amount_is_taken(database, amount) -> None:
    ledger = ledger_of(database, terms("notional"))
    ledger.settle([settled(1)])
    ledger.invoice()
    with pytest.raises(CollectionRefused, match=r"above 0, at most what is .* got") as caught:
        ledger.collect(1, Decimal(amount))
    assert (caught.value.invoice, caught.value.outstanding) == (1, Decimal("2.5"))
    assert ledger.head().number == 2


def test_an_invoice_that_is_not_there(database) -> None:
    with pytest.raises(UnknownInvoice, match="invoice 7: there is none of this number"):
        ledger_of(database).collect(7)


def test_what_was_taken_back_by_hand_is_not_charged_again(database) -> None:
    ledger = ledger_of(database, terms("profit", "0.1"))
    trades = [settled(1, "10"), settled(2, "5")]
    ledger.settle(trades)
    back = ledger.reverse(trades[0].key, "a test order")
    assert (said([back]), back.note) == ([("reversal", 1, "-1")], "a test order")
    assert ledger.settle(trades) == ()
    assert [one.amount for one in ledger.due(trades).values()] == [0, Decimal("0.5")]
    assert list(ledger.due(trades[1:])) == [trades[1].key]
    # Its gain stays below the mark, and a correction of it is remembered without being charged.
    assert said(ledger.settle([settled(1, "12"), trades[1]])) == [
        ("accrual", 1, "1.2"),
        ("reversal", 1, "-1.2"),
    ]
    assert ledger.settle([trades[1]]) == ()
    assert ledger.totals() == (total("USDT", "0.5", "0", "0", trades=1),)
    assert ledger.verify().sound


def test_nothing_to_take_back(database) -> None:
    ledger = ledger_of(database)
    trades = [settled(1, "-10"), settled(2, "30")]
    ledger.settle(trades)
    ledger.reverse(trades[1].key, "once")
    for key in ("nothing", trades[0].key, trades[1].key):
        with pytest.raises(NothingCharged, match="nothing is charged for it") as caught:
            ledger.reverse(key, "again")
        assert caught.value.trade == key


def test_entries_of_a_period(database) -> None:
    clock = VirtualClock(1_000)
    ledger = FeeLedger(database, BOT, terms("notional"), clock)
    ledger.settle([settled(1)])
    clock.advance(500)
    ledger.settle([settled(2)])
    assert [one.number for one in ledger.entries(since_ms=1_500)] == [2]
    assert [one.number for one in ledger.entries(until_ms=1_500)] == [1]
    assert [one.number for one in ledger.entries(1_000, 1_501)] == [1, 2]


def test_bots_have_ledgers_of_their_own(database) -> None:
    one, other = ledger_of(database), ledger_of(database, bot="other (live)")
    one.settle([settled(1, "10")])
    assert said(other.settle([settled(1, "10")])) == [("accrual", 1, "0.25")]
    assert one.entries()[0].digest != other.entries()[0].digest
    assert (one.verify().sound, other.verify().sound) == (True, True)


def test_objects_see_what_others_entered(database) -> None:
    one, other = ledger_of(database), ledger_of(database)
    one.settle([settled(1, "10")])
    other.settle([settled(2, "10")])
    assert said(one.settle([settled(3, "10")])) == [("accrual", 3, "0.25")]
    assert one.head().number == 3
    assert one.totals() == other.totals()


def test_who_was_second_reckons_again(database, monkeypatch) -> None:
    """Between the look and the transaction somebody else entered the same trade."""
    one, other = ledger_of(database), ledger_of(database)
    writing = database.writing

    def late(**options):
        monkeypatch.undo()
        other.settle([settled(1, "10")])
        return writing(**options)

    monkeypatch.setattr(database, "writing", late)
    assert one.settle([settled(1, "10")]) == ()
    assert one.head().number == 1


def test_contradicting_trades_are_not_charged(database) -> None:
    ledger = ledger_of(database)
    with pytest.raises(UnusableTrade):
        ledger.settle([settled(1, "1"), settled(1, "2")])
    assert ledger.head().number == 0


def test_what_is_due_is_what_a_first_settling_enters(database) -> None:
    trades = [settled(n, p) for n, p in enumerate(("5", "-7", "3", "8", "-1", "2"), 1)]
    ledger = ledger_of(database)
    assert ledger.due(trades) == due_fees(trades, terms())
    assert list(ledger.due(trades[:2])) == [trade.key for trade in trades[:2]]
    entered = ledger.settle(trades)
    assert {one.trade: one.amount for one in entered} == {
        key: due.amount for key, due in due_fees(trades, terms()).items()
    }


def test_dust_of_floats_does_not_come_back_as_a_correction(database) -> None:
    trade = replace(settled(1), profit=Decimal(str(0.1 + 0.2)), notional=Decimal("1e-25"))
    for base in ("profit", "notional"):
        ledger = ledger_of(database, terms(base), bot=base)
        ledger.settle([trade])
        assert ledger.settle([trade]) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET note = note",
        "UPDATE ledger_entries SET number = 9 WHERE number = 2",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_entries WHERE number = 2",
    ],
)
def test_the_database_refuses_to_change_entries(database, statement) -> None:
    ledger = ledger_of(database)
    entered = ledger.settle([settled(1, "1"), settled(2, "2")])
    with (
        pytest.raises(RecordConflict, match="ledger entries are never"),
        database.writing() as connection,
    ):
        connection.execute(text(statement))
    assert ledger_of(database).entries() == entered


def test_a_ledger_that_was_cut_off_is_noticed_by_who_knew_it(database) -> None:
    ledger = ledger_of(database)
    ledger.settle([settled(1, "1"), settled(2, "2")])
    ledger.totals()
    with tampering(database) as connection:
        connection.execute(text("DELETE FROM ledger_entries WHERE number = 2"))
    for use in (ledger.totals, ledger.invoice, lambda: ledger.settle([])):
        with pytest.raises(LedgerDamaged, match="entry 2 was there before, and is not any more"):
            use()
    # The chain alone does not show it: the head does.
    afresh = ledger_of(database).verify()
    assert (afresh.sound, afresh.head.number) == (True, 1)
