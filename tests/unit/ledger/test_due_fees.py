"""What a set of trades makes due."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from fee_cases import DAY_MS, settled, terms

from aurum_plugins.ledger.due_fees import due_fees
from aurum_plugins.ledger.errors import UnusableTrade
from aurum_plugins.ledger.settings import FeeBase, LedgerSettings


def amounts(trades, settings) -> list[str]:
    return [f"{due.amount.normalize():f}" for due in due_fees(trades, settings).values()]


def test_of_the_notional_win_or_lose() -> None:
    trades = [settled(1, "10", "200"), settled(2, "-10", "100.5"), settled(3, "0", "0")]
    dues = due_fees(trades, terms("notional"))
    assert [due.amount for due in dues.values()] == [Decimal(5), Decimal("2.5125"), Decimal(0)]
    assert [due.basis for due in dues.values()] == [Decimal(200), Decimal("100.5"), Decimal(0)]
    first = dues[trades[0].key]
    assert (first.trade, first.base, first.rate) == (
        trades[0],
        FeeBase.NOTIONAL,
        Decimal("0.025"),
    )


def test_of_profits_beyond_the_high_water_mark() -> None:
    #        cumulative: 100, 40, 70, 130, 130, 120
    profits = ["100", "-60", "30", "60", "0", "-10"]
    trades = [settled(number, profit) for number, profit in enumerate(profits, 1)]
    assert amounts(trades, terms("profit", "0.1")) == ["10", "0", "0", "3", "0", "0"]


def test_a_loss_at_first_is_made_up_for_free() -> None:
    trades = [settled(1, "-50"), settled(2, "49.5"), settled(3, "1")]
    assert amounts(trades, terms("profit", "0.2")) == ["0", "0", "0.1"]


def test_each_currency_has_its_own_mark() -> None:
    trades = [settled(1, "-50"), settled(2, "2", currency="BTC"), settled(3, "10")]
    assert amounts(trades, terms("profit", "0.5")) == ["0", "1", "0"]


def test_the_order_of_closing_counts_and_no_other() -> None:
    trades = [settled(1, "10"), settled(2, "-4"), settled(3, "7"), settled(3, "7")]
    expected = due_fees(trades, terms())
    for shuffled in permutations(trades):
        assert due_fees(shuffled, terms()) == expected
    assert list(expected) == [trade.key for trade in trades[:3]]


def test_who_closed_at_once_is_ordered_by_name() -> None:
    win, loss = settled(2, "10", closed_ms=DAY_MS), settled(1, "-10", closed_ms=DAY_MS)
    assert amounts([win, loss], terms()) == ["0", "0"]


def test_what_closed_before_does_not_count_at_all() -> None:
    trades = [settled(1, "-10"), settled(30, "10"), replace(settled(2), closed_ms=DAY_MS - 1)]
    assert amounts(trades, terms(since="2026-11-24")) == ["0.25"]
    assert len(due_fees(trades, terms(since="2026-11-23"))) == 2
    assert amounts([settled(24, "4")], terms(since="2026-11-24")) == ["0.1"], "midnight is in it"


def test_off_nothing_is_due() -> None:
    off = LedgerSettings(enabled=False, base="profit", rate=Decimal("0.1"))
    assert due_fees([settled(1, "10")], off) == {}


def test_contradictions_are_refused() -> None:
    with pytest.raises(UnusableTrade, match="must be the same each time"):
        due_fees([settled(1, "1"), settled(1, "2")], terms())


@pytest.mark.parametrize("base", ["notional", "profit"])
def test_a_thousand_times_the_amounts_is_a_thousand_times_the_fee(base) -> None:
    small = [settled(n, str(p), str(100 + n)) for n, p in enumerate((5, -7, 9, 1), 1)]
    large = [replace(one, profit=one.profit * 1000, notional=one.notional * 1000) for one in small]
    pairs = zip(
        due_fees(small, terms(base)).values(), due_fees(large, terms(base)).values(), strict=True
    )
    assert all(little.amount * 1000 == much.amount for little, much in pairs)
