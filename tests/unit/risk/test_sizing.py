from __future__ import annotations

import math
from dataclasses import replace

import pytest

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.sizing import Size, loss_at_stop, position_size

SETTINGS = RiskSettings(risk_per_trade=0.02, volatility_target=0.4)
# A stop 10 % below, no fee, volatility on target: the host's own share of 2,000 is what counts.
ENTRY = Proposal(
    share=2_000.0,
    largest=9_000.0,
    smallest=10.0,
    price=100.0,
    stop=90.0,
    fee=0.0,
    volatility=0.4,
)
ROOM = Headroom(equity=10_000.0, position=2_500.0, group=6_000.0, total=9_000.0)


def size(entry: Proposal = ENTRY, room: Headroom = ROOM, scale: float = 1.0) -> Size:
    answer = position_size(SETTINGS, entry, room, scale)
    assert isinstance(answer, Size), answer
    return answer


def refusal(entry: Proposal = ENTRY, room: Headroom = ROOM, scale: float = 1.0) -> Refusal:
    answer = position_size(SETTINGS, entry, room, scale)
    assert isinstance(answer, Refusal), answer
    return answer


class TestWhatBinds:
    def test_the_share_where_nothing_else_does(self):
        got = size(replace(ENTRY, share=1_999.0))
        assert (got.stake, got.figures["bound_by"]) == (1_999.0, "share")

    def test_volatility_above_the_target(self):
        got = size(replace(ENTRY, volatility=0.8))
        assert (got.stake, got.figures["bound_by"]) == (1_000.0, "volatility_target")

    def test_volatility_below_the_target_never_makes_it_larger(self):
        assert size(replace(ENTRY, share=1_000.0, volatility=0.1)).stake == 1_000.0

    def test_the_risk_of_a_wide_stop(self):
        # 2 % of 10,000 is 200, and a fifth of 1,000 is lost at the stop.
        got = size(replace(ENTRY, stop=80.0))
        assert got.stake == pytest.approx(1_000.0)
        assert got.figures["bound_by"] == "risk_per_trade"

    @pytest.mark.parametrize(
        ("cap", "reason"),
        [
            ("position", Reason.POSITION_CAP),
            ("group", Reason.GROUP_CAP),
            ("total", Reason.TOTAL_CAP),
        ],
    )
    def test_the_caps(self, cap, reason):
        got = size(room=replace(ROOM, **{cap: 300.0}))
        assert (got.stake, got.figures["bound_by"]) == (300.0, f"{cap}_cap")
        for left in (0.0, -50.0, 9.99):
            assert refusal(room=replace(ROOM, **{cap: left})).reason is reason

    def test_a_cap_that_leaves_enough_is_not_to_blame_for_a_small_scale(self):
        got = refusal(room=replace(ROOM, group=300.0), scale=0.01)
        assert got.reason is Reason.BELOW_MINIMUM

    def test_cash(self):
        got = size(replace(ENTRY, largest=120.0))
        assert (got.stake, got.figures["bound_by"]) == (120.0, "cash")
        assert refusal(replace(ENTRY, largest=0.0)).reason is Reason.BELOW_MINIMUM

    def test_it_says_what_it_was_computed_from(self):
        figures = size(replace(ENTRY, volatility=0.8, confidence=0.5), scale=0.5).figures
        assert figures == {
            "bound_by": "volatility_target",
            "limit": 1_000.0,
            "stake": 250.0,
            "equity": 10_000.0,
            "share": 2_000.0,
            "loss_at_stop_share": pytest.approx(0.1),
            "volatility": 0.8,
            "confidence": 0.5,
            "drawdown_scale": 0.5,
        }


class TestScales:
    def test_confidence_and_drawdown_multiply(self):
        assert size(replace(ENTRY, confidence=0.5), scale=0.4).stake == pytest.approx(400.0)

    @pytest.mark.parametrize(("confidence", "scale"), [(0.0, 1.0), (1.0, 0.0)])
    def test_nothing_of_a_size_is_too_little(self, confidence, scale):
        for smallest in (10.0, None):
            entry = replace(ENTRY, confidence=confidence, smallest=smallest)
            assert refusal(entry, scale=scale).reason is Reason.BELOW_MINIMUM


