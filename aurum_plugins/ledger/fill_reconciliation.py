"""freqtrade's orders against the exchange's own fills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.ledger.difference import Difference
from aurum_plugins.ledger.fill import Fill
from aurum_plugins.ledger.reconciliation import Reconciliation

# Exchanges keep eight decimals.
UNIT: Final = Decimal("1e-8")


@dataclass(frozen=True)
class Steps:
    """The smallest changes that a market knows.

    Attributes
    ----------
    amount, price : decimal.Decimal
        Base and quote currency.
    """

    amount: Decimal
    price: Decimal


@dataclass(frozen=True)
class FillReconciliation(Reconciliation):
    """What came of it, and what trading cost.

    Attributes
    ----------
    fills : int
        Of the orders compared.
    taken : mapping of str to decimal.Decimal
        Fees that the exchange took for these, by currency.
    reckoned : mapping of str to decimal.Decimal
        Fees that freqtrade's profits have been lessened by, by quote currency.
    """

    fills: int
    taken: Mapping[str, Decimal]
    reckoned: Mapping[str, Decimal]


def reconcile_fills(
    orders: Sequence[BookedOrder],
    fills: Sequence[Fill],
    steps: Mapping[str, Steps],
    own: Collection[str] = (),
) -> FillReconciliation:
    """Hold amounts, average prices and fees of each order against its fills.

    An amount or price may differ by one step of the market, a fee by 1e-8 for each fill. Orders
    that may still fill are left out.

    Parameters
    ----------
    orders : sequence of BookedOrder
    fills : sequence of Fill
        Of the same pairs; each fill counts once.
    steps : mapping of str to Steps
        By pair.
    own : collection of str
        The exchange's ids of orders that we know to be the bot's. One of these that filled and that
        freqtrade does not have is a difference; another's is not, for an account may serve many.
    """
    by_order: defaultdict[tuple[str, str], list[Fill]] = defaultdict(list)
    for fill in {(fill.pair, fill.fill_id): fill for fill in fills}.values():
        by_order[fill.pair, fill.order_id].append(fill)
    done = [order for order in orders if not order.is_open]
    known = {(order.pair, order.order_id) for order in orders}
    differences = [
        difference
        for order in done
        for difference in _differences(order, by_order.get(_name(order), []), steps[order.pair])
    ]
    unknown = {name: found for name, found in by_order.items() if name not in known}
    differences += [
        Difference(f"{pair} order {order}", "amount", "no such order", f"{_amount(found):f}")
        for (pair, order), found in unknown.items()
        if order in own
    ]
    strange = [name for name in unknown if name[1] not in own]
    compared = [fill for order in done for fill in by_order.get(_name(order), [])]
    reckoned: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order in done:
        reckoned[_quote(order.pair)] += order.reckoned_fee
    return FillReconciliation(
        compared=len(done),
        differences=tuple(differences),
        notes=_notes(strange, len(orders) - len(done)),
        fills=len(compared),
        taken=_fees(compared),
        reckoned=dict(reckoned),
    )


def _differences(order: BookedOrder, fills: Sequence[Fill], steps: Steps) -> Iterator[Difference]:
    subject = f"{order.pair} {order.side} order {order.order_id} of trade {order.trade_id}"
    amount = _amount(fills)
    if abs(order.filled - amount) > steps.amount:
        yield Difference(subject, "amount", f"{order.filled:f}", f"{amount:f}")
    if not amount:
        return
    price = sum((fill.cost for fill in fills), Decimal(0)) / amount
    if abs(order.price - price) > steps.price:
        yield Difference(subject, "average price", f"{order.price:f}", f"{price:.10f}")
    fees = _fees(fills)
    currencies = " and ".join(sorted(fees)) or "none"
    if currencies != (order.fee_currency or "none"):
        yield Difference(
            subject, "fee currency", order.fee_currency or "none", _in_words(fees) or "none"
        )
    elif order.fee is not None and abs(_only(fees) - order.fee) > UNIT * len(fills):
        yield Difference(
            subject, "fee", f"{order.fee:f} {order.fee_currency}", _in_words(fees) or "none"
        )


def _notes(strange: Sequence[tuple[str, str]], waiting: int) -> tuple[str, ...]:
    notes = []
    if waiting:
        notes.append(f"{waiting} orders that may still fill were left out")
    if strange:
        pair, order = strange[0]
        notes.append(
            f"{len(strange)} orders of the account are not freqtrade's, such as {order} on {pair}"
        )
    return tuple(notes)


def _name(order: BookedOrder) -> tuple[str, str]:
    return order.pair, order.order_id


def _quote(pair: str) -> str:
    return pair.partition("/")[2].partition(":")[0]


def _amount(fills: Sequence[Fill]) -> Decimal:
    return sum((fill.amount for fill in fills), Decimal(0))


def _fees(fills: Sequence[Fill]) -> dict[str, Decimal]:
    fees: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        for currency, amount in fill.fees.items():
            fees[currency] += amount
    return {currency: amount for currency, amount in fees.items() if amount}


def _only(fees: Mapping[str, Decimal]) -> Decimal:
    return next(iter(fees.values()), Decimal(0))


def _in_words(fees: Mapping[str, Decimal]) -> str:
    return " and ".join(f"{amount:f} {currency}" for currency, amount in sorted(fees.items()))
