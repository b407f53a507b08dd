"""Whether the exchange, freqtrade and our record of orders hold the same to be true."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from aurum_plugins.execution.recorded_order import OrderState
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.matching import Account, Order
from aurum_plugins.soak.findings import Findings, named
from aurum_plugins.soak.order_audit import pair_of, shown
from aurum_plugins.soak.sqlite_rows import read

# Quote currency: what an exchange lets nobody sell may stay behind.
DUST: Final = Decimal(5)
UNIT: Final = Decimal("1e-8")
PriceOf = Callable[[str], Decimal]


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
    booked = read(trades, "SELECT order_id, filled, ft_is_open FROM orders")
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
        if name in books and not order.is_open and not _is_same(order, books[name])
    ]
    findings.promise("orders booked otherwise", differ)
    differences = _holdings_that_differ(account, orders, trades, price)
    findings.promise("holdings that differ from open trades", differences)


def audit_record(findings: Findings, orders: Sequence[Order], records: Path, trades: Path) -> None:
    """Every order of the exchange's is known to us, and every order that we know to the exchange.

    Parameters
    ----------
    findings : Findings
    orders : sequence of Order
        All that the exchange ever had of the account.
    records, trades : pathlib.Path
        Our database and freqtrade's.
    """
    query = "SELECT client_order_id, exchange_order_id, pair, state FROM orders"
    recorded = {row["client_order_id"]: row for row in read(records, query)}
    booked = {row["order_id"] for row in read(trades, "SELECT order_id FROM orders")}
    there = {str(order.order_id) for order in orders}
    findings.count("orders written down", named(Counter(row["state"] for row in recorded.values())))
    nowhere = [
        shown(order)
        for order in orders
        if order.client_order_id not in recorded and str(order.order_id) not in booked
    ]
    refused = [
        f"{shown(order)}, written down as refused"
        for order in orders
        if recorded.get(order.client_order_id, {}).get("state") == OrderState.REFUSED
    ]
    invented = [
        f"{name} {row['pair']} {row['state']}, unknown to the exchange"
        for name, row in recorded.items()
        if row["exchange_order_id"] is not None and row["exchange_order_id"] not in there
    ]
    findings.count("orders sent", len(recorded))
    findings.promise("orders lost", [*nowhere, *refused, *invented])


def prices(server: SandboxServer, at_ms: int) -> PriceOf:
    """The simulated market's last prices at a time, UTC milliseconds."""

    def price(pair: str) -> Decimal:
        return Decimal(str(server.exchange.market.last_price(pair.replace("/", ""), at_ms)))

    return price


def _holdings_that_differ(
    account: Account, orders: Sequence[Order], trades: Path, price: PriceOf
) -> list[str]:
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
    return [
        f"{pair}: {more:+f}"
        for pair, more in excess.items()
        if not -DUST < more * price(pair) < DUST + left[pair] * price(pair)
    ]


def _is_same(order: Order, booked: Mapping[str, Any]) -> bool:
    """Whether freqtrade knows that an order ended, and with what."""
    filled = Decimal(repr(booked["filled"] or 0.0))
    return not booked["ft_is_open"] and abs(filled - order.executed) <= UNIT
