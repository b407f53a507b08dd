"""Every order, written down before it leaves, so that it outlives the process that sends it.

A process can be killed at any moment between sending an order and booking it. The next one finds
the order here, by the client order id under which the exchange can be asked for it:

===================================  ===========================================================
killed                               found at the next start
===================================  ===========================================================
before the order was written down    nothing, and nothing was sent
before it was sent                   leaving; the exchange does not know it
before the answer came               leaving; the exchange may have it
before the bot booked it             taken (or leaving); the exchange has it, the bot does not
later                                taken; both have it
===================================  ===========================================================
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert, select, update

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.database.schema import orders
from aurum_plugins.execution.recorded_order import OrderState, RecordedOrder

logger = logging.getLogger(__name__)

LONGEST_DETAIL: Final = 300
_OPEN: Final = tuple(str(state) for state in OrderState if not state.is_final)


class OrderRecord:
    """The orders of one bot, in the database and, as far as they are unsettled, in memory.

    Only one process at a time may trade under a bot's name. Threads may share a record.

    Parameters
    ----------
    database : Database or None
        None keeps them in memory only.
    bot : str
        See `aurum_plugins.bot_identity`.
    clock : Clock

    Attributes
    ----------
    clock : Clock

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If what an earlier process left cannot be read.
    """

    def __init__(self, database: Database | None, bot: str, clock: Clock) -> None:
        self._database = database
        self._bot = bot
        self.clock = clock
        self._lock = threading.RLock()
        self._unsettled: dict[str, RecordedOrder] = {}
        # Orders whose newest state the database does not have yet.
        self._unwritten: dict[str, RecordedOrder] = {}
        # Why the last try to write failed, until one succeeds.
        self._trouble: DatabaseUnavailable | None = None
        if database is not None:
            self._load(database)

    def leave(
        self,
        client_order_id: str,
        pair: str,
        side: str,
        order_type: str,
        amount: float,
        price: float | None,
        *,
        must_be_written: bool,
    ) -> None:
        """Write an order down; it may be sent once this has returned.

        Parameters
        ----------
        must_be_written : bool
            Whether it must not be sent unless the database has it. Otherwise a failure is logged
            and the order kept in memory; after one, the database is not waited for again before
            `flush`, so that a lock does not hold up the sale of many positions.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If `must_be_written` and it was not.
        """
        now_ms = self.clock.now_ms()
        order = RecordedOrder(
            client_order_id=client_order_id,
            pair=pair,
            side=side,
            order_type=order_type,
            amount=Decimal(str(amount)),
            price=None if price is None else Decimal(str(price)),
            state=OrderState.LEAVING,
            sent_ms=now_ms,
            updated_ms=now_ms,
        )
        with self._lock:
            if self._trouble is not None and not must_be_written:
                self._put_off(order, self._trouble)
            else:
                try:
                    self._write(order, durable=True)
                except DatabaseUnavailable as error:
                    if must_be_written:
                        raise
                    self._put_off(order, error)
            self._unsettled[client_order_id] = order

    def learn(
        self,
        client_order_id: str,
        state: OrderState,
        *,
        exchange_order_id: str | None = None,
        detail: str = "",
    ) -> None:
        """Note how far an unsettled order got.

        What cannot be written is logged, kept in memory, and written later; an order that is not
        unsettled is left as it is.
        """
        with self._lock:
            known = self._unsettled.pop(client_order_id, None)
            if known is None:
                return
            order = replace(
                known,
                state=state,
                exchange_order_id=exchange_order_id or known.exchange_order_id,
                detail=_printable(detail),
                updated_ms=self.clock.now_ms(),
            )
            if not state.is_final:
                self._unsettled[client_order_id] = order
            if self._trouble is not None:
                self._put_off(order, self._trouble)
                return
            try:
                self._write(order)
            except DatabaseUnavailable as error:
                self._put_off(order, error)

    def flush(self) -> None:
        """Try to write what could not be written before; call it once in each loop."""
        with self._lock:
            if not self._unwritten:
                return
            try:
                self._write()
            except DatabaseUnavailable as error:
                self._trouble = error

    def unsettled(self, pair: str | None = None, side: str | None = None) -> list[RecordedOrder]:
        """Orders that may exist without the bot knowing, the oldest first.

        Parameters
        ----------
        pair, side : str, optional
            Of these only.
        """
        with self._lock:
            return [
                order
                for order in self._unsettled.values()
                if pair in (None, order.pair) and side in (None, order.side)
            ]

    def _load(self, database: Database) -> None:
        """Read what an earlier process left; what was leaving then is uncertain from now on."""
        mine = orders.c.bot == self._bot
        unsettled = select(orders).where(mine, orders.c.state.in_(_OPEN))
        with database.reading() as connection:
            rows = connection.execute(unsettled.order_by(orders.c.sent_ms)).mappings().all()
        now_ms = self.clock.now_ms()
        for row in rows:
            order = _from_row(row)
            if order.state is OrderState.LEAVING:
                detail = "the process ended before an answer came"
                order = replace(order, state=OrderState.UNKNOWN, updated_ms=now_ms, detail=detail)
                self._unwritten[order.client_order_id] = order
            self._unsettled[order.client_order_id] = order

    def _put_off(self, order: RecordedOrder, error: DatabaseUnavailable) -> None:
        logger.error(
            "Order %s on %s is %s, which could not be written down: %s",
            order.client_order_id,
            order.pair,
            order.state,
            error,
        )
        self._unwritten[order.client_order_id] = order
        self._trouble = error

    def _write(self, *more: RecordedOrder, durable: bool = False) -> None:
        """Write orders, and first those that could not be written before."""
        if self._database is None:
            return
        due = {**self._unwritten, **{order.client_order_id: order for order in more}}
        rows = [_to_row(self._bot, each) for each in due.values()]
        with self._database.writing(durable=durable) as connection:
            for row in rows:
                same = orders.c.client_order_id == row["client_order_id"]
                # A commit that broke off may have happened.
                if not connection.execute(update(orders).where(same).values(row)).rowcount:
                    connection.execute(insert(orders).values(row))
        self._unwritten.clear()
        self._trouble = None


def _to_row(bot: str, order: RecordedOrder) -> dict[str, Any]:
    return {
        "client_order_id": order.client_order_id,
        "bot": bot,
        "pair": order.pair,
        "side": order.side,
        "order_type": order.order_type,
        "amount": str(order.amount),
        "price": None if order.price is None else str(order.price),
        "state": str(order.state),
        "exchange_order_id": order.exchange_order_id,
        "detail": order.detail,
        "sent_ms": order.sent_ms,
        "updated_ms": order.updated_ms,
    }


def _from_row(row: Any) -> RecordedOrder:
    columns = {key: value for key, value in row.items() if key != "bot"}
    price = columns["price"]
    return RecordedOrder(
        **columns
        | {
            "amount": Decimal(columns["amount"]),
            "price": None if price is None else Decimal(price),
            "state": OrderState(columns["state"]),
        }
    )


def _printable(text: str) -> str:
    """What every database takes: an answer that could not be read may hold anything."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown[:LONGEST_DETAIL]
