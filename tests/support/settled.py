"""Trades that closed, one an hour, and a ledger's entries for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aurum_plugins.ledger.settled_trade import SettledTrade

HOUR_MS = 3_600_000
START_MS = 1_795_341_600_000  # 2026-11-22 10:00 UTC
BOT = "freqtrade (dry run)"
LEDGER: Mapping[str, Any] = {"enabled": True, "base": "notional", "rate": 0.025}


def trade(number: int, profit: str = "1", notional: str = "100", **changes: Any) -> SettledTrade:
    """Held for half an hour; `number` counts from 1 and names the hour in which it closed."""
    fields: dict[str, Any] = {
        "trade_id": number,
        "pair": "BTC/USDT",
        "currency": "USDT",
        "opened_ms": START_MS + number * HOUR_MS - HOUR_MS // 2,
        "closed_ms": START_MS + number * HOUR_MS,
        "notional": Decimal(notional),
        "profit": Decimal(profit),
        "exit_order_id": f"exit {number}",
    }
    return SettledTrade(**{**fields, **changes})
