"""The matching engine: orders come in, fill, rest, and are canceled."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.errors import (
    DuplicateClientOrderId,
    MarketClosed,
    UnknownOrderToCancel,
)
from aurum_plugins.sandbox.matching.execution import Execution
from aurum_plugins.sandbox.matching.fees import Fees
from aurum_plugins.sandbox.matching.filters import FilterCheck
from aurum_plugins.sandbox.matching.history import find_order
from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.orders import Order, OrderRequest, OrderStatus
from aurum_plugins.sandbox.matching.parameters import check_parameters
from aurum_plugins.sandbox.matching.passage import Passage
from aurum_plugins.sandbox.matching.records import Records
from aurum_plugins.sandbox.matching.settlement import Settlement


class MatchingEngine(Records):
    """Binance spot's order handling over a simulated market.

    Every method that takes `now_ms` (UTC milliseconds) first lets time pass up to it. What
    happens does not depend on how often anybody asks.

    Parameters
    ----------
    market : Market
        What the orders meet.
    maker_fee, taker_fee : decimal.Decimal
        Commission as a fraction of the notional.
    participation : float
        Share of a second's volume that resting orders here may take, above 0 and up to 1.
    seed : int
        Fixes the client order ids that are made up.

    Raises
    ------
    ConfigurationError
        If `participation` is out of range.

    Notes
    -----
    A taker walks the modelled book of its second. What rests fills at its own price from the
    next second on: from the traded price beyond it (`participation` of the volume) or at it
    (30 % of that). Orders of different accounts share book and flow; they never trade with each
    other.
    """

    def __init__(
        self,
        market: Market,
        *,
        maker_fee: Decimal = Decimal("0.001"),
        taker_fee: Decimal = Decimal("0.001"),
        participation: float = 0.1,
        seed: int = 0,
    ) -> None:
        if not 0 < participation <= 1:
            raise ConfigurationError("participation", "must be above 0, at most 1", participation)
        self.fees = Fees(market, maker_fee, taker_fee)
        self._seed = seed
        self._settlement = Settlement(self.fees)
        self._execution = Execution(market, self._settlement)
        self._filters = FilterCheck(market)
        super().__init__(market, Passage(market, self._execution, self._settlement, participation))
        self._last_order_id = 0

    @property
    def resting_liquidity(self) -> float:
        """Share of the flow that resting and triggered orders get, 0 to 1; 1 by default.

        It applies to the seconds not yet passed: `advance` before changing it.
        """
        return self._passage.liquidity

    @resting_liquidity.setter
    def resting_liquidity(self, share: float) -> None:
        if not 0 <= share <= 1:
            raise ConfigurationError("resting_liquidity", "must lie in [0, 1]", share)
        self._passage.liquidity = share

    def place(
        self, account: Account, request: OrderRequest, *, now_ms: int, liquidity: float = 1.0
    ) -> Order:
        """Accept an order and let it take what it can at once.

        Parameters
        ----------
        liquidity : float
            Share of what it could take at once that it gets, above 0 and up to 1, though never
            less than one lot.

        Raises
        ------
        OrderRejected
            One of its subclasses; nothing has changed then.
        UnknownSymbol
            If the symbol is not traded here.
        """
        if not 0 < liquidity <= 1:
            raise ConfigurationError("liquidity", "must be above 0, at most 1", liquidity)
        self.test(account, request, now_ms=now_ms)
        now_ms = self._not_before(now_ms)
        name = request.client_order_id
        is_taken = (live.order.client_order_id == name for live in self._open(account))
        if name is not None and any(is_taken):
            raise DuplicateClientOrderId(name)
        self._execution.check(account, request, now_ms)

        live = self._accept(account, request, now_ms)
        if not request.type.waits_for_stop:
            self._settlement.start(live, now_ms)
            if not self._execution.enter(live, now_ms, liquidity):
                return live.order
        self._passage.add(live)
        return live.order

    def test(self, account: Account, request: OrderRequest, *, now_ms: int) -> None:
        """Validate parameters and filters, as `POST order/test` does; nothing is placed.

        Raises
        ------
        InvalidRequest, FilterFailure, MarketClosed
            If `place` would refuse the order for that reason.
        UnknownSymbol
            If the symbol is not traded here.
        """
        self.advance(now_ms)
        self.market.instrument(request.symbol)
        if not self.market.is_open(now_ms):
            raise MarketClosed(request.symbol, now_ms)
        check_parameters(request)
        open_orders = [live.order for live in self._open(account, request.symbol)]
        self._filters(request, open_orders, now_ms)

    def cancel(
        self,
        account: Account,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        now_ms: int,
    ) -> Order:
        """Cancel an open order, named by either id; if both are given they must agree.

        Raises
        ------
        UnknownOrderToCancel
            If there is none, or it is not open any more.
        InvalidRequest
            If neither id is given.
        """
        self.advance(now_ms)
        self.market.instrument(symbol)
        order = find_order(account, symbol, order_id, client_order_id)
        for live in self._open(account, symbol):
            if live.order is order:
                self._cancel(live, now_ms)
                return order
        raise UnknownOrderToCancel(symbol, order_id or client_order_id or "")

    def cancel_all(self, account: Account, symbol: str, *, now_ms: int) -> list[Order]:
        """Cancel every open order of a symbol, oldest first; an empty list if there is none."""
        self.advance(now_ms)
        self.market.instrument(symbol)
        found = self._open(account, symbol)
        for live in found:
            self._cancel(live, now_ms)
        return [live.order for live in found]

    def _accept(self, account: Account, request: OrderRequest, now_ms: int) -> LiveOrder:
        instrument = self.market.instrument(request.symbol)
        order_id = self._last_order_id + 1
        quantity = request.quantity
        if quantity is None:
            quantity = instrument.quantity(self._execution.market_lots(request, now_ms))
        order = Order(
            order_id=order_id,
            client_order_id=request.client_order_id or self._made_up_name(order_id),
            symbol=request.symbol,
            side=request.side,
            type=request.type,
            quantity=quantity,
            quote_quantity=request.quote_quantity,
            price=request.price,
            stop_price=request.stop_price,
            time_in_force=request.time_in_force,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        live = LiveOrder(account, order, instrument)
        account.balances.lock(live.reserved_asset, order.reserved)
        account.orders[order_id] = order
        self._last_order_id = order_id
        return live

    def _cancel(self, live: LiveOrder, now_ms: int) -> None:
        self._passage.remove(live)
        self._settlement.close(live, OrderStatus.CANCELED, self._not_before(now_ms))

    def _not_before(self, now_ms: int) -> int:
        # A wall clock may be set back; the simulated time is not.
        return max(now_ms, self._passage.second_ms)

    def _made_up_name(self, order_id: int) -> str:
        digest = hashlib.blake2b(f"{self._seed}:{order_id}".encode(), digest_size=11)
        return f"x-{digest.hexdigest()}"
