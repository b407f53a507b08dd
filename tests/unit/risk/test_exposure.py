from __future__ import annotations

import math
from dataclasses import replace

import pytest

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.exposure import ExposureCaps
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.settings import RiskSettings

SETTINGS = RiskSettings(position_cap=0.25, group_cap=0.5, total_cap=0.75)
CAPS = ExposureCaps(SETTINGS)


def position(pair: str, amount: float, price: float, **other: float) -> Position:
    figures = {"ordered": 0.0, "open_rate": price, "stop": math.nan, **other}
    return Position(pair=pair, amount=amount, price=price, **figures)


# 6,000 in cash, 1,000 in BTC, 3,000 in ETH: 10,000.
ACCOUNT = Account(
    cash=6_000.0,
    positions=(position("BTC/USDT", 0.02, 50_000.0), position("ETH/USDT", 1.0, 3_000.0)),
)


class TestHeadroom:
    def test_of_a_pair_that_is_not_held(self):
        got = CAPS.headroom(ACCOUNT, "SOL/USDT")
        assert got == Headroom(equity=10_000.0, position=2_500.0, group=5_000.0, total=3_500.0)

    def test_of_a_pair_that_is_held(self):
        got = CAPS.headroom(ACCOUNT, "BTC/USDT")
        assert (got.position, got.group) == (1_500.0, 4_000.0)

    def test_a_group_counts_together(self):
        got = CAPS.headroom(ACCOUNT, "SOL/USDT", {"BTC/USDT", "ETH/USDT", "DOGE/USDT"})
        assert (got.position, got.group, got.total) == (2_500.0, 1_000.0, 3_500.0)
        assert CAPS.headroom(ACCOUNT, "BTC/USDT", {"ETH/USDT"}).group == 1_000.0

    def test_the_pair_may_be_named_in_its_own_group(self):
        assert CAPS.headroom(ACCOUNT, "BTC/USDT", {"BTC/USDT"}).group == 4_000.0

    def test_what_is_ordered_counts_at_the_higher_price(self):
        # 1,000 of cash set aside for 10 SOL at 100, of which the price is 80 by now.
        ordered = position("SOL/USDT", 0.0, 80.0, ordered=10.0, open_rate=100.0)
        account = replace(ACCOUNT, positions=(*ACCOUNT.positions, ordered))
        got = CAPS.headroom(account, "SOL/USDT")
        assert got.equity == 10_000.0
        assert (got.position, got.total) == (1_500.0, 2_500.0)

    def test_two_positions_in_a_pair_add_up(self):
        twice = Account(8_000.0, (position("A/B", 1.0, 1_000.0), position("A/B", 1.0, 1_000.0)))
        assert CAPS.headroom(twice, "A/B").position == 500.0

    def test_a_cap_can_be_exceeded_by_prices(self):
        assert CAPS.headroom(ACCOUNT, "ETH/USDT").position == -500.0

    @pytest.mark.parametrize("name", ["amount", "ordered", "price", "open_rate"])
    @pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
    def test_a_position_that_makes_no_sense_is_named(self, name, bad):
        broken = replace(ACCOUNT.positions[1], **{name: bad})
        account = replace(ACCOUNT, positions=(ACCOUNT.positions[0], broken))
        got = CAPS.headroom(account, "SOL/USDT")
        assert got == Refusal(Reason.EQUITY_UNKNOWN, {"unknown": "ETH/USDT"})

    @pytest.mark.parametrize("name", ["price", "open_rate"])
    def test_a_price_of_zero_makes_no_sense(self, name):
        account = Account(1.0, (replace(ACCOUNT.positions[0], **{name: 0.0}),))
        assert CAPS.headroom(account, "A/B").reason is Reason.EQUITY_UNKNOWN

    @pytest.mark.parametrize("cash", [math.nan, math.inf, -4_000.0, -9_000.0])
    def test_no_equity_no_headroom(self, cash):
        got = CAPS.headroom(replace(ACCOUNT, cash=cash), "SOL/USDT")
        assert got.reason is Reason.EQUITY_UNKNOWN
        assert got.figures["unknown"] == "equity"


class TestRefuses:
    @pytest.mark.parametrize(
        ("pair", "group", "allowed", "cap", "share"),
        [
            ("SOL/USDT", (), 2_500.0, "position_cap", 0.25),
            ("BTC/USDT", (), 1_500.0, "position_cap", 0.25),
            ("SOL/USDT", ("BTC/USDT", "ETH/USDT"), 1_000.0, "group_cap", 0.5),
        ],
    )
    def test_more_than_a_cap_leaves(self, pair, group, allowed, cap, share):
        tolerated = allowed + share * 10_000 / 1000
        assert CAPS.refuses(allowed, ACCOUNT, pair, group) is None
        assert CAPS.refuses(tolerated - 0.001, ACCOUNT, pair, group) is None
        got = CAPS.refuses(tolerated + 0.001, ACCOUNT, pair, group)
        assert got.reason is Reason.EXPOSURE
        assert (got.figures["cap"], got.figures["cap_share"]) == (cap, share)
        assert got.figures["headroom"] == pytest.approx(allowed)

    def test_the_total(self):
        caps = ExposureCaps(RiskSettings(position_cap=0.5, group_cap=0.5, total_cap=0.5))
        assert caps.refuses(1_000.0, ACCOUNT, "SOL/USDT") is None
        assert caps.refuses(1_006.0, ACCOUNT, "SOL/USDT").figures["cap"] == "total_cap"

    def test_nothing_fits_under_a_cap_that_is_used_up(self):
        got = CAPS.refuses(0.01, ACCOUNT, "ETH/USDT")
        assert (got.reason, got.figures["cap"]) == (Reason.EXPOSURE, "position_cap")

    def test_the_tolerance_is_none_for_another_order(self):
        full = Account(7_500.0, (position("SOL/USDT", 25.0, 100.0),))
        assert CAPS.headroom(full, "SOL/USDT").position == 0.0
        assert CAPS.refuses(0.01, full, "SOL/USDT").reason is Reason.EXPOSURE

    @pytest.mark.parametrize("notional", [math.nan, math.inf, 0.0, -1.0])
    def test_an_order_without_a_size(self, notional):
        assert CAPS.refuses(notional, ACCOUNT, "SOL/USDT").reason is Reason.NOT_FINITE

    def test_an_account_that_is_not_known(self):
        account = replace(ACCOUNT, cash=math.nan)
        assert CAPS.refuses(1.0, account, "SOL/USDT").reason is Reason.EQUITY_UNKNOWN
