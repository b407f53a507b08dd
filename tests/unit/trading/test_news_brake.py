"""What a shock does to positions and to orders that wait."""

from __future__ import annotations

from typing import Any

import pytest
from entry_situations import news_shock

from aurum_plugins.reasons import Action, Reason
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.settings import ShockSettings
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.drawn_stop import DrawnStop
from aurum_plugins.trading.held_position import HeldPosition
from aurum_plugins.trading.news_alerts import NewsAlerts
from aurum_plugins.trading.news_brake import NewsBrake

PAIR = "BTC/USDT"
SINCE = 1_795_341_600_000
NOW = SINCE + 60_000
BEFORE = SINCE - 60_000
ROW = DecidedRow(BEFORE, Action.HOLD, Reason.NO_BREAKOUT, {"close": 100.0, "average_range": 2.0})


class Kept:
    """A stop that is kept in memory."""

    def __init__(self, drawn: DrawnStop | None = None) -> None:
        self.drawn = drawn

    def load(self) -> DrawnStop | None:
        return self.drawn

    def save(self, drawn: DrawnStop) -> None:
        self.drawn = drawn


class Braking:
    """A brake, and the shock that is on."""

    def __init__(self, **settings: Any) -> None:
        self.shock: Shock | None = news_shock(since_ms=SINCE)
        self.told: list[str] = []
        self.brake = NewsBrake(
            lambda _, __: self.shock, ShockSettings(**settings), NewsAlerts(self.told.append)
        )
        self.kept = Kept()

    def stop(
        self,
        price: float | None = None,
        row: DecidedRow | None = ROW,
        *,
        opened_ms: int = BEFORE,
        after_fill: bool = False,
    ) -> float | None:
        held = HeldPosition(PAIR, opened_ms, price, self.kept, after_fill)
        return self.brake.stop(NOW, held, lambda: row)


class TestSells:
    def test_where_the_brake_says_so(self) -> None:
        braking = Braking(brake="exit")
        assert braking.brake.sells(NOW, PAIR, BEFORE)
        assert braking.stop() is None
        assert ["is sold" in text for text in braking.told] == [True]

    @pytest.mark.parametrize("brake", ["tighten", "off"])
    def test_not_where_it_does_not(self, brake) -> None:
        assert not Braking(brake=brake).brake.sells(NOW, PAIR, BEFORE)

    def test_not_without_a_shock(self) -> None:
        braking = Braking(brake="exit")
        braking.shock = None
        assert not braking.brake.sells(NOW, PAIR, BEFORE)
        assert braking.told == []

    def test_what_was_bought_before_anybody_could_know(self) -> None:
        assert Braking(brake="exit").brake.sells(NOW, PAIR, SINCE + 5_000)

    def test_what_may_be_bought_during_a_shock_is_not_sold_for_it(self) -> None:
        braking = Braking(brake="exit", entries=False)
        assert braking.brake.sells(NOW, PAIR, SINCE)
        assert not braking.brake.sells(NOW, PAIR, SINCE + 1)


class TestCancels:
    @pytest.mark.parametrize(
        ("settings", "ordered_ms", "cancels"),
        [
            ({}, BEFORE, True),
            ({"brake": "off"}, NOW, True),
            ({"brake": "off", "entries": False}, BEFORE, False),
            ({"entries": False}, BEFORE, True),
            ({"entries": False}, NOW, False),
        ],
    )
    def test_orders(self, settings, ordered_ms, cancels) -> None:
        braking = Braking(**settings)
        assert braking.brake.cancels(NOW, PAIR, ordered_ms) is cancels
        assert len(braking.told) == cancels

    def test_not_without_a_shock(self) -> None:
        braking = Braking()
        braking.shock = None
        assert not braking.brake.cancels(NOW, PAIR, BEFORE)


class TestStop:
    def test_it_is_drawn_below_the_price(self) -> None:
        braking = Braking(tightened_multiple=1.5)
        assert braking.stop(90.0) == 87.0
        assert braking.kept.drawn == DrawnStop(SINCE, 87.0)
        assert "has its stop at 87 now" in braking.told[0]

    def test_or_below_the_newest_close(self) -> None:
        assert Braking().stop() == 98.0

    def test_once_for_a_shock_whatever_the_price_does(self) -> None:
        braking = Braking()
        assert [braking.stop(price) for price in (100.0, 120.0, 98.5)] == [98.0] * 3
        assert len(braking.told) == 1

    def test_once_over_restarts_too(self) -> None:
        braking, again = Braking(), Braking()
        braking.stop(100.0)
        again.kept = braking.kept
        assert again.stop(120.0) == 98.0
        assert again.told == []

    def test_a_later_shock_draws_it_up_and_never_down(self) -> None:
        braking = Braking()
        braking.stop(100.0)
        braking.shock = news_shock(since_ms=SINCE + 1)
        assert braking.stop(120.0) == 118.0
        braking.shock = news_shock(since_ms=SINCE + 2)
        assert braking.stop(90.0) == 118.0
        assert braking.kept.drawn == DrawnStop(SINCE + 2, 118.0)

    def test_one_that_began_before_the_last_does_not(self) -> None:
        braking = Braking()
        braking.stop(100.0)
        braking.shock = news_shock(subject="*", since_ms=SINCE - 5_000)
        assert braking.stop(120.0) == 98.0

    @pytest.mark.parametrize(
        "row", [None, DecidedRow(BEFORE, Action.HOLD, Reason.WARMING_UP, {"close": 100.0})]
    )
    def test_without_a_range_it_stays_and_is_drawn_once_there_is_one(self, row) -> None:
        braking = Braking()
        for _ in range(2):
            assert braking.stop(100.0, row) is None
        assert ["keeps its stop" in text for text in braking.told] == [True]
        assert braking.stop(100.0) == 98.0
        braking.shock = news_shock(since_ms=SINCE + 1)
        assert braking.stop(100.0, row) == 98.0

    def test_a_range_as_large_as_the_price_draws_nothing(self) -> None:
        assert Braking(tightened_multiple=10).stop(10.0) is None

    def test_it_stays_when_another_order_fills_after_the_shock(self) -> None:
        braking = Braking()
        braking.stop(100.0)
        braking.shock = None
        assert braking.stop(120.0) is None
        assert braking.stop(120.0, after_fill=True) == 98.0
        assert Braking(brake="off").stop(after_fill=True) is None

    def test_nobody_has_to_be_told(self) -> None:
        shocks = iter([news_shock(since_ms=SINCE)] * 2)
        brake = NewsBrake(lambda _, __: next(shocks), ShockSettings(), None)
        held = HeldPosition(PAIR, BEFORE, 100.0, Kept())
        assert brake.stop(NOW, held, lambda: None) is None
        assert brake.stop(NOW, held, lambda: ROW) == 98.0

    def test_nobody_has_to_be_told_of_what_is_sold_or_cancelled(self) -> None:
        brake = NewsBrake(lambda _, __: news_shock(), ShockSettings(brake="exit"), None)
        assert brake.sells(NOW, PAIR, BEFORE)
        assert brake.cancels(NOW, PAIR, BEFORE)

    @pytest.mark.parametrize("factor", [1e-3, 1e3])
    def test_prices_in_another_unit(self, factor) -> None:
        figures = {"close": 100.0 * factor, "average_range": 2.0 * factor}
        row = DecidedRow(BEFORE, Action.HOLD, Reason.NO_BREAKOUT, figures)
        assert Braking().stop(None, row) == pytest.approx(98.0 * factor)
