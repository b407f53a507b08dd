"""What venues agreed on is held against the market's own prices."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from soaked_books import START_MS

from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.price_audit import audit_prices


def market(pair: str, at_ms: int) -> float:
    """Of both pairs: 100 until 10 s before the start, 104 after."""
    assert pair in ("BTC/USDT", "ETH/USDT")
    return 100.0 if at_ms < START_MS - 10_000 else 104.0


def audited(folder: Path, *marks: tuple[str, float | None]) -> Findings:
    path = folder / "aurum.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE consensus_marks (pair, seen_ms, price)")
        rows = [(pair, START_MS, price) for pair, price in marks]
        connection.executemany("INSERT INTO consensus_marks VALUES (?, ?, ?)", rows)
        connection.commit()
    findings = Findings()
    audit_prices(findings, path, market)
    return findings


def test_prices_near_the_market_of_the_last_seconds_are_true(tmp_path) -> None:
    marks = [("BTC/USDT", price) for price in (99.1, 100.0, 102.0, 104.0, 105.0)]
    found = audited(tmp_path, *marks, ("ETH/USDT", None))
    assert found.missed == []
    assert found.figures["prices that venues agreed on"] == 5


@pytest.mark.parametrize("price", [98.9, 105.1, 1_040.0])
def test_a_price_that_never_was_is_named(tmp_path, price) -> None:
    (missed,) = audited(tmp_path, ("BTC/USDT", 104.0), ("ETH/USDT", price)).missed
    assert missed == (
        "false prices that venues agreed on: 1, such as "
        f"ETH/USDT at {START_MS}: {price:g}, and it was 100 to 104"
    )
