"""What is entered survives a power cut as soon as it is said to be entered."""

from __future__ import annotations

import pytest
from fee_cases import ledger_of, settled, terms

from aurum_plugins.database import open_database


@pytest.fixture
def asked(monkeypatch):
    """A ledger, and for each of its transactions whether it was to be durable."""
    with open_database("sqlite://") as database:
        writing, durabilities = database.writing, []

        def watched(*, durable: bool = False):
            durabilities.append(durable)
            return writing(durable=durable)

        monkeypatch.setattr(database, "writing", watched)
        yield ledger_of(database, terms("notional")), durabilities


def test_every_entry_is_durable(asked) -> None:
    ledger, durabilities = asked
    trades = [settled(1), settled(2)]
    ledger.settle(trades)
    ledger.invoice()
    ledger.collect(1)
    ledger.reverse(trades[0].key, "a gift")
    assert durabilities == [True] * 4


def test_looking_writes_nothing(asked) -> None:
    ledger, durabilities = asked
    for look in (ledger.totals, ledger.entries, ledger.head, ledger.verify):
        look()
    ledger.due([settled(1)])
    ledger.settle([])
    assert durabilities == []
