from __future__ import annotations

import pytest
from entry_situations import HOUR_MS, NOW_MS, position

from aurum_plugins.execution.checks import Duplicate
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.account import Account


@pytest.fixture
def check():
    return Duplicate


def test_one_order_a_candle(judge) -> None:
    refusal = judge(approved=True)
    assert refusal.reason is Reason.DUPLICATE
    assert refusal.figures == {"approved_candle_ms": NOW_MS - HOUR_MS - 60_000}


@pytest.mark.parametrize(("held", "ordered"), [(2.0, 0.0), (0.0, 5.0), (0.0, 0.0)])
def test_one_position_a_pair_whether_it_is_filled_or_not(judge, held, ordered) -> None:
    mine = position("BTC/USDT", amount=held, ordered=ordered)
    refusal = judge(account=Account(100.0, (position("ETH/USDT"), mine)))
    assert refusal.reason is Reason.DUPLICATE
    assert refusal.figures == {"held_amount": held, "ordered_amount": ordered}


@pytest.mark.parametrize("pairs", [(), ("ETH/USDT", "BTC/EUR", "WBTC/USDT")])
def test_other_pairs_do_not_matter(judge, pairs) -> None:
    assert judge(account=Account(100.0, tuple(position(pair) for pair in pairs))) is None
