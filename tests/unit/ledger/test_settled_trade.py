"""A trade tells itself from every other, and does not come with nonsense."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from fee_cases import DAY_MS, settled

from aurum_plugins.ledger.distinct_trades import distinct_trades
from aurum_plugins.ledger.errors import UnusableTrade


def test_its_key_outlives_a_trade_database() -> None:
    trade = settled(1)
    assert trade.key == f"BTC/USDT#1@{DAY_MS + 1}"
    # The new database counts from 1 again.
    assert replace(trade, opened_ms=DAY_MS + 7).key != trade.key


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("pair", "", "pair must have 1 to 60 printable"),
        ("pair", "A" * 61, "pair must have 1 to 60 printable"),
        ("pair", "BTC\n/USDT", "pair must have 1 to 60 printable"),
        ("currency", "U" * 21, "currency must have 1 to 20 printable"),
        ("profit", Decimal("NaN"), "profit must be finite"),
        ("profit", Decimal("-Infinity"), "profit must be finite"),
        ("notional", Decimal("1e20"), r"notional must be finite and below 1e\+20"),
        ("notional", Decimal(-1), "notional must be 0 or more"),
    ],
)
def test_a_figure_without_sense_is_refused(name, value, said) -> None:
    with pytest.raises(UnusableTrade, match=said) as caught:
        replace(settled(1), **{name: value})
    assert caught.value.name == name
    assert str(caught.value.value) == str(value)


def test_repetitions_are_dropped_and_contradictions_refused() -> None:
    trade = settled(1, "5")
    assert distinct_trades([trade, settled(2), replace(trade)]) == {
        one.key: one for one in (trade, settled(2))
    }
    with pytest.raises(UnusableTrade, match="must be the same each time") as caught:
        distinct_trades([trade, settled(1, "6")])
    assert caught.value.trade == trade.key
