"""Orders without approval, twice or never, are found out."""

from __future__ import annotations

import pytest
from soaked_books import MINUTE_MS, entry, minute, order

from aurum_plugins.execution.decision import Decision
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.matching import Order, Side
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.order_audit import audit_orders


def orders_of(rows: list[Decision], orders: list[Order]) -> list[str]:
    findings = Findings()
    audit_orders(findings, rows, orders)
    return findings.missed


def test_approvals_and_orders_that_match() -> None:
    rows = [entry(0), entry(1, reason=Reason.REJECTED), minute(2)]
    assert orders_of(rows, [order(1, 0), order(2, 2, Side.SELL)]) == []


def test_an_order_that_waits_when_the_bot_is_stopped_has_no_end_yet() -> None:
    waits = [entry(1, reason=Reason.APPROVED), entry(2, reason=Reason.APPROVED)]
    findings = Findings()
    audit_orders(findings, [entry(0), *waits], [order(n + 1, n) for n in range(3)])
    assert findings.missed == []
    assert findings.figures["approved entries that still waited at the end"] == 2
    assert findings.figures["filled, or gone for a named reason"] == "100.0%"
    # One that was cancelled is over.
    unknown = [*waits, entry(0, reason=Reason.OUTCOME_UNKNOWN), entry(3, reason=Reason.CANCELLED)]
    (promise,) = orders_of(unknown, [order(n, n) for n in (1, 2, 3)])
    assert promise.startswith("only 33.3% of approved")


def test_an_order_that_was_held_up_belongs_to_the_candle_before() -> None:
    assert orders_of([entry(0), minute(1)], [order(1, 1)]) == []


def test_an_order_belongs_to_its_own_candle_first() -> None:
    assert orders_of([entry(0), entry(1)], [order(1, 0), order(2, 1)]) == []


@pytest.mark.parametrize(
    ("rows", "orders", "words"),
    [
        ([entry(0)], [], "approvals without order: 1"),
        ([minute(0)], [order(1, 0)], "orders without approval: 1"),
        ([entry(0)], [order(1, 0), order(2, 0)], "double entries: 1"),
        ([entry(0)], [order(1, 0), order(2, 1)], "double entries: 1"),
        ([entry(0)], [order(1, 0), order(2, 2)], "orders without approval: 1"),
        (
            [entry(0), entry(1)],
            [order(1, 0), order(2, 1, client_order_id="aurum-1")],
            "client order ids used twice: 1",
        ),
        (
            [entry(0, reason=Reason.APPROVED), minute(2)],
            [order(1, 0)],
            "only 0.0% of approved entries",
        ),
    ],
)
def test_what_is_wrong_with_orders_is_named(rows, orders, words) -> None:
    (promise,) = orders_of(rows, orders)
    assert promise.startswith(words)


def test_the_minute_of_an_order_is_that_of_the_exchange() -> None:
    late = order(1, 0, created_ms=order(1, 0).created_ms + 3 * MINUTE_MS)
    assert len(orders_of([entry(0)], [late])) == 2
