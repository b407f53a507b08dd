"""The ledger against trades that were charged rightly, wrongly, not yet, and never were."""

from __future__ import annotations

from decimal import Decimal

import pytest
from settled import BOT, HOUR_MS, LEDGER, START_MS, trade

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.reconciliation import Reconciliation, reconcile_trades
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade

NOW_MS = START_MS + 100 * HOUR_MS
TRADES = (trade(1), trade(2, "-3"), trade(3))


@pytest.fixture
def ledger() -> FeeLedger:
    database: Database = open_database("sqlite://")
    settings = LedgerSettings.from_config({"aurum": {"ledger": LEDGER}})
    return FeeLedger(database, BOT, settings, VirtualClock(NOW_MS))


def compared(
    ledger: FeeLedger, *trades: SettledTrade, now_ms: int = NOW_MS, may_begin_anew: bool = True
) -> Reconciliation:
    due = {key: fee.amount for key, fee in ledger.due(trades).items()}
    return reconcile_trades(trades, due, ledger.entries(), now_ms, may_begin_anew=may_begin_anew)


def test_a_ledger_that_knows_every_trade_agrees(ledger) -> None:
    ledger.settle(TRADES)
    assert compared(ledger, *TRADES) == Reconciliation(3, (), ())


def test_invoices_and_collections_change_nothing(ledger) -> None:
    ledger.settle(TRADES)
    ledger.invoice()
    ledger.collect(1, Decimal("2.5"))
    assert compared(ledger, *TRADES).differences == ()


def test_a_trade_without_its_fee_is_a_difference(ledger) -> None:
    ledger.settle(TRADES[:2])
    (found,) = compared(ledger, *TRADES).differences
    assert (found.subject, found.what) == (TRADES[2].key, "fee")
    assert (found.booked, found.found) == ("0.00 USDT", "2.50 USDT")


def test_a_trade_that_closed_just_now_is_noted(ledger) -> None:
    found = compared(ledger, trade(1), now_ms=trade(1).closed_ms + 59_999)
    assert found.differences == ()
    assert found.notes == (f"{trade(1).key} closed just now; its fee is not booked yet",)
    late = compared(ledger, trade(1), now_ms=trade(1).closed_ms + 60_000)
    assert len(late.differences) == 1


def test_figures_that_changed_afterwards_are_a_difference(ledger) -> None:
    ledger.settle(TRADES)
    changed = trade(2, "-3", notional="104")
    (found,) = compared(ledger, TRADES[0], changed, TRADES[2]).differences
    assert (found.booked, found.found) == ("2.50 USDT", "2.60 USDT")
    ledger.settle((changed,))
    assert compared(ledger, TRADES[0], changed, TRADES[2]).differences == ()


def test_trades_that_are_gone_are_noted_in_a_dry_run_only(ledger) -> None:
    ledger.settle(TRADES)
    noted = compared(ledger, TRADES[2])
    assert noted.differences == ()
    (note,) = noted.notes
    assert note.startswith("2 trades with fees in the ledger not in freqtrade's database, such as ")
    assert note.endswith("a dry run's may have begun anew")
    live = compared(ledger, TRADES[2], may_begin_anew=False)
    assert [found.subject for found in live.differences] == [TRADES[0].key, TRADES[1].key]
    assert {found.what for found in live.differences} == {
        "fee of a trade that freqtrade does not have"
    }


def test_a_fee_that_was_taken_back_of_a_trade_that_is_gone_is_nothing(ledger) -> None:
    ledger.settle(TRADES)
    ledger.reverse(TRADES[0].key, "a gift")
    assert compared(ledger, *TRADES).differences == ()
    assert compared(ledger, *TRADES[1:], may_begin_anew=False) == Reconciliation(2, (), ())
