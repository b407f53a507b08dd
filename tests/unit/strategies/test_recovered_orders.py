from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.strategies.recovered_orders import RecoveredOrders

FILLED = {"amount": 2.0, "price": 50.0, "average": 51.0, "cost": 102.0}


class Guard:
    """The guard of an exchange's orders."""

    def __init__(self) -> None:
        self.found: list[SimpleNamespace] = []
        self.error: Exception | None = None
        self.only: list[str] = []

    def unbooked(self) -> list[SimpleNamespace]:
        if self.error is not None:
            raise self.error
        return self.found

    def only_take_up(self, pair: str) -> None:
        self.only.append(pair)


def lost(pair: str, side: str = "buy", **order: Any) -> SimpleNamespace:
    return SimpleNamespace(
        recorded=SimpleNamespace(pair=pair, side=side), order={**FILLED, **order}
    )


@pytest.fixture
def guard() -> Guard:
    return Guard()


@pytest.fixture
def recovered(guard) -> RecoveredOrders:
    exchange = SimpleNamespace(aurum_orders=guard)
    return RecoveredOrders(SimpleNamespace(dp=SimpleNamespace(_exchange=exchange)))


def test_nothing_is_taken_over_before_it_was_looked_for(recovered, guard):
    guard.found = [lost("ETH/USDT")]
    assert recovered.entries() == ()
    assert recovered.take_up("ETH/USDT") is False
    assert guard.only == []


def test_entries_and_exits_are_told_apart(recovered, guard, caplog):
    guard.found = [lost("ETH/USDT"), lost("SOL/USDT", "sell")]
    recovered.look()
    assert recovered.entries() == ("ETH/USDT",)
    assert recovered.has_exit("SOL/USDT")
    assert not recovered.has_exit("ETH/USDT")
    assert caplog.text.count("is taken over") == 2
    recovered.look()
    assert caplog.text.count("is taken over") == 2


def test_an_entry_is_taken_up_once(recovered, guard):
    guard.found = [lost("ETH/USDT")]
    recovered.look()
    assert recovered.take_up("SOL/USDT") is False
    assert recovered.take_up("ETH/USDT") is True
    assert recovered.take_up("ETH/USDT") is False
    assert guard.only == ["ETH/USDT"]


def test_what_is_booked_by_now_is_forgotten(recovered, guard):
    guard.found = [lost("ETH/USDT"), lost("SOL/USDT", "sell")]
    recovered.look()
    guard.found = []
    recovered.look()
    assert recovered.entries() == ()
    assert not recovered.has_exit("SOL/USDT")


@pytest.mark.parametrize(
    ("order", "stake"),
    [
        ({}, 102.0),
        ({"cost": None}, 102.0),
        ({"cost": 0.0, "average": None}, 100.0),
        ({"cost": None, "average": None, "price": None}, 0.0),
        ({"cost": None, "amount": None}, 0.0),
    ],
)
def test_the_stake_is_what_the_order_cost_or_will_cost(recovered, guard, order, stake):
    guard.found = [lost("ETH/USDT", **order)]
    recovered.look()
    assert recovered.stake("ETH/USDT") == stake
    assert recovered.stake("SOL/USDT") == 0.0


def test_an_exchange_that_does_not_answer_changes_nothing(recovered, guard, caplog):
    guard.found = [lost("ETH/USDT")]
    recovered.look()
    guard.error = OSError("down")
    recovered.look()
    assert recovered.entries() == ("ETH/USDT",)
    assert "could not be found out" in caplog.text


def test_where_no_orders_are_guarded_there_is_nothing_to_take_over():
    recovered = RecoveredOrders(SimpleNamespace(dp=SimpleNamespace(_exchange=object())))
    recovered.look()
    assert recovered.entries() == ()
    assert recovered.take_up("ETH/USDT") is False
