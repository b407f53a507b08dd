"""What was decided, ordered and booked, held against each other after a run on 1m candles."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_rows import decision_of
from aurum_plugins.execution.explanation import explain
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.matching import Account, Order, OrderStatus, Side

MINUTE_MS = 60_000
Key = tuple[str, int]
# What was approved and never became an order of the exchange's.
NOT_TAKEN = frozenset({Reason.REJECTED, Reason.UNBOOKED, Reason.OUTCOME_UNKNOWN})
# How an approved entry may end, so that nobody has to guess.
SETTLED = frozenset(
    {Reason.FILLED, Reason.CANCELLED, Reason.RECOVERED, Reason.REJECTED, Reason.UNBOOKED}
)
# Share of approved entries that must come to such an end.
NAMED_ENDS = 0.95
# Quote currency: what an exchange lets nobody sell may stay behind.
DUST = Decimal(5)
UNIT = Decimal("1e-8")
PriceOf = Callable[[str], Decimal]


@dataclass
class Findings:
    """What an audit counted, and which promises were missed."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def count(self, name: str, value: object) -> None:
        """Note a figure."""
        self.rows.append((name, f"{value:,}" if isinstance(value, int) else str(value)))

    def promise(self, name: str, broken: Collection[object]) -> None:
        """Note a promise that holds if `broken` is empty."""
        self.count(name, len(broken))
        if broken:
            shown = "; ".join(str(each) for each in list(broken)[:5])
            self.missed.append(f"{name}: {len(broken)}, such as {shown}")

    def table(self, title: str) -> Table:
        """Everything that was counted."""
        table = Table("what", "figure", title=title, title_justify="left")
        for name, value in self.rows:
            table.add_row(name, value)
        return table


def decisions(records: Path) -> list[Decision]:
    """The whole journal, the oldest candle first."""
    query = "SELECT * FROM decisions ORDER BY candle_ms, pair"
    return [decision_of(row) for row in read(records, query)]


