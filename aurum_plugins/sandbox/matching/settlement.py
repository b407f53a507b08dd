"""The only place where a fill moves money."""

from __future__ import annotations

from itertools import count

from aurum_plugins.sandbox.matching.fees import Fees
from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.orders import Fill, OrderStatus, Side


class Settlement:
    """Books fills: order, account, balances.

    Parameters
    ----------
    fees : Fees
        The venue's rates.
    """

    def __init__(self, fees: Fees) -> None:
        self._fees = fees
        self._trade_ids = count(1)

    def fill(self, live: LiveOrder, *, ticks: int, lots: int, time_ms: int, is_maker: bool) -> Fill:
        """Execute `lots` of an order at a price, and give back what it need not lock any more.

        Raises
        ------
        InsufficientBalance
            If the account cannot pay; the caller has made sure that it can.
        """
        order, account, instrument = live.order, live.account, live.instrument
        balances = account.balances
        price, quantity = instrument.price(ticks), instrument.quantity(lots)
        notional = price * quantity

        reserved = order.reserved
        order.executed += quantity
        order.cumulative_quote += notional
        done = order.remaining == 0
        order.status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
        order.updated_ms = time_ms
        balances.release(live.reserved_asset, reserved - order.reserved)

        paid, received = (instrument.quote, notional), (instrument.base, quantity)
        if order.side is Side.SELL:
            paid, received = received, paid
        balances.withdraw(*paid)
        balances.deposit(*received)
        commission = self._fees.commission(
            account,
            received=received[1],
            asset=received[0],
            notional=notional,
            quote=instrument.quote,
            is_maker=is_maker,
            time_ms=time_ms,
        )
        balances.withdraw(commission.asset, commission.amount)

        fill = Fill(
            trade_id=next(self._trade_ids),
            order_id=order.order_id,
            symbol=order.symbol,
            side=order.side,
            price=price,
            quantity=quantity,
            commission=commission.amount,
            commission_asset=commission.asset,
            time_ms=time_ms,
            is_maker=is_maker,
        )
        order.fills.append(fill)
        account.fills.append(fill)
        return fill

    def close(self, live: LiveOrder, status: OrderStatus, time_ms: int) -> None:
        """End an order that is not filled, and free what it locked."""
        reserved = live.order.reserved
        live.order.status = status
        live.order.updated_ms = time_ms
        live.account.balances.release(live.reserved_asset, reserved)

    def start(self, live: LiveOrder, time_ms: int) -> None:
        """Let an order work; a market order stops locking funds, for it is about to use them."""
        reserved = live.order.reserved
        live.order.is_working = True
        live.order.working_ms = live.order.updated_ms = time_ms
        live.account.balances.release(live.reserved_asset, reserved - live.order.reserved)
