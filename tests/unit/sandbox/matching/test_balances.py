from __future__ import annotations

from decimal import Decimal

import pytest

from aurum_plugins.sandbox.matching import Balances, InsufficientBalance


def test_lock_and_release_move_between_free_and_locked():
    balances = Balances({"USDT": Decimal(10)})
    balances.lock("USDT", Decimal(4))
    assert (balances.free("USDT"), balances.locked("USDT"), balances.total("USDT")) == (6, 4, 10)
    balances.release("USDT", Decimal(1))
    assert (balances.free("USDT"), balances.locked("USDT")) == (7, 3)


def test_unknown_asset_is_worth_nothing():
    balances = Balances({})
    assert balances.total("BTC") == 0
    assert balances.assets() == ()
    balances.deposit("BTC", Decimal(1))
    assert balances.assets() == ("BTC",)


@pytest.mark.parametrize("move", ["lock", "withdraw", "release"])
def test_nothing_becomes_negative(move):
    balances = Balances({"USDT": Decimal(10)})
    balances.lock("USDT", Decimal(4))
    with pytest.raises(InsufficientBalance, match="7 USDT needed") as e:
        getattr(balances, move)("USDT", Decimal(7))
    assert (e.value.asset, e.value.needed) == ("USDT", 7)
    assert (balances.free("USDT"), balances.locked("USDT")) == (6, 4)


@pytest.mark.parametrize("move", ["lock", "withdraw", "release", "deposit"])
def test_amounts_are_not_negative(move):
    with pytest.raises(ValueError, match="an amount of USDT must be 0 or more, got -1"):
        getattr(Balances({"USDT": Decimal(1)}), move)("USDT", Decimal(-1))


def test_the_mapping_given_is_not_changed():
    initial = {"USDT": Decimal(10)}
    Balances(initial).withdraw("USDT", Decimal(1))
    assert initial == {"USDT": Decimal(10)}