def read(database: Path, query: str) -> list[dict[str, Any]]:
    """Rows of a SQLite file that nobody writes to; JSON is read."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(query)]
    for row in rows:
        if isinstance(row.get("figures"), str):
            row["figures"] = json.loads(row["figures"])
    return rows


def integrity(*databases: Path) -> list[str]:
    """What SQLite finds wrong with files."""
    wrong = []
    for database in databases:
        try:
            answers = [row["integrity_check"] for row in read(database, "PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            answers = [str(error)]
        wrong += [f"{database.name}: {answer}" for answer in answers if answer != "ok"]
    return wrong


def audit_journal(
    findings: Findings, journal: Sequence[Decision], pairs: Sequence[str], from_ms: int, to_ms: int
) -> None:
    """One row for each pair and closed candle, no more and no less, and each explains itself.

    Parameters
    ----------
    findings : Findings
    journal : sequence of Decision
    pairs : sequence of str
    from_ms, to_ms : int
        The first and the last candle that is due, by their open, UTC milliseconds.
    """
    due = {(pair, candle) for pair in pairs for candle in range(from_ms, to_ms + 1, MINUTE_MS)}
    written = Counter((decision.pair, decision.candle_ms) for decision in journal)
    findings.count("closed candles due", len(due))
    findings.count("decisions written", len(journal))
    findings.promise("missing", sorted(due - written.keys()))
    findings.promise("not due", sorted(written.keys() - due))
    findings.promise("doubled", [key for key, number in written.items() if number > 1])
    findings.promise("unexplained", [row for row in journal if not is_explained(row)])
    unsettled = [row for row in journal if row.verdict is Verdict.PENDING and row.candle_ms < to_ms]
    findings.promise("left pending", unsettled)
    missed = Counter(row.reason.name for row in journal if row.signal is Reason.NOT_DECIDED)
    findings.count("decided without a signal", named(missed))


def is_explained(row: Decision) -> bool:
    """Whether a row says why, with figures where the signal had any."""
    if row.reason is Reason.NOT_DECIDED or not explain(row):
        return False
    return row.signal is Reason.NOT_DECIDED or "close" in row.figures


def audit_orders(findings: Findings, journal: Sequence[Decision], orders: Sequence[Order]) -> None:
    """What was approved is what the exchange saw, once each, and it came to a named end."""
    entries = [order for order in orders if order.side is Side.BUY]
    seen = Counter(candle_behind(order) for order in entries)
    approved = {(row.pair, row.candle_ms): row for row in journal if is_approval(row)}
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
    audit_ends(findings, list(approved.values()))


def audit_ends(findings: Findings, approved: Sequence[Decision]) -> None:
    """At least 95 % of what was approved filled, or was cancelled for a named reason."""
    settled = sum(row.reason in SETTLED for row in approved)
    share = settled / len(approved) if approved else 1.0
    findings.count("approved entries ended", named(Counter(row.reason.name for row in approved)))
    shown_share = f"{share:.1%}" if approved else "no entries"
    findings.count("filled, or gone for a named reason", shown_share)
    if share < NAMED_ENDS:
        findings.missed.append(f"only {share:.1%} of approved entries came to a named end")


def audit_books(
    findings: Findings, account: Account, orders: Sequence[Order], trades: Path, price: PriceOf
) -> None:
    """freqtrade's books have every order that traded, once, and hold what the account holds.

    Parameters
    ----------
    findings : Findings
    account : Account
        The exchange's.
    orders : sequence of Order
        All of it.
    trades : pathlib.Path
        freqtrade's database.
    price : callable
        The price of a pair, quote currency.
    """
    query = "SELECT order_id, filled, ft_is_open FROM orders"
    booked = read(trades, query)
    books = {row["order_id"]: row for row in booked}
    twice = [name for name, n in Counter(row["order_id"] for row in booked).items() if n > 1]
    findings.promise("booked twice", twice)
    at_exchange = {str(order.order_id): order for order in orders}
    findings.promise("booked, unknown to the exchange", sorted(books.keys() - at_exchange.keys()))
    lost = [
        shown(order)
        for name, order in at_exchange.items()
        if name not in books and (order.executed or order.is_open)
    ]
    findings.promise("orders that freqtrade lost", lost)
    differ = [
        shown(order)
        for name, order in at_exchange.items()
        if name in books and not order.is_open and not is_same(order, books[name])
    ]
    findings.promise("orders booked otherwise", differ)
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    # Each sale is rounded down to the market's step: after it less than one step may be left.
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in read(trades, "SELECT pair, amount, is_open, amount_precision FROM trades"):
        kept, amount = (held, "amount") if row["is_open"] else (left, "amount_precision")
        kept[row["pair"]] += Decimal(str(row[amount] or 0))
    # Where an order still waits, the orders themselves were compared.
    waiting = {pair_of(order) for order in orders if order.is_open}
    pairs = {*held, *(pair_of(order) for order in orders)} - waiting
    excess = {pair: account.balances.total(pair.split("/")[0]) - held[pair] for pair in pairs}
    differences = [
        f"{pair}: {more:+f}"
        for pair, more in excess.items()
        if not -DUST < more * price(pair) < DUST + left[pair] * price(pair)
    ]
    findings.promise("holdings that differ from open trades", differences)


def is_same(order: Order, booked: Mapping[str, Any]) -> bool:
    """Whether freqtrade knows that an order ended, and with what."""
    filled = Decimal(repr(booked["filled"] or 0.0))
    return not booked["ft_is_open"] and abs(filled - order.executed) <= UNIT


def audit_refusals(findings: Findings, journal: Sequence[Decision]) -> None:
    """Count the reasons."""
    refused = Counter(row.reason.name for row in journal if row.verdict is Verdict.REFUSED)
    findings.count("refusals", named(refused))
    signals = Counter(row.signal.name for row in journal)
    findings.count("signals", named(signals))


def is_approval(row: Decision) -> bool:
    """Whether an order was, or may have been, sent for it."""
    return row.verdict is Verdict.APPROVED or row.reason in NOT_TAKEN


def candle_behind(order: Order) -> Key:
    """Pair, and the candle that had closed last when an order came."""
    return pair_of(order), order.created_ms // MINUTE_MS * MINUTE_MS - MINUTE_MS


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


def named(counts: Mapping[str, int]) -> str:
    """Counts in words, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number:,}" for name, number in ordered) or "none"


def prices(server: SandboxServer, at_ms: int) -> PriceOf:
    """The simulated market's last prices at a time, UTC milliseconds."""

    def price(pair: str) -> Decimal:
        return Decimal(str(server.exchange.market.last_price(pair.replace("/", ""), at_ms)))

    return price
