"""Other venues saw the candle."""

from __future__ import annotations

import pytest
from entry_situations import NOW_MS, cross_check

from aurum_plugins.execution.checks import ConfirmedCandle
from aurum_plugins.market_data.consensus import CandleDispute, CandleDoubt
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


@pytest.fixture
def check() -> type[ConfirmedCandle]:
    return ConfirmedCandle


def test_it_is_confirmed(judge) -> None:
    assert judge() is None


def test_no_venues_are_named(judge) -> None:
    assert judge(cross_check=None) is None


def test_candles_need_no_confirmation(judge) -> None:
    assert judge(cross_check=cross_check(candle=None)) is None


def test_it_is_disputed(judge) -> None:
    dispute = CandleDispute(
        "BTC/USDT", NOW_MS, CandleDoubt.CLOSE_DIFFERS, ("kraken",), {"close_bps": 70.0}
    )
    assert judge(cross_check=cross_check(candle=dispute)) == Refusal(
        Reason.UNCONFIRMED_CANDLE,
        {"doubt": "its close is far from the others'", "close_bps": 70.0},
    )
