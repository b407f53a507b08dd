"""Invented books of a run on 1m candles: decisions, orders of the exchange's, database files."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from decisions import decision, wanted

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.matching import Order, OrderStatus, OrderType, Side, TimeInForce

MINUTE_MS = 60_000
START_MS = 1_795_341_600_000
PAIRS = ("BTC/USDT", "ETH/USDT")


def minute(number: int, pair: str = "BTC/USDT", **changes: Any) -> Decision:
    """A candle on which nothing was wanted; `number` counts minutes from `START_MS`."""
    fields = {"timeframe": "1m", "candle_ms": START_MS + number * MINUTE_MS, **changes}
    return decision(0, pair, **fields)


def missed(number: int, pair: str = "BTC/USDT") -> Decision:
    """A candle that nobody looked at in time."""
    reason = {"signal": Reason.NOT_DECIDED, "reason": Reason.MISSED}
    return minute(number, pair, **reason, figures={})


def entry(number: int, pair: str = "BTC/USDT", reason: Reason = Reason.FILLED) -> Decision:
    """A candle on which an entry was approved, and what came of it."""
    refused = reason in (Reason.REJECTED, Reason.UNBOOKED)
    verdict = Verdict.REFUSED if refused else Verdict.APPROVED
    candle_ms = START_MS + number * MINUTE_MS
    changes = {"candle_ms": candle_ms, "verdict": verdict, "reason": reason}
    return wanted(0, pair, timeframe="1m", **changes)


def order(name: int, number: int, side: Side = Side.BUY, **changes: Any) -> Order:
    """Of BTC, sent 2 s after the candle of `number` closed; filled."""
    at_ms = START_MS + (number + 1) * MINUTE_MS + 2_000
    fields: dict[str, Any] = {
        "order_id": name,
        "client_order_id": f"aurum-{name}",
        "symbol": "BTCUSDT",
        "side": side,
        "type": OrderType.LIMIT,
        "quantity": Decimal(2),
        "quote_quantity": None,
        "price": Decimal(100),
        "stop_price": None,
        "time_in_force": TimeInForce.GTC,
        "created_ms": at_ms,
        "updated_ms": at_ms,
        "status": OrderStatus.FILLED,
        "executed": Decimal(2),
    }
    return Order(**{**fields, **changes})


def whole(last: int = 2) -> list[Decision]:
    """A journal without a gap."""
    return [minute(number, pair) for number in range(last + 1) for pair in PAIRS]


def booked(folder: Path, *orders: tuple[str, float, int], held: float = 0.0) -> Path:
    """freqtrade's database: order id, amount filled and whether it is open; one open trade."""
    path = folder / "trades.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (order_id, filled, ft_is_open, ft_cancel_reason)")
        connection.execute("CREATE TABLE trades (pair, amount, is_open, amount_precision)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, NULL)", orders)
        connection.execute("INSERT INTO trades VALUES ('BTC/USDT', ?, 1, 0.1)", (held,))
        connection.commit()
    return path


def recorded(folder: Path, rows: Sequence[tuple[str, str, str | None]]) -> Path:
    """Our database: client order id, state and the exchange's id of each order."""
    path = folder / "aurum.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        columns = "client_order_id, state, exchange_order_id, pair"
        connection.execute(f"CREATE TABLE orders ({columns})")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, 'BTC/USDT')", rows)
        connection.commit()
    return path
