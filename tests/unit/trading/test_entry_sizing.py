"""What risk allows for one entry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.correlation import CloseSeries
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.sizing import Size
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.entry_sizing import EntrySizing, Wanted

HOUR = 3_600_000
LAST = 500
# At a stop 10 % below and without fees, 2 % of the equity at risk are 20 % of it.
SETTINGS: dict[str, Any] = {
    "risk_per_trade": 0.02,
    "volatility_target": 5.0,
    "position_cap": 0.5,
    "group_cap": 0.6,
    "total_cap": 0.9,
    "correlation_candles": 20,
}
CASH = Account(1_000.0)
WAVE = np.sin(np.arange(40) * 1.7) * 0.01
CLOSES = {
    name: CloseSeries(np.arange(LAST - 39, LAST + 1), np.exp(returns))
    for name, returns in {"A": WAVE, "B": 2 * WAVE, "C": np.cos(np.arange(40) * 2.9) * 0.01}.items()
}


def sizing(**changes: Any) -> EntrySizing:
    return EntrySizing(RiskSettings(**{**SETTINGS, **changes}), 0.0, 0.35, HOUR)


def wanted(pair: str = "A", **changes: Any) -> Wanted:
    figures = {"close": 100.0, "average_range": 1.0, "annual_volatility_share": 0.5}
    row = DecidedRow(LAST * HOUR, Action.ENTER, Reason.BREAKOUT, {**figures, **changes})
    return Wanted(pair, 100.0, share=10_000.0, largest=10_000.0, smallest=10.0, row=row)


def held(pair: str, value: float) -> Account:
    position = Position(pair, value / 50, 0.0, 50.0, 50.0, 40.0)
    return Account(1_000.0 - value, (position,))


def stake(entry: Wanted, account: Account = CASH, *, scale: float = 1.0, **changes: Any) -> float:
    size = sizing(**changes).size(entry, account, CLOSES, 10.0, scale)
    assert isinstance(size, Size), size
    return size.stake


class TestSize:
    def test_risk_over_distance(self) -> None:
        assert stake(wanted()) == pytest.approx(200.0)

    def test_the_stop_is_never_outside_the_outer_one(self) -> None:
        assert stake(wanted(average_range=9.0)) == pytest.approx(20 / 0.35)

    def test_a_drawdown_scales_it(self) -> None:
        assert stake(wanted(), scale=0.5) == pytest.approx(100.0)

    @pytest.mark.parametrize(
        ("ratio", "share"), [(0.5, 2.0), (1.0, 1.0), (2.0, 0.5), (math.nan, 1.0)]
    )
    def test_the_forecast_scales_the_volatility(self, ratio, share) -> None:
        base = stake(wanted(), volatility_target=0.005)
        entry = wanted(volatility_ratio=ratio)
        assert stake(entry, volatility_target=0.005) == pytest.approx(base * share)

    @pytest.mark.parametrize(
        ("floor", "confidence", "part"),
        [(1.0, 0.0, 1.0), (0.5, 0.0, 0.5), (0.5, 1.0, 1.0), (0.2, 0.5, 0.6), (0.2, math.nan, 1.0)],
    )
    def test_confidence(self, floor, confidence, part) -> None:
        entry = wanted(confidence=confidence)
        assert stake(entry, confidence_floor=floor) == pytest.approx(200.0 * part)

    def test_what_moves_with_it_leaves_less_room(self) -> None:
        assert stake(wanted(), held("B", 550.0)) == pytest.approx(50.0)
        assert stake(wanted(), held("C", 550.0)) == pytest.approx(200.0)

    @pytest.mark.parametrize(
        ("figure", "unknown"),
        [("average_range", "stop"), ("annual_volatility_share", "volatility")],
    )
    def test_without_a_figure_there_is_no_size(self, figure, unknown) -> None:
        size = sizing().size(wanted(**{figure: math.nan}), CASH, CLOSES, 10.0, 1.0)
        assert isinstance(size, Refusal)
        assert size.reason is Reason.SIZE_UNKNOWN
        assert size.figures["unknown"] == unknown

    def test_an_account_without_a_price_has_no_room(self) -> None:
        account = Account(1_000.0, (Position("B", 1.0, 0.0, math.nan, 1.0, 1.0),))
        size = sizing().size(wanted(), account, CLOSES, 10.0, 1.0)
        assert size == Refusal(Reason.EQUITY_UNKNOWN, {"unknown": "B"})


class TestStop:
    def test_ranges_below_the_price(self) -> None:
        assert sizing().stop(100.0, wanted().row, 10.0) == pytest.approx(90.0)

    def test_not_known_without_a_range(self) -> None:
        assert sizing().stop(100.0, wanted(average_range=math.nan).row, 10.0) is None


class TestRefuses:
    def test_the_order_is_held_to_the_same_caps(self) -> None:
        caps, account = sizing(), held("B", 550.0)
        assert caps.refuses(50.0, wanted(), account, CLOSES) is None
        refusal = caps.refuses(51.0, wanted(), account, CLOSES)
        assert refusal is not None
        assert (refusal.reason, refusal.figures["cap"]) == (Reason.EXPOSURE, "group_cap")

    def test_candles_after_the_decided_one_are_not_looked_at(self) -> None:
        later = {
            name: CloseSeries(np.append(one.numbers, LAST + 1), np.append(one.closes, 1e6))
            for name, one in CLOSES.items()
        }
        group = sizing().group(wanted(), held("B", 10.0), later)
        assert group == sizing().group(wanted(), held("B", 10.0), CLOSES) == {"B"}
        assert sizing().group(wanted(), held("C", 10.0), later) == frozenset()
