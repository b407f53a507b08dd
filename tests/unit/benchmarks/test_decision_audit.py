"""What is wrong after a run is found, and named."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from decisions import decision, wanted

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.matching import (
    Account,
    Order,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

SCRIPT = Path(__file__).parents[3] / "benchmarks/decision_audit.py"
MINUTE_MS = 60_000
START_MS = 1_795_341_600_000
PAIRS = ("BTC/USDT", "ETH/USDT")


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("decision_audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["decision_audit"] = module
    spec.loader.exec_module(module)
    return module


def minute(number: int, pair: str = "BTC/USDT", **changes: Any) -> Decision:
    return decision(0, pair, timeframe="1m", candle_ms=START_MS + number * MINUTE_MS, **changes)


def entry(number: int, pair: str = "BTC/USDT", reason: Reason = Reason.FILLED) -> Decision:
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


def journal_of(audit: ModuleType, rows: list[Decision], last: int = 2) -> Any:
    findings = audit.Findings()
    audit.audit_journal(findings, rows, PAIRS, START_MS, START_MS + last * MINUTE_MS)
    return findings


def whole(last: int = 2) -> list[Decision]:
    return [minute(number, pair) for number in range(last + 1) for pair in PAIRS]


def test_a_whole_journal_keeps_every_promise(audit) -> None:
    findings = journal_of(audit, whole())
    assert findings.missed == []
    assert findings.rows[:2] == [("closed candles due", "6"), ("decisions written", "6")]


def test_an_empty_journal_does_not(audit) -> None:
    assert journal_of(audit, []).missed[0].startswith("missing: 6, such as ('BTC/USDT', ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:-1], "missing: 1"),
        (lambda rows: [*rows, minute(3)], "not due: 1"),
        (lambda rows: [*rows, rows[0]], "doubled: 1"),
        (lambda rows: [minute(0, figures={}), *rows[1:]], "unexplained: 1"),
        (
            lambda rows: [
                minute(0, signal=Reason.NOT_DECIDED, reason=Reason.NOT_DECIDED),
                *rows[1:],
            ],
            "unexplained: 1",
        ),
        (lambda rows: [minute(0, verdict=Verdict.PENDING), *rows[1:]], "left pending: 1"),
    ],
)
def test_what_is_wrong_with_a_journal_is_named(audit, change, words) -> None:
    (missed,) = journal_of(audit, change(whole())).missed
    assert missed.startswith(words)


def test_a_missed_candle_explains_itself(audit) -> None:
    rows = [minute(0, signal=Reason.NOT_DECIDED, reason=Reason.MISSED, figures={}), *whole()[1:]]
    findings = journal_of(audit, rows)
    assert findings.missed == []
    assert ("decided without a signal", "MISSED 1") in findings.rows


def orders_of(audit: ModuleType, rows: list[Decision], orders: list[Order]) -> list[str]:
    findings = audit.Findings()
    audit.audit_orders(findings, rows, orders)
    return findings.missed


def test_approvals_and_orders_that_match(audit) -> None:
    rows = [entry(0), entry(1, reason=Reason.REJECTED), minute(2)]
    assert orders_of(audit, rows, [order(1, 0), order(2, 2, Side.SELL)]) == []


@pytest.mark.parametrize(
    ("rows", "orders", "words"),
    [
        ([entry(0)], [], "approvals without order: 1"),
        ([minute(0)], [order(1, 0)], "orders without approval: 1"),
        ([entry(0)], [order(1, 0), order(2, 0)], "double entries: 1"),
        (
            [entry(0), entry(1)],
            [order(1, 0), order(2, 1, client_order_id="aurum-1")],
            "client order ids used twice: 1",
        ),
        ([entry(0, reason=Reason.APPROVED)], [order(1, 0)], "only 0.0% of approved entries"),
    ],
)
def test_what_is_wrong_with_orders_is_named(audit, rows, orders, words) -> None:
    (missed,) = orders_of(audit, rows, orders)
    assert missed.startswith(words)


def booked(folder: Path, *orders: tuple[str, float, int], held: float = 0.0) -> Path:
    path = folder / "trades.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (order_id, filled, ft_is_open)")
        connection.execute("CREATE TABLE trades (pair, amount, is_open, amount_precision)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", orders)
        connection.execute("INSERT INTO trades VALUES ('BTC/USDT', ?, 1, 0.1)", (held,))
        connection.commit()
    return path


def books_of(audit: ModuleType, orders: list[Order], trades: Path, owned: int = 2) -> list[str]:
    findings = audit.Findings()
    account = Account("a-key-of-a-test", "secret", {"BTC": Decimal(owned)})
    audit.audit_books(findings, account, orders, trades, lambda _: Decimal(100))
    return findings.missed


def test_books_that_agree(audit, tmp_path) -> None:
    cancelled = order(2, 1, executed=Decimal(0), status=OrderStatus.CANCELED)
    trades = booked(tmp_path, ("1", 2.0, 0), held=1.998)
    assert books_of(audit, [order(1, 0), cancelled], trades) == []


@pytest.mark.parametrize(
    ("rows", "held", "words"),
    [
        ([], 2.0, "orders that freqtrade lost: 1, such as 1 BTC/USDT buy filled aurum-1"),
        ([("1", 2.0, 0), ("1", 2.0, 0)], 2.0, "booked twice: 1"),
        ([("1", 2.0, 0), ("7", 2.0, 0)], 2.0, "booked, unknown to the exchange: 1, such as 7"),
        ([("1", 1.5, 0)], 2.0, "orders booked otherwise: 1"),
        ([("1", 2.0, 1)], 2.0, "orders booked otherwise: 1"),
        ([("1", 2.0, 0)], 1.0, "holdings that differ from open trades: 1, such as BTC/USDT: +1"),
    ],
)
def test_what_is_wrong_with_books_is_named(audit, tmp_path, rows, held, words) -> None:
    (missed,) = books_of(audit, [order(1, 0)], booked(tmp_path, *rows, held=held))
    assert missed.startswith(words)


def test_damage_is_found(audit, tmp_path) -> None:
    sound = booked(tmp_path)
    assert audit.integrity(sound) == []
    raw = bytearray(sound.read_bytes())
    raw[4096:4196] = b"\xff" * 100
    sound.write_bytes(raw)
    assert audit.integrity(sound)


def test_a_table_shows_it_all(audit) -> None:
    findings = audit.Findings()
    findings.count("rows", 1_234)
    table = findings.table("title")
    assert list(table.columns[1].cells) == ["1,234"]
