from __future__ import annotations

import pytest

from aurum_plugins.clock import DAY_MS, MINUTE_MS, VirtualClock
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.rate_limits import PATIENCE, RateLimits

MIDNIGHT = 1_700_006_400_000


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MIDNIGHT + 15_500)


def refusal(limits: RateLimits, client: str = "one", weight: int = 1) -> BinanceError:
    with pytest.raises(BinanceError) as caught:
        limits.charge(client, weight)
    return caught.value


def test_weight_is_counted_for_each_client_within_aligned_minutes(clock: VirtualClock) -> None:
    limits = RateLimits(clock, request_weight=10)
    assert [limits.charge("one", 4), limits.charge("one", 6), limits.charge("two", 3)] == [4, 10, 3]
    error = refusal(limits)
    assert (error.code, error.status, error.retry_after_s) == (-1003, 429, 45)
    assert error.message.startswith(
        "Too much request weight used; current limit is 10 request weight per 1 MINUTE."
    )
    assert limits.used_weight("one") == 11
    assert limits.charge("two", 7) == 10
    clock.advance(44_500)
    assert limits.used_weight("one") == 0
    assert limits.charge("one", 10) == 10


def test_whoever_does_not_back_off_is_banned_longer_each_time(clock: VirtualClock) -> None:
    limits = RateLimits(clock, request_weight=1)
    lengths = []
    for _ in range(14):
        limits.charge("one", 1)
        for _ in range(PATIENCE):
            assert refusal(limits).status == 429
        banned = refusal(limits)
        assert (banned.code, banned.status) == (-1003, 418)
        until = clock.now_ms() + (banned.retry_after_s or 0) * 1_000
        assert f"IP banned until {until}." in banned.message
        assert refusal(limits).status == 418
        assert limits.charge("two", 1) == 1
        lengths.append(banned.retry_after_s)
        clock.advance(until - clock.now_ms())
        assert limits.used_weight("one") == 0
    assert lengths[:4] == [120, 240, 480, 960]
    assert lengths[-2:] == [3 * DAY_MS // 1000] * 2


def test_unlimited(clock: VirtualClock) -> None:
    limits = RateLimits(clock, request_weight=None, orders_per_10s=None, orders_per_day=None)
    assert limits.charge("one", 10**9) == 10**9
    limits.count_order("key")
    limits.check_order("key")
    assert limits.describe() == []


def test_orders_of_ten_seconds_and_of_a_day(clock: VirtualClock) -> None:
    limits = RateLimits(clock, orders_per_10s=2, orders_per_day=3)
    for _ in range(2):
        limits.check_order("key")
        limits.count_order("key")
    with pytest.raises(BinanceError) as caught:
        limits.check_order("key")
    assert (caught.value.status, caught.value.code) == (429, -1015)
    assert caught.value.message == "Too many new orders; current limit is 2 orders per 10 SECOND."
    assert caught.value.retry_after_s is None
    limits.check_order("another key")
    clock.advance(4_500)
    limits.check_order("key")
    limits.count_order("key")
    assert limits.order_counts("key") == (1, 3)
    with pytest.raises(BinanceError, match="current limit is 3 orders per 1 DAY"):
        limits.check_order("key")
    clock.advance(DAY_MS - MINUTE_MS // 3)
    assert limits.order_counts("key") == (0, 0)


def test_description_is_binances(clock: VirtualClock) -> None:
    assert RateLimits(clock).describe() == [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": 6000,
        },
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
        {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200_000},
    ]
