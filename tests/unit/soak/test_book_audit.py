"""Books that differ from what the exchange has are found out, and which order it is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from soaked_books import booked, order, recorded

from aurum_plugins.sandbox.matching import Account, Order, OrderStatus
from aurum_plugins.soak.book_audit import audit_books, audit_record, prices
from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.sqlite_rows import integrity


def books_of(orders: list[Order], trades: Path, owned: int = 2) -> list[str]:
    findings = Findings()
    account = Account("a-key-of-a-test", "secret", {"BTC": Decimal(owned)})
    audit_books(findings, account, orders, trades, lambda _: Decimal(100))
    return findings.missed


def test_books_that_agree(tmp_path) -> None:
    cancelled = order(2, 1, executed=Decimal(0), status=OrderStatus.CANCELED)
    trades = booked(tmp_path, ("1", 2.0, 0), held=1.998)
    assert books_of([order(1, 0), cancelled], trades) == []


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
def test_what_is_wrong_with_books_is_named(tmp_path, rows, held, words) -> None:
    (promise,) = books_of([order(1, 0)], booked(tmp_path, *rows, held=held))
    assert promise.startswith(words)


def record_of(tmp_path: Path, rows: list[tuple[str, str, str | None]], *names: str) -> Findings:
    findings = Findings()
    trades = booked(tmp_path, *((name, 2.0, 0) for name in names))
    audit_record(findings, [order(1, 0)], recorded(tmp_path, rows), trades)
    return findings


def test_every_order_is_known_to_both(tmp_path) -> None:
    rows = [("aurum-1", "settled", "1"), ("aurum-2", "refused", None), ("aurum-3", "unknown", None)]
    findings = record_of(tmp_path, rows, "1")
    assert findings.missed == []
    assert findings.figures["orders sent"] == 3
    assert findings.figures["orders written down"] == "refused 1, settled 1, unknown 1"


def test_an_order_that_freqtrade_alone_knows_is_not_lost(tmp_path) -> None:
    assert record_of(tmp_path, [], "1").missed == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "orders lost: 1, such as 1 BTC/USDT buy filled aurum-1"),
        (
            [("aurum-1", "refused", None)],
            "orders lost: 1, such as 1 BTC/USDT buy filled aurum-1, written down as refused",
        ),
        (
            [("aurum-1", "taken", "1"), ("aurum-2", "settled", "7")],
            "orders lost: 1, such as aurum-2 BTC/USDT settled, unknown to the exchange",
        ),
    ],
)
def test_an_order_that_one_side_lost_is_named(tmp_path, rows, words) -> None:
    assert record_of(tmp_path, rows).missed == [words]


def test_a_pair_is_worth_its_last_price() -> None:
    server, exchange = counted_server(port=0, seed=7)
    price = prices(server, exchange.clock.now_ms())
    assert price("BTC/USDT") > price("XRP/USDT") > 0


def test_damage_is_found(tmp_path) -> None:
    sound = booked(tmp_path)
    assert integrity(sound) == []
    raw = bytearray(sound.read_bytes())
    raw[4096:4196] = b"\xff" * 100
    sound.write_bytes(raw)
    assert integrity(sound)
    assert integrity(tmp_path / "none.sqlite") == ["none.sqlite: unable to open database file"]
