"""What every decision must keep: the past is fixed, and only a finite window of it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins import signals
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals import Decided, PolicySettings

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
ENTRY, EXIT, ATR, VOLATILITY, SMOOTHING, REGIME = 12, 6, 5, 8, 6, 3
# The longest window, the candle before it and the one that it judges.
STARTUP = max(ENTRY, EXIT, ATR, VOLATILITY, SMOOTHING) + 2
PRICES = ["open", "high", "low", "close"]
RESULTS = ("actions", "reasons")


@dataclass(frozen=True)
class Market:
    """Hourly candles of a pair with forecasts, and daily ones of its leader."""

    candles: pd.DataFrame
    leader: pd.DataFrame

    @classmethod
    def random(cls, seed: int, rows: int) -> Market:
        rng = np.random.default_rng(seed)
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, rows)))
        wick = rng.exponential(0.001, (2, rows))
        day_count = rows // 24 + REGIME + 2
        first = pd.Timestamp("2024-01-10", tz="UTC")
        candles = pd.DataFrame(
            {
                "date": pd.date_range(first, periods=rows, freq="1h"),
                "open": close,
                "high": close * (1 + wick[0]),
                "low": close * (1 - wick[1]),
                "close": close,
                "volume": np.where(rng.random(rows) < 0.03, 0.0, 1.0),
                "&-forward_return_up": rng.normal(0.52, 0.1, rows).clip(0, 1),
                "&-forward_return_confidence": rng.random(rows),
                "&-forward_volatility": rng.normal(0, 0.3, rows),
                "&-readiness": rng.choice([0, 1], rows, p=[0.2, 0.8]),
            }
        )
        for column in ("high", "low", "close", "&-forward_return_up"):
            candles.loc[rng.random(rows) < 0.01, column] = np.nan
        days = pd.date_range(first - pd.Timedelta(days=REGIME), periods=day_count, freq="1D")
        walk = np.exp(np.cumsum(rng.normal(0, 0.03, day_count)))
        return cls(candles, pd.DataFrame({"date": days, "close": walk}))

    def decided(self, rules: PolicySettings) -> Decided:
        candles = self.candles.copy()
        candles["atr"] = signals.average_true_range(candles, ATR)
        candles["volatility"] = signals.annualised_volatility(candles["close"], VOLATILITY, HOUR_MS)
        candles["market_trend_share"] = signals.market_trend(
            candles["date"], HOUR_MS, self.leader, DAY_MS, REGIME
        )
        return signals.decide(
            candles,
            signals.upper_channel(candles["high"], ENTRY),
            signals.lower_channel(candles["low"], EXIT),
            signals.outlook(candles, rules.smoothing_candles),
            rules,
            enter_probability=rules.enter_probability,
            move_candles=EXIT,
            candle_ms=HOUR_MS,
        )

    def cut(self, rows: slice) -> Market:
        return Market(self.candles.iloc[rows].reset_index(drop=True), self.leader)


def rules(**section: Any) -> PolicySettings:
    return PolicySettings(
        smoothing_candles=SMOOTHING,
        regime_candles=REGIME,
        **{"enter_probability": 0.52, "leave_probability": 0.45, "cost_multiple": 4.0, **section},
    )


EVERY_RULE = [
    rules(forecasts=forecasts, bear_entries=bear_entries)
    for forecasts in ("off", "bear", "always")
    for bear_entries in ("none", "forecast", "all")
]
seeds = st.integers(0, 2**32)
policies = st.sampled_from(EVERY_RULE)


def assert_rows_equal(one: Decided, other: Decided, *, exactly: bool = True) -> None:
    for name in RESULTS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.figures.keys() == other.figures.keys()
    for name, column in one.figures.items():
        rtol = 0.0 if exactly else 1e-9
        np.testing.assert_allclose(column, other.figures[name], rtol=rtol, atol=0.0, err_msg=name)


def first_rows(decided: Decided, count: int) -> Decided:
    figures = {name: column[:count] for name, column in decided.figures.items()}
    return Decided(decided.actions[:count], decided.reasons[:count], figures)


def last_row(decided: Decided) -> Decided:
    figures = {name: column[-1:] for name, column in decided.figures.items()}
    return Decided(decided.actions[-1:], decided.reasons[-1:], figures)


def test_the_markets_of_these_tests_reach_every_reason_but_one():
    found = set()
    for seed in range(30):
        for policy in EVERY_RULE:
            found |= set(Market.random(seed, 300).decided(policy).reasons.tolist())
    of_signal = {reason for reason in Reason if 10 <= reason <= 19}
    assert {Reason(code) for code in found} == of_signal


@settings(max_examples=60, deadline=None)
@given(seed=seeds, policy=policies, rows=st.integers(1, 200), data=st.data())
def test_later_candles_never_change_an_earlier_row(seed, policy, rows, data):
    market = Market.random(seed, rows)
    kept = data.draw(st.integers(0, rows))
    whole, prefix = market.decided(policy), market.cut(slice(kept)).decided(policy)
    assert_rows_equal(first_rows(whole, kept), prefix)


@pytest.mark.filterwarnings("ignore:overflow")
@settings(max_examples=40, deadline=None)
@given(
    seed=seeds,
    policy=policies,
    poison=st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -5.0, 1e300]),
)
def test_the_future_may_be_nonsense_and_the_past_stands(seed, policy, poison):
    market = Market.random(seed, 120)
    spoilt = market.candles.copy()
    numbers = spoilt.columns.drop("date")
    spoilt[numbers] = spoilt[numbers].astype(float)
    spoilt.loc[80:, numbers] = poison
    got = Market(spoilt, market.leader).decided(policy)
    assert_rows_equal(first_rows(market.decided(policy), 80), first_rows(got, 80))


@settings(max_examples=80, deadline=None)
@given(seed=seeds, policy=policies, length=st.integers(STARTUP, 150))
def test_a_frame_of_the_start_s_length_decides_as_a_long_one(seed, policy, length):
    market = Market.random(seed, 300)
    end = 300 - seed % 50
    long = market.cut(slice(end)).decided(policy)
    short = market.cut(slice(end - length, end)).decided(policy)
    assert_rows_equal(last_row(long), last_row(short), exactly=False)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, policy=policies, factor=st.sampled_from([1e-3, 1_000.0]))
def test_prices_a_thousandfold_decide_the_same(seed, policy, factor):
    market = Market.random(seed, 200)
    scaled, leader = market.candles.copy(), market.leader.copy()
    scaled[PRICES] *= factor
    leader["close"] *= factor
    got, expected = Market(scaled, leader).decided(policy), market.decided(policy)
    for name in RESULTS:
        np.testing.assert_array_equal(getattr(got, name), getattr(expected, name))


@settings(max_examples=40, deadline=None)
@given(seed=seeds, policy=policies)
def test_the_candles_are_left_as_they_were(seed, policy):
    market = Market.random(seed, 60)
    candles, leader = market.candles.copy(deep=True), market.leader.copy(deep=True)
    market.decided(policy)
    pd.testing.assert_frame_equal(market.candles, candles)
    pd.testing.assert_frame_equal(market.leader, leader)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, policy=policies, column=st.sampled_from([*PRICES[1:], "volume"]), data=st.data())
def test_what_is_missing_never_lets_something_be_bought(seed, policy, column, data):
    market = Market.random(seed, 100)
    holes = data.draw(st.sets(st.integers(0, 99), max_size=20))
    holed = market.candles.copy()
    holed.loc[sorted(holes), column] = np.nan
    got = Market(holed, market.leader).decided(policy)
    bought = got.actions == Action.ENTER
    for name in ("close", "channel_high", "expected_move_bps"):
        assert np.isfinite(got.figures[name][bought]).all()
    before = market.decided(policy)
    if column == "volume":
        # A hole takes entries away, and leaves exits alone.
        assert set(np.flatnonzero(bought)) <= set(np.flatnonzero(before.actions == Action.ENTER))
        np.testing.assert_array_equal(before.actions == Action.EXIT, got.actions == Action.EXIT)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, policy=policies)
def test_nothing_about_entries_keeps_a_position_from_being_left(seed, policy):
    market = Market.random(seed, 150)
    lower = signals.lower_channel(market.candles["low"], EXIT)
    broken = signals.breaks_down(market.candles, lower).to_numpy()
    got = market.decided(policy)
    assert (got.actions[broken] == Action.EXIT).all()
    assert (got.reasons[broken] == Reason.BREAKDOWN).all()


@settings(max_examples=60, deadline=None)
@given(seed=seeds, enter=st.floats(0.3, 0.7), gap=st.floats(0.01, 0.3))
def test_no_probability_both_enters_and_leaves(seed, enter, gap):
    policy = rules(forecasts="always", enter_probability=enter, leave_probability=enter - gap)
    got = Market.random(seed, 150).decided(policy)
    probability = got.figures["probability"]
    entered, left = got.actions == Action.ENTER, got.reasons == Reason.WEAK_OUTLOOK
    assert (probability[entered] >= enter).all()
    assert (probability[left] < enter - gap).all()
    assert (got.figures["close"][left] < got.figures["channel_high"][left]).all()


@settings(max_examples=40, deadline=None)
@given(seed=seeds, data=st.data())
def test_a_stricter_rule_enters_on_no_other_candle(seed, data):
    market = Market.random(seed, 200)
    loose = rules(forecasts="always", bear_entries="all", cost_multiple=0.0, leave_probability=0.0)
    stricter = {
        "bear_entries": data.draw(st.sampled_from(["none", "forecast", "all"])),
        "cost_multiple": data.draw(st.floats(0, 6)),
        "enter_probability": data.draw(st.floats(0.52, 0.7)),
    }
    strict = loose.model_copy(update=stricter)
    entered = market.decided(strict).actions == Action.ENTER
    assert (market.decided(loose).actions[entered] == Action.ENTER).all()


@pytest.mark.parametrize("rows", range(4))
def test_a_short_history_gives_no_signal(rows):
    got = Market.random(1, rows).decided(rules(forecasts="off", bear_entries="all"))
    assert set(got.actions.tolist()) <= {Action.HOLD}
