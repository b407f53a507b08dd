"""Questions about an account's past, answered and paged as Binance does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.errors import Flaw, InvalidRequest
from aurum_plugins.sandbox.matching.orders import Order

Row = TypeVar("Row")


def find_order(
    account: Account, symbol: str, order_id: int | None, client_order_id: str | None
) -> Order | None:
    """The order that both names (those given) belong to; of several, the newest.

    Raises
    ------
    InvalidRequest
        If neither name is given.
    """
    if order_id is None and client_order_id is None:
        rule = "either orderId or origClientOrderId must be given"
        raise InvalidRequest("orderId", Flaw.MISSING, rule)
    if order_id is not None:
        known = account.orders.get(order_id)
        candidates = [] if known is None else [known]
    else:
        candidates = list(reversed(account.orders.values()))
    for order in candidates:
        is_named = client_order_id is None or order.client_order_id == client_order_id
        if order.symbol == symbol and is_named:
            return order
    return None


def page(
    rows: Sequence[Row],
    *,
    number: Callable[[Row], int],
    time_ms: Callable[[Row], int],
    from_id: int | None,
    start_ms: int | None,
    end_ms: int | None,
    limit: int,
) -> list[Row]:
    """At most `limit` rows, oldest first.

    With `from_id` or `start_ms` the oldest that qualify, otherwise the newest. All bounds are
    inclusive.

    Parameters
    ----------
    rows : sequence
        Oldest first.
    number, time_ms : callable
        Give a row's id and its time in UTC milliseconds.
    """
    found = [
        row
        for row in rows
        if (from_id is None or number(row) >= from_id)
        and (start_ms is None or time_ms(row) >= start_ms)
        and (end_ms is None or time_ms(row) <= end_ms)
    ]
    if from_id is None and start_ms is None:
        return found[max(0, len(found) - limit) :]
    return found[:limit]
