"""Settings under which nothing but the test itself keeps an entry from being sent."""

from __future__ import annotations

from typing import Any

# As wide as the settings may be.
WIDE_RISK: dict[str, Any] = {
    "risk_per_trade": 0.1,
    "volatility_target": 5.0,
    "stop_multiple": 50.0,
    "longest_hold_candles": None,
    "position_cap": 1.0,
    "group_cap": 1.0,
    "total_cap": 1.0,
    "daily_loss": 1.0,
    "weekly_loss": 1.0,
    "consecutive_losses": 1_000,
    "drawdown_throttle": 0.9,
    "drawdown_stop": 1.0,
}
WIDE_CHECKS: dict[str, Any] = {
    "longest_signal_age": 1.0,
    "orders_per_minute": 1_000,
    "orders_per_hour": 10_000,
    "stake_tolerance": 0.1,
    "longest_book_age_seconds": 60.0,
    "collar_ranges": 100.0,
    "collar_bps": 5_000.0,
    "highest_spread_bps": 1_000.0,
    "highest_slippage_bps": 1_000.0,
    "depth_bps": 1_000.0,
    "depth_multiple": 1.0,
}
