"""An order meets the book: what it takes, and what becomes of the rest."""

from __future__ import annotations

from decimal import Decimal

from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.depth import Depth, Level, shallow, total_cost, total_lots
from aurum_plugins.sandbox.matching.errors import (
    FilterFailure,
    InsufficientBalance,
    StopWouldTrigger,
    WouldMatchImmediately,
)
from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.orders import (
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from aurum_plugins.sandbox.matching.resting import falls_to_stop
from aurum_plugins.sandbox.matching.settlement import Settlement


class Execution:
    """Lets orders take from the book.

    Parameters
    ----------
    market : Market
        Gives book and last price.
    settlement : Settlement
        Books the fills.
    """

    def __init__(self, market: Market, settlement: Settlement) -> None:
        self._market = market
        self._settlement = settlement
        self._depth = Depth(market)

    def check(self, account: Account, request: OrderRequest, now_ms: int) -> None:
        """Refuse what cannot enter the market as it stands.

        Raises
        ------
        WouldMatchImmediately, StopWouldTrigger
            If the type of the order forbids it.
        InsufficientBalance
            If a market order cannot be paid; other orders lock their funds instead.
        FilterFailure
            `LOT_SIZE`, if the quote quantity of a market order buys less than one lot.
        """
        if request.stop_price is not None:
            self._check_sleeps(request, request.stop_price, now_ms)
        elif request.type is OrderType.LIMIT_MAKER and request.price is not None:
            self._check_rests(request, request.price, now_ms)
        elif request.type is OrderType.MARKET:
            self._check_funds(account, request, now_ms)

    def market_lots(self, request: OrderRequest, now_ms: int) -> int:
        """Whole lots that a market order by quote quantity stands for, given the book.

        Where the book ends before the budget does, the rest is reckoned at the worst price.
        """
        levels = self._by_quote(request, now_ms)
        lots = total_lots(levels)
        everything = self._depth.walk(request.symbol, request.side, now_ms)
        if levels and lots == total_lots(everything):
            lots += (self._budget(request) - total_cost(levels)) // levels[-1].ticks
        return lots

    def enter(self, live: LiveOrder, now_ms: int, liquidity: float) -> bool:
        """Let a working order take what it may; end it unless the rest is to rest.

        Parameters
        ----------
        liquidity : float
            Share of what it could take that it gets, 0 to 1, though never less than one lot.

        Returns
        -------
        bool
            Whether the order is still open and belongs among the resting ones.
        """
        order = live.order
        levels = self._reachable(live, now_ms)
        wanted = live.remaining_lots
        if liquidity < 1:
            levels = shallow(levels, liquidity)
        is_all_or_none = order.type.has_limit and order.time_in_force is TimeInForce.FOK
        if is_all_or_none and total_lots(levels) < wanted:
            levels = []
        self._fill(live, levels, now_ms)
        self._depth.take(order.symbol, order.side, now_ms, levels)
        if not order.is_open:
            return False
        may_rest = order.type.has_limit and order.time_in_force is TimeInForce.GTC
        if may_rest or order.type is OrderType.LIMIT_MAKER:
            return True
        self._settlement.close(live, OrderStatus.EXPIRED, now_ms)
        return False

    def _fill(self, live: LiveOrder, levels: list[Level], now_ms: int) -> None:
        # Orders without a limit have nothing locked: keep the commission of an early fill from
        # using up what a later one must pay.
        has_lock = live.order.type.has_limit
        costs = [Decimal(0) if has_lock else _cost(live, level) for level in levels]
        balances, asset = live.account.balances, live.reserved_asset
        balances.lock(asset, sum(costs, Decimal(0)))
        for (ticks, lots), cost in zip(levels, costs):
            balances.release(asset, cost)
            self._settlement.fill(live, ticks=ticks, lots=lots, time_ms=now_ms, is_maker=False)

    def _reachable(self, live: LiveOrder, now_ms: int) -> list[Level]:
        order = live.order
        if order.type is OrderType.LIMIT_MAKER:
            return []
        limit = live.price_ticks if order.type.has_limit else None
        budget = None
        if order.type.waits_for_stop and limit is None and order.side is Side.BUY:
            # The price may have jumped beyond what was locked at the stop price.
            free = live.account.balances.free(live.instrument.quote)
            budget = int(free / (live.instrument.tick_size * live.instrument.step_size))
        return self._depth.walk(
            order.symbol,
            order.side,
            now_ms,
            lots=live.remaining_lots,
            budget=budget,
            limit_ticks=limit,
        )

    def _check_rests(self, request: OrderRequest, price: Decimal, now_ms: int) -> None:
        best = self._depth.best(request.symbol, request.side, now_ms)
        if best is None:
            return
        touch = self._market.instrument(request.symbol).price(best)
        if price >= touch if request.side is Side.BUY else price <= touch:
            raise WouldMatchImmediately(request.symbol, price, touch)

    def _check_sleeps(self, request: OrderRequest, stop: Decimal, now_ms: int) -> None:
        instrument = self._market.instrument(request.symbol)
        last = self._market.last_price(request.symbol, now_ms)
        last_price = instrument.price(round(last / instrument.tick))
        falls = falls_to_stop(request.side, request.type)
        if last_price <= stop if falls else last_price >= stop:
            raise StopWouldTrigger(request.symbol, stop, last_price)

    def _check_funds(self, account: Account, request: OrderRequest, now_ms: int) -> None:
        instrument = self._market.instrument(request.symbol)
        if request.quote_quantity is not None:
            levels = self._by_quote(request, now_ms)
            best = self._depth.best(request.symbol, request.side, now_ms)
            if best is not None and not levels:
                rule = f"quoteOrderQty must be worth a lot of {instrument.step_size}"
                raise FilterFailure("LOT_SIZE", rule, request.quote_quantity)
        else:
            lots = int((request.quantity or 0) / instrument.step_size)
            levels = self._depth.walk(request.symbol, request.side, now_ms, lots=lots)
        if request.side is Side.BUY:
            asset = instrument.quote
            unit = instrument.tick_size * instrument.step_size
            needed = request.quote_quantity or total_cost(levels) * unit
        else:
            asset = instrument.base
            needed = request.quantity or instrument.quantity(total_lots(levels))
        available = account.balances.free(asset)
        if needed > available:
            raise InsufficientBalance(asset, needed, available)

    def _by_quote(self, request: OrderRequest, now_ms: int) -> list[Level]:
        budget = self._budget(request)
        return self._depth.walk(request.symbol, request.side, now_ms, budget=budget)

    def _budget(self, request: OrderRequest) -> int:
        instrument = self._market.instrument(request.symbol)
        unit = instrument.tick_size * instrument.step_size
        return int((request.quote_quantity or 0) / unit)


def _cost(live: LiveOrder, level: Level) -> Decimal:
    quantity = live.instrument.quantity(level.lots)
    is_purchase = live.order.side is Side.BUY
    return live.instrument.price(level.ticks) * quantity if is_purchase else quantity
