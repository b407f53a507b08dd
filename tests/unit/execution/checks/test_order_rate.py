from __future__ import annotations

import math

import pytest
from entry_situations import HOUR_MS, NOW_MS, golden
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.checks import OrderRate
from aurum_plugins.reasons import Reason

FEW = {"orders_per_minute": 2, "orders_per_hour": 4}
MINUTE_MS = 60_000


@pytest.fixture
def check():
    return OrderRate


def ago(*ages_ms: float) -> tuple[float, ...]:
    return tuple(NOW_MS - age_ms for age_ms in ages_ms)


def test_no_order_yet(judge) -> None:
    assert judge(FEW, sent_ms=()) is None


def test_this_order_counts(judge) -> None:
    assert judge(FEW, sent_ms=ago(30_000)) is None
    refusal = judge(FEW, sent_ms=ago(30_000, 1_000))
    assert refusal.reason is Reason.ORDER_RATE
    assert refusal.figures == {"orders_last_minute": 2, "orders_per_minute": 2}


def test_the_hour_counts_where_the_minute_passes(judge) -> None:
    spread_out = ago(50 * MINUTE_MS, 40 * MINUTE_MS, 30 * MINUTE_MS)
    assert judge(FEW, sent_ms=spread_out) is None
    refusal = judge(FEW, sent_ms=(*spread_out, *ago(2 * MINUTE_MS)))
    assert refusal.figures == {"orders_last_hour": 4, "orders_per_hour": 4}


@pytest.mark.parametrize(("age_ms", "passes"), [(MINUTE_MS - 1, False), (MINUTE_MS, True)])
def test_a_minute_is_sixty_seconds(judge, age_ms, passes) -> None:
    assert (judge(FEW, sent_ms=ago(age_ms, age_ms)) is None) == passes


@pytest.mark.parametrize(("age_ms", "passes"), [(HOUR_MS - 1, False), (HOUR_MS, True)])
def test_an_hour_is_sixty_minutes(judge, age_ms, passes) -> None:
    assert (judge(FEW, sent_ms=ago(*[age_ms] * 4)) is None) == passes


@pytest.mark.parametrize("sent_ms", [NOW_MS + 10 * HOUR_MS, math.nan, math.inf, 10**400, True])
def test_an_order_of_the_future_or_of_no_time_counts(judge, sent_ms) -> None:
    assert judge(FEW, sent_ms=(sent_ms,)) is None
    assert judge(FEW, sent_ms=(sent_ms, sent_ms)).reason is Reason.ORDER_RATE


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.integers(0, 30_000), min_size=1, max_size=150),
    per_minute=st.integers(1, 6),
    more=st.integers(0, 20),
)
def test_a_window_never_holds_more_than_its_limit(gaps, per_minute, more) -> None:
    """Orders tried at random moments, sent only if the check lets them."""
    limits = {60_000: per_minute, HOUR_MS: per_minute + more}
    check = OrderRate(
        CheckSettings(orders_per_minute=per_minute, orders_per_hour=per_minute + more)
    )
    now_ms, sent = NOW_MS, []
    for gap in gaps:
        now_ms += gap
        if check(golden(now_ms=now_ms, sent_ms=tuple(sent))) is None:
            sent.append(now_ms)
        for window_ms, limit in limits.items():
            assert sum(now_ms - one < window_ms for one in sent) <= limit
    assert sent
