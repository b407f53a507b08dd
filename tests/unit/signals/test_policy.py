"""Which action and which reason a candle gets, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.reasons import Action, Reason, Stage
from aurum_plugins.signals import Decided, Outlook, PolicySettings, decide, exit_tags, expected_move

HOUR_MS = 3_600_000
NAN = float("nan")
# A candle that is bought: above its channel in a rising market, with a likely rise that pays.
BOUGHT = {
    "close": 101.0,
    "volume": 5.0,
    "atr": 1.0,
    "volatility": 0.6,
    "market_trend_share": 0.1,
    "upper": 100.0,
    "lower": 90.0,
    "ready": True,
    "probability": 0.6,
}
# What turns it into each reason, in the order in which they are asked.
TURNED: dict[Reason, dict[str, Any]] = {
    Reason.BREAKDOWN: {"lower": 102.0},
    Reason.WEAK_OUTLOOK: {"ready": True, "probability": 0.2, "close": 94.0, "upper": 100.0},
    Reason.BAD_CANDLE: {"volume": 0.0},
    Reason.WARMING_UP: {"upper": NAN},
    Reason.NO_BREAKOUT: {"upper": 101.0},
    Reason.MARKET_UNKNOWN: {"market_trend_share": NAN},
    Reason.BEAR_MARKET: {"market_trend_share": -0.01},
    Reason.NO_FORECAST: {"ready": False, "probability": NAN},
    Reason.UNLIKELY: {"probability": 0.54},
    Reason.BELOW_COST: {"volatility": 0.01},
}
EXITS = {Reason.BREAKDOWN, Reason.WEAK_OUTLOOK}
# Every question is asked.
STRICT = PolicySettings(
    forecasts="always", bear_entries="none", enter_probability=0.55, leave_probability=0.3
)


def decided(
    *rows: dict[str, Any], settings: PolicySettings = STRICT, forecast: bool = True, **more: float
) -> Decided:
    """What is decided on candles that differ from `BOUGHT` in what is given."""
    frame = pd.DataFrame([{**BOUGHT, **row} for row in rows])
    probability = frame["probability"].to_numpy(np.float64)
    ratio = np.ones(len(frame))
    outlook = Outlook(
        frame["ready"].to_numpy(np.bool_), probability, ratio, {"probability": probability}
    )
    arguments: dict[str, Any] = {
        "enter_probability": settings.enter_probability,
        "move_candles": 240,
        "candle_ms": HOUR_MS,
    }
    return decide(
        frame,
        frame["upper"],
        frame["lower"],
        outlook if forecast else None,
        settings,
        **{**arguments, **more},
    )


def reason(row: dict[str, Any] | None = None, **more: Any) -> Reason:
    return Reason(int(decided(row or {}, **more).reasons[0]))


def policy(**section: Any) -> PolicySettings:
    return PolicySettings(**section)


def test_a_candle_with_everything_for_it_is_bought():
    got = decided({})
    assert got.actions.tolist() == [Action.ENTER]
    assert got.reasons.tolist() == [Reason.BREAKOUT]


@pytest.mark.parametrize("expected", TURNED, ids=lambda found: found.name)
def test_each_reason_by_itself(expected):
    got = decided(TURNED[expected])
    assert got.reasons.tolist() == [expected]
    assert got.actions.tolist() == [Action.EXIT if expected in EXITS else Action.HOLD]
    assert Reason(expected).stage is Stage.SIGNAL


def test_every_reason_of_the_signal_is_among_them():
    known = {*TURNED, Reason.BREAKOUT}
    assert known == {found for found in Reason if found.stage is Stage.SIGNAL}


ORDER = list(TURNED)


@pytest.mark.parametrize(
    ("first", "later"),
    [(first, later) for place, first in enumerate(ORDER) for later in ORDER[place + 1 :]],
    ids=lambda found: found.name,
)
def test_of_two_reasons_the_earlier_one_is_given(first, later):
    # Where both change the same column they cannot hold together, and the first one's stands.
    assert reason({**TURNED[later], **TURNED[first]}) is first


def test_rows_are_judged_one_by_one():
    got = decided(*TURNED.values(), {})
    assert got.reasons.tolist() == [*TURNED, Reason.BREAKOUT]
    assert got.actions.dtype == got.reasons.dtype == np.int64


@pytest.mark.parametrize("column", ["volume", "atr", "volatility", "market_trend_share", "upper"])
@pytest.mark.parametrize("forecast", [True, False])
def test_leaving_needs_a_close_and_its_channel_and_nothing_else(column, forecast):
    row = {"lower": 102.0, column: NAN}
    got = decided(row, forecast=forecast)
    assert got.actions.tolist() == [Action.EXIT]
    assert got.reasons.tolist() == [Reason.BREAKDOWN]


@pytest.mark.parametrize(
    ("column", "bad"),
    [("close", bad) for bad in (NAN, math.inf, -math.inf, 0.0, -1.0)]
    + [("volume", bad) for bad in (NAN, -math.inf, 0.0, -1.0)],
)
def test_a_candle_that_cannot_be_is_never_bought(column, bad):
    assert Action.ENTER not in decided({column: bad}).actions.tolist()


def test_an_infinite_volume_is_no_volume():
    assert reason({"volume": math.inf}) is Reason.BAD_CANDLE


def test_a_close_at_or_below_zero_is_no_candle():
    # Below every finite channel, it leaves; without one, it says so.
    assert reason({"close": 0.0}) is Reason.BREAKDOWN
    assert reason({"close": -1.0, "lower": NAN}) is Reason.BAD_CANDLE
    assert reason({"close": NAN}) is Reason.BAD_CANDLE
    assert reason({"close": math.inf}) is Reason.BAD_CANDLE


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("close", Reason.BAD_CANDLE),
        ("volume", Reason.BAD_CANDLE),
        ("upper", Reason.WARMING_UP),
        ("market_trend_share", Reason.MARKET_UNKNOWN),
        ("volatility", Reason.BELOW_COST),
        ("lower", Reason.BREAKOUT),
        ("atr", Reason.BREAKOUT),  # asked by what sizes the entry
    ],
)
def test_what_is_missing_has_its_own_reason(column, expected):
    assert reason({column: NAN}) is expected


def test_nothing_at_all_is_known():
    assert reason(dict.fromkeys(BOUGHT, NAN) | {"ready": False}) is Reason.BAD_CANDLE
    assert decided(dict.fromkeys(BOUGHT, NAN) | {"ready": False}).actions.tolist() == [Action.HOLD]


def test_no_candles_no_decisions():
    frame = pd.DataFrame(columns=list(BOUGHT), dtype=float)
    got = decide(
        frame,
        frame["upper"],
        frame["lower"],
        None,
        STRICT,
        enter_probability=0.5,
        move_candles=240,
        candle_ms=HOUR_MS,
    )
    assert len(got.actions) == len(got.reasons) == 0


class TestMarket:
    @pytest.mark.parametrize(("trend", "falls"), [(-1e-9, True), (0.0, False), (1e-9, False)])
    def test_it_falls_below_its_mean(self, trend, falls):
        got = reason({"market_trend_share": trend})
        assert got is (Reason.BEAR_MARKET if falls else Reason.BREAKOUT)

    @pytest.mark.parametrize(
        ("bear_entries", "forecast", "expected"),
        [
            ("none", True, Reason.BEAR_MARKET),
            ("none", False, Reason.BEAR_MARKET),
            ("forecast", True, Reason.BREAKOUT),
            ("forecast", False, Reason.BEAR_MARKET),
            ("all", True, Reason.BREAKOUT),
            ("all", False, Reason.BREAKOUT),
        ],
    )
    def test_what_is_entered_while_it_falls(self, bear_entries, forecast, expected):
        rules = policy(bear_entries=bear_entries)
        row = {"market_trend_share": -0.1}
        assert reason(row, settings=rules, forecast=forecast) is expected

    def test_where_nothing_depends_on_it_it_need_not_be_known(self):
        rules = policy(forecasts="always", bear_entries="all")
        assert reason({"market_trend_share": NAN}, settings=rules) is Reason.BREAKOUT
        assert reason({"market_trend_share": -0.5}, settings=rules) is Reason.BREAKOUT


class TestForecast:
    @pytest.mark.parametrize(
        ("forecasts", "trend", "asked"),
        [
            ("off", -0.1, False),
            ("off", 0.1, False),
            ("bear", -0.1, True),
            ("bear", 0.1, False),
            ("always", -0.1, True),
            ("always", 0.1, True),
        ],
    )
    def test_when_it_is_asked(self, forecasts, trend, asked):
        rules = policy(forecasts=forecasts, bear_entries="all", leave_probability=0.3)
        row = {"market_trend_share": trend}
        for told, heard in (
            ({"probability": 0.4}, Reason.UNLIKELY),
            ({"probability": NAN, "ready": False}, Reason.NO_FORECAST),
        ):
            expected = heard if asked else Reason.BREAKOUT
            assert reason({**row, **told}, settings=rules) is expected

    def test_without_one_it_is_not_asked(self):
        assert reason({}, forecast=False) is Reason.BREAKOUT
        assert reason({"probability": 0.1}, forecast=False) is Reason.BREAKOUT

    @pytest.mark.parametrize(
        ("probability", "expected"),
        [
            (0.1, Reason.UNLIKELY),
            (0.5499, Reason.UNLIKELY),
            (0.55, Reason.BREAKOUT),
            (1.0, Reason.BREAKOUT),
        ],
    )
    def test_between_its_two_thresholds_it_neither_enters_nor_leaves(self, probability, expected):
        assert reason({"probability": probability}) is expected

    def test_hyperopt_s_threshold_stands_in_for_the_setting(self):
        assert reason({"probability": 0.6}, enter_probability=0.61) is Reason.UNLIKELY
        assert reason({"probability": 0.52}, enter_probability=0.51) is Reason.BREAKOUT


class TestWeakness:
    """A position is left where forecast and price are weak together."""

    @pytest.mark.parametrize(
        ("probability", "close", "expected"),
        [
            (0.2999, 94.9, Reason.WEAK_OUTLOOK),
            (0.3, 94.9, Reason.NO_BREAKOUT),
            (0.54, 94.9, Reason.NO_BREAKOUT),
            (0.2999, 95.0, Reason.NO_BREAKOUT),  # half of the way from 90 to 100
            (0.0, 99.0, Reason.NO_BREAKOUT),
            (0.0, 90.0, Reason.WEAK_OUTLOOK),
            (0.0, 89.9, Reason.BREAKDOWN),
        ],
    )
    def test_both_must_be(self, probability, close, expected):
        assert reason({"probability": probability, "close": close}) is expected

    @pytest.mark.parametrize(
        ("share", "close", "left"),
        [(0.0, 90.0, False), (0.1, 90.9, True), (0.1, 91.0, False), (1.0, 99.9, True)],
    )
    def test_what_a_weak_price_is(self, share, close, left):
        rules = STRICT.model_copy(update={"weak_share": share})
        expected = Reason.WEAK_OUTLOOK if left else Reason.NO_BREAKOUT
        assert reason({"probability": 0.1, "close": close}, settings=rules) is expected

    def test_a_breakout_is_no_weakness(self):
        rules = STRICT.model_copy(update={"weak_share": 1.0})
        assert reason({"probability": 0.0}, settings=rules) is Reason.UNLIKELY

    def test_a_probability_of_zero_leaves_nothing(self):
        rules = policy(forecasts="always", leave_probability=0.0)
        row = {"probability": 0.0, "close": 91.0}
        assert reason(row, settings=rules) is Reason.NO_BREAKOUT

    def test_a_forecast_that_is_off_leaves_nothing_and_allows_nothing(self):
        off = policy(forecasts="off", leave_probability=0.3)
        assert reason(TURNED[Reason.WEAK_OUTLOOK], settings=off) is Reason.NO_BREAKOUT
        assert reason({"market_trend_share": -0.1}, settings=off) is Reason.BEAR_MARKET

    def test_what_may_not_be_acted_on_leaves_nothing(self):
        row = {"ready": False, "probability": 0.1, "close": 91.0}
        assert reason(row) is Reason.NO_BREAKOUT
        assert reason({"close": 91.0}, forecast=False) is Reason.NO_BREAKOUT

    @pytest.mark.parametrize("column", ["upper", "lower", "close"])
    def test_nor_does_a_channel_or_a_close_that_is_not_known(self, column):
        got = decided({"probability": 0.1, "close": 91.0, column: NAN})
        assert got.actions.tolist() == [Action.HOLD]

    def test_neither_market_nor_volume_has_a_say(self):
        row = {"probability": 0.1, "close": 91.0, "volume": 0.0, "market_trend_share": NAN}
        assert reason(row) is Reason.WEAK_OUTLOOK


class TestCosts:
    def test_the_move_over_a_year_is_the_volatility(self):
        sigma = pd.Series([0.6, 0.9, NAN])
        np.testing.assert_allclose(expected_move(sigma, None, 8_760, HOUR_MS), [0.6, 0.9, NAN])
        # A quarter of the time, half of the way.
        np.testing.assert_allclose(expected_move(sigma, None, 2_190, HOUR_MS), [0.3, 0.45, NAN])

    def test_a_forecast_moves_it(self):
        ratio = np.array([0.5, 1.0, 2.0])
        told = Outlook(np.ones(3, np.bool_), np.ones(3), ratio, {})
        got = expected_move(pd.Series([0.6] * 3), told, 8_760, HOUR_MS)
        np.testing.assert_allclose(got, [0.3, 0.6, 1.2])

    # 0.438 a year is 0.01 over 8760 * (0.01 / 0.438) ** 2 candles.
    @pytest.mark.parametrize(
        ("cost_bps", "multiple", "expected"),
        [
            (25, 4.0, Reason.BREAKOUT),  # 100 bps wanted of 100
            (25, 4.01, Reason.BELOW_COST),
            (25.1, 4.0, Reason.BELOW_COST),
            (1_000, 0.0, Reason.BREAKOUT),
            (0, 100.0, Reason.BREAKOUT),
        ],
    )
    def test_it_must_be_so_many_times_the_costs(self, cost_bps, multiple, expected):
        rules = policy(forecasts="off", cost_bps=cost_bps, cost_multiple=multiple)
        candles = 8_760 / 10_000 * (1 + 1e-9)
        assert reason({"volatility": 1.0}, settings=rules, move_candles=candles) is expected

    def test_an_unknown_move_pays_for_nothing(self):
        assert reason({"volatility": NAN}) is Reason.BELOW_COST
        rules = policy(forecasts="off", cost_multiple=0)
        assert reason({"volatility": NAN}, settings=rules) is Reason.BREAKOUT


def test_the_figures_are_what_was_compared():
    got = decided({})
    assert {name: float(column[0]) for name, column in got.figures.items()} == pytest.approx(
        {
            "close": 101.0,
            "channel_high": 100.0,
            "channel_low": 90.0,
            "average_range": 1.0,
            "annual_volatility_share": 0.6,
            "expected_move_bps": 0.6 * math.sqrt(240 / 8_760) * 10_000,
            "market_trend_share": 0.1,
            "probability": 0.6,
        }
    )
    assert "probability" not in decided({}, forecast=False).figures


def test_only_exits_have_tags():
    tags = exit_tags(pd.Series([int(found) for found in Reason]))
    told = dict(zip(Reason, tags, strict=True))
    assert told[Reason.BREAKDOWN] == "breakdown"
    assert told[Reason.WEAK_OUTLOOK] == "weak_outlook"
    assert {tag for found, tag in told.items() if found not in EXITS} == {None}
