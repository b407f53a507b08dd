"""The injector: who is hit, when, how often, and nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.clock import VirtualClock
from aurum_plugins.sandbox.faults import ActiveFaults, FaultInjector, FaultPlan
from aurum_plugins.sandbox.faults.decision import UNTOUCHED

START_MS = 1_700_000_000_000


def injector_of(*rules: dict[str, Any], seed: int = 0, **options: Any) -> FaultInjector:
    plan = FaultPlan.model_validate({"seed": seed, "rules": rules})
    return FaultInjector(VirtualClock(START_MS), plan, **options)


def hits(injector: FaultInjector, requests: int, route: str = "binance.klines") -> list[bool]:
    return [bool(injector.decide(route, "BTCUSDT").effective) for _ in range(requests)]


def test_nothing_happens_until_armed_and_after_disarming() -> None:
    injector = FaultInjector(VirtualClock(START_MS))
    assert injector.plan is None
    assert injector.decide("binance.time", None) is UNTOUCHED
    injector.arm(FaultPlan.model_validate({"rules": [{"kind": "dark"}]}))
    assert injector.decide("binance.time", None).instead is not None
    injector.disarm()
    assert injector.decide("binance.time", None) is UNTOUCHED
    assert injector.counts == {"dark": 1}, "what had happened is still told"


def test_arming_again_starts_from_the_beginning() -> None:
    injector = injector_of({"kind": "dark", "count": 1})
    assert hits(injector, 2) == [True, False]
    plan = injector.plan
    assert plan is not None
    injector.arm(plan)
    assert injector.log == ()
    assert hits(injector, 2) == [True, False]


def test_frozen_draws() -> None:
    fired = hits(injector_of({"kind": "dark", "probability": 0.3}, seed=42), 24)
    assert [i for i, hit in enumerate(fired) if hit] == [3, 5, 16, 17, 20, 21]


@given(
    seed=st.integers(0, 2**32),
    probability=st.floats(0, 1),
    every=st.integers(1, 4),
    strangers=st.lists(st.integers(0, 3), min_size=30, max_size=30),
)
def test_a_rule_fires_the_same_whatever_else_goes_on(
    seed: int, probability: float, every: int, strangers: list[int]
) -> None:
    """Neither time, nor other routes, nor other rules change what the n-th request meets."""
    rule = {"kind": "stale_candles", "lag_s": 1, "route": "binance.klines", "every": every}
    rule["probability"] = probability
    alone = injector_of(rule, seed=seed)
    other = {"kind": "lying_price", "factor": 2, "probability": 0.5}
    busy = injector_of(rule, other, seed=seed)
    clock = busy.clock
    assert isinstance(clock, VirtualClock)
    for count in strangers:
        for _ in range(count):
            busy.decide("kraken.ohlc", "BTCUSDT")
        clock.advance(count * 777)
        expected = alone.decide("binance.klines", "BTCUSDT").active.now_shift_ms
        assert busy.decide("binance.klines", "BTCUSDT").active.now_shift_ms == expected


@pytest.mark.parametrize("probability", [0.0, 0.1, 0.5, 1.0])
def test_probability_is_kept(probability: float) -> None:
    share = sum(hits(injector_of({"kind": "dark", "probability": probability}), 4_000)) / 4_000
    assert share == pytest.approx(probability, abs=0.03)


def test_seeds_and_places_in_the_list_draw_differently() -> None:
    rule = {"kind": "dark", "probability": 0.5}
    first, second = hits(injector_of(rule, seed=1), 64), hits(injector_of(rule, seed=2), 64)
    never = {"kind": "dark", "route": "nowhere"}
    moved = hits(injector_of(never, rule, seed=1), 64)
    assert first != second
    assert first != moved


def test_every_and_count() -> None:
    injector = injector_of({"kind": "dark", "every": 3, "count": 2})
    assert hits(injector, 10) == [False, False, True, False, False, True] + [False] * 4


def test_window_is_counted_from_arming_and_excludes_its_end() -> None:
    injector = injector_of({"kind": "dark", "after_s": 1.5, "until_s": 3, "count": 2})
    clock = injector.clock
    assert isinstance(clock, VirtualClock)
    seen = []
    for advance_ms in (0, 1_499, 1, 1_499, 1):
        clock.advance(advance_ms)
        seen += hits(injector, 1)
    assert seen == [False, False, True, True, False]


def test_requests_outside_the_window_are_not_counted() -> None:
    injector = injector_of({"kind": "dark", "after_s": 1, "every": 2})
    hits(injector, 5)
    clock = injector.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(1_000)
    assert hits(injector, 2) == [False, True]


@pytest.mark.parametrize(
    ("rule", "route", "symbol", "hit"),
    [
        ({"route": "binance.order.*"}, "binance.order.new", None, True),
        ({"route": "binance.order.*"}, "binance.openOrders", None, False),
        ({"route": "kraken.*"}, "binance.klines", None, False),
        ({"symbol": "BTC*"}, "binance.klines", "BTCUSDT", True),
        ({"symbol": "BTC*"}, "binance.klines", "ETHUSDT", False),
        ({"symbol": "BTC*"}, "binance.klines", None, False),
        ({"symbol": "*"}, "binance.klines", None, True),
        ({}, "", None, True),
    ],
)
def test_whom_a_rule_concerns(
    rule: dict[str, Any], route: str, symbol: str | None, hit: bool
) -> None:
    injector = injector_of({"kind": "reset_before", **rule})
    assert (injector.decide(route, symbol).instead is not None) is hit


@pytest.mark.parametrize(
    ("rule", "hit", "missed"),
    [
        ({"kind": "gapped_candles", "newest": 1}, "binance.klines", "binance.depth"),
        ({"kind": "nan_candles", "newest": 1}, "kraken.ohlc", "kraken.depth"),
        ({"kind": "wrong_timestamps", "shift_ms": 1}, "coinbase.candles", "coinbase.time"),
        ({"kind": "zero_volume_candles", "newest": 1}, "binance.uiKlines", "binance.ping"),
        ({"kind": "reject_order"}, "binance.order.new", "binance.order.cancel"),
    ],
)
def test_kinds_that_make_sense_on_some_routes_only(
    rule: dict[str, Any], hit: str, missed: str
) -> None:
    injector = injector_of(rule)
    assert not injector.decide(missed, None).effective
    assert injector.decide(hit, None).effective


def test_distortions_add_up() -> None:
    injector = injector_of(
        {"kind": "stale_candles", "lag_s": 60},
        {"kind": "stale_candles", "lag_s": 0.5},
        {"kind": "clock_skew", "skew_ms": -3_000},
        {"kind": "clock_skew", "skew_ms": 1_000},
        {"kind": "lying_price", "factor": 2},
        {"kind": "lying_price", "factor": 1.5},
        {"kind": "partial_fill", "liquidity": 0.5},
        {"kind": "reject_order"},
        {"kind": "gapped_candles", "newest": 1},
    )
    assert injector.decide("binance.order.new", None).active == ActiveFaults(
        now_shift_ms=-60_500, clock_skew_ms=-2_000, price_factor=3.0, liquidity=0.5, reject=True
    )
    active = injector.decide("binance.klines", None).active
    assert active.touches_candles
    assert not active.reject


def test_latency_adds_up_and_jitter_stays_in_range() -> None:
    injector = injector_of(
        {"kind": "latency", "delay_ms": 100, "jitter_ms": 50},
        {"kind": "latency", "delay_ms": 7},
        {"kind": "latency", "delay_ms": 9, "when": "after"},
    )
    delays = []
    for _ in range(300):
        decision = injector.decide("binance.time", None)
        assert decision.delay_after_ms == 9
        delays.append(decision.delay_before_ms)
    assert (min(delays), max(delays)) == (107, 157)


def test_what_strikes_first_hides_the_rest() -> None:
    injector = injector_of(
        {"kind": "latency", "delay_ms": 5},
        {"kind": "reset_after", "count": 1},
        {"kind": "lying_price", "factor": 2},
        {"kind": "rate_limited"},
        {"kind": "dark"},
    )
    decision = injector.decide("binance.order.new", None)
    assert decision.instead is not None
    assert decision.instead.kind == "rate_limited"
    assert decision.spoilt is None
    assert decision.active == ActiveFaults()
    assert decision.delay_before_ms == 5
    assert injector.counts == {"latency": 1, "rate_limited": 1}


def test_the_first_spoiler_wins_and_a_hidden_one_is_used_up() -> None:
    injector = injector_of(
        {"kind": "truncated_body", "count": 1}, {"kind": "reset_after", "count": 1}
    )
    first = injector.decide("binance.order.new", None)
    assert first.spoilt is not None
    assert first.spoilt.kind == "truncated_body"
    assert injector.decide("binance.order.new", None) is UNTOUCHED
    assert injector.counts == {"truncated_body": 1}


def test_the_log_tells_time_route_symbol_kind_and_rule_and_is_bounded() -> None:
    injector = injector_of(
        {"kind": "dark", "route": "x"}, {"kind": "lying_price", "factor": 2}, log_size=3
    )
    clock = injector.clock
    assert isinstance(clock, VirtualClock)
    for _ in range(5):
        clock.advance(10)
        injector.decide("kraken.ohlc", "ETHUSDT")
    assert [fault.time_ms - START_MS for fault in injector.log] == [30, 40, 50]
    last = injector.log[-1]
    assert (last.route, last.symbol, last.kind, last.rule) == (
        "kraken.ohlc",
        "ETHUSDT",
        "lying_price",
        1,
    )
    assert injector.counts == {"lying_price": 5}


def test_log_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="log_size must be 1 or more, got 0"):
        FaultInjector(VirtualClock(0), log_size=0)