class TestSmallestOrder:
    def test_it_may_be_met_exactly(self):
        assert size(replace(ENTRY, share=10.0)).stake == 10.0

    def test_less_is_refused_and_not_rounded_up(self):
        got = refusal(replace(ENTRY, share=9.99))
        assert got.reason is Reason.BELOW_MINIMUM
        assert (got.figures["stake"], got.figures["smallest"]) == (9.99, 10.0)

    def test_without_one_anything_will_do(self):
        assert size(replace(ENTRY, share=1e-6, smallest=None)).stake == 1e-6


class TestLossAtStop:
    def test_fees_are_paid_on_both_sides(self):
        # Of 1,000: fee 1, then 900 are left, fee 0.9 on them.
        entry = replace(ENTRY, fee=0.001)
        assert loss_at_stop(entry) == pytest.approx(0.1019)
        # 200 may be lost.
        narrow = replace(entry, share=1e9, volatility=0.1, largest=1e9)
        room = Headroom(10_000.0, 1e9, 1e9, 1e9)
        assert size(narrow, room).stake == pytest.approx(200 / 0.1019)

    def test_a_stop_at_zero_loses_everything(self):
        assert loss_at_stop(replace(ENTRY, stop=0.0, fee=0.0)) == 1.0

    def test_without_a_stop_it_is_not_known(self):
        assert math.isnan(loss_at_stop(replace(ENTRY, stop=None)))


class TestUnknown:
    @pytest.mark.parametrize(
        "name", ["share", "price", "volatility", "fee", "confidence", "smallest", "stop"]
    )
    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1.0])
    def test_a_figure_of_the_entry(self, name, bad):
        got = refusal(replace(ENTRY, **{name: bad}))
        assert got.reason is Reason.SIZE_UNKNOWN
        assert got.figures["unknown"] in {name, "stop"}
        assert all(not isinstance(value, float) for value in got.figures.values())

    @pytest.mark.parametrize("name", ["share", "price", "volatility"])
    def test_zero_is_no_figure(self, name):
        assert refusal(replace(ENTRY, **{name: 0.0})).reason is Reason.SIZE_UNKNOWN

    @pytest.mark.parametrize("stop", [None, 100.0, 101.0])
    def test_a_stop_that_is_missing_or_not_below_the_entry(self, stop):
        got = refusal(replace(ENTRY, stop=stop))
        assert (got.reason, got.figures["unknown"]) == (Reason.SIZE_UNKNOWN, "stop")

    def test_a_fee_of_everything(self):
        assert refusal(replace(ENTRY, fee=1.0)).figures["unknown"] == "fee"

    def test_more_confidence_than_there_is(self):
        assert refusal(replace(ENTRY, confidence=1.01)).figures["unknown"] == "confidence"

    @pytest.mark.parametrize("scale", [math.nan, -0.1, 1.1])
    def test_a_scale_out_of_range(self, scale):
        got = refusal(scale=scale)
        assert (got.reason, got.figures["unknown"]) == (Reason.SIZE_UNKNOWN, "drawdown_scale")

    def test_cash_that_is_not_known(self):
        assert refusal(replace(ENTRY, largest=math.nan)).figures["unknown"] == "cash"

    @pytest.mark.parametrize("cap", ["position", "group", "total"])
    def test_headroom_that_is_not_known(self, cap):
        got = refusal(room=replace(ROOM, **{cap: math.nan}))
        assert (got.reason, got.figures["unknown"]) == (Reason.SIZE_UNKNOWN, f"{cap}_cap")

    @pytest.mark.parametrize("equity", [math.nan, math.inf, 0.0, -1.0])
    def test_equity(self, equity):
        assert refusal(room=replace(ROOM, equity=equity)).reason is Reason.EQUITY_UNKNOWN
