"""Whether what was approved is what the exchange saw, once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.execution.decision import Decision
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.matching import Order, OrderStatus, Side
from aurum_plugins.soak.findings import Findings, named
from aurum_plugins.soak.journal_audit import NOT_TAKEN, is_approval

Key = tuple[str, int]
# How an approved entry may end, so that nobody has to guess.
SETTLED: Final = frozenset(
    {Reason.FILLED, Reason.CANCELLED, Reason.RECOVERED, Reason.REJECTED, Reason.UNBOOKED}
)
# An order that may still be filled.
WAITING: Final = frozenset({Reason.APPROVED, Reason.FORCED})
# Share of approved entries that must come to such an end.
NAMED_ENDS: Final = 0.95


def audit_orders(findings: Findings, journal: Sequence[Decision], orders: Sequence[Order]) -> None:
    """What was approved is what the exchange saw, once each, and it came to a named end.

    Parameters
    ----------
    findings : Findings
    journal : sequence of Decision
    orders : sequence of Order
        All that the exchange ever had of the account.
    """
    entries = [order for order in orders if order.side is Side.BUY]
    approved = {(row.pair, row.candle_ms): row for row in journal if is_approval(row)}
    seen = Counter(decision_behind(order, approved.keys()) for order in entries)
    findings.count("entries approved", len(approved))
    findings.count("entry orders at the exchange", len(entries))
    findings.promise("double entries", [key for key, number in seen.items() if number > 1])
    findings.promise("orders without approval", sorted(seen.keys() - approved.keys()))
    unseen = [
        row for key, row in approved.items() if key not in seen and row.reason not in NOT_TAKEN
    ]
    findings.promise("approvals without order", unseen)
    names = Counter(order.client_order_id for order in orders)
    findings.promise("client order ids used twice", [n for n, many in names.items() if many > 1])
    findings.count("orders at the exchange", named(Counter(state(order) for order in orders)))
    newest_ms = max((row.candle_ms for row in journal), default=0)
    _audit_ends(findings, list(approved.values()), newest_ms - MINUTE_MS)


def decision_behind(order: Order, approved: Collection[Key]) -> Key:
    """Pair and candle whose approval an order follows, and the candle by its open.

    That is the candle that had closed last when the order came, or the one before it if only that
    one was approved: an exchange that loses answers holds an order up.
    """
    pair, candle_ms = pair_of(order), order.created_ms // MINUTE_MS * MINUTE_MS - MINUTE_MS
    earlier = (pair, candle_ms - MINUTE_MS)
    return (
        earlier if (pair, candle_ms) not in approved and earlier in approved else (pair, candle_ms)
    )


def pair_of(order: Order) -> str:
    """freqtrade's spelling."""
    return f"{order.symbol.removesuffix('USDT')}/USDT"


def state(order: Order) -> str:
    """Side, how it ended, and whether only in part."""
    part = order.status is not OrderStatus.FILLED and order.executed
    return f"{order.side.value} {order.status.value}{' in part' if part else ''}".lower()


def shown(order: Order) -> str:
    """An order in a few words."""
    return f"{order.order_id} {pair_of(order)} {state(order)} {order.client_order_id}"


def _audit_ends(findings: Findings, approved: Sequence[Decision], late_ms: int) -> None:
    """At least 95 % of what was approved filled, or was cancelled for a named reason.

    Orders of the last two candles, from `late_ms` on, may still wait when the bot is stopped.
    """
    waits = [row for row in approved if row.reason in WAITING and row.candle_ms >= late_ms]
    settled = sum(row.reason in SETTLED for row in approved)
    due = len(approved) - len(waits)
    share = settled / due if due else 1.0
    findings.count("approved entries ended", named(Counter(row.reason.name for row in approved)))
    findings.count("approved entries that still waited at the end", len(waits))
    shown_share = f"{share:.1%}" if due else "no entries"
    findings.count("filled, or gone for a named reason", shown_share)
    if share < NAMED_ENDS:
        findings.missed.append(f"only {share:.1%} of approved entries came to a named end")
