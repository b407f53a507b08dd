"""A symbol's filters: one definition for exchangeInfo and for the checks of an order."""

from __future__ import annotations

from decimal import Decimal

from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.average_price import average_price
from aurum_plugins.sandbox.matching.errors import FilterFailure
from aurum_plugins.sandbox.matching.orders import Order, OrderRequest, OrderType, Side

# Wide on purpose: grids and the smallest notional are what clients must respect.
MAX_TICKS = 10**12
MAX_LOTS = 9 * 10**9
MAX_MARKET_LOTS = 9 * 10**8
MAX_NOTIONAL = Decimal(9_000_000)
MULTIPLIER_UP = Decimal(5)
MULTIPLIER_DOWN = Decimal("0.2")
AVERAGE_MINUTES = 5
MAX_ORDERS = 200
MAX_ALGO_ORDERS = 5


def _text(number: Decimal) -> str:
    return f"{number:.8f}"


def describe(instrument: Instrument) -> list[dict[str, object]]:
    """The filters in the format of Binance's exchangeInfo."""
    tick, step = instrument.tick_size, instrument.step_size
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": _text(tick),
            "maxPrice": _text(tick * MAX_TICKS),
            "tickSize": _text(tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": _text(step),
            "maxQty": _text(step * MAX_LOTS),
            "stepSize": _text(step),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": _text(Decimal(0)),
            "maxQty": _text(step * MAX_MARKET_LOTS),
            "stepSize": _text(Decimal(0)),
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": str(MULTIPLIER_UP),
            "bidMultiplierDown": str(MULTIPLIER_DOWN),
            "askMultiplierUp": str(MULTIPLIER_UP),
            "askMultiplierDown": str(MULTIPLIER_DOWN),
            "avgPriceMins": AVERAGE_MINUTES,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": _text(instrument.min_notional),
            "applyMinToMarket": True,
            "maxNotional": _text(MAX_NOTIONAL),
            "applyMaxToMarket": False,
            "avgPriceMins": 0,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": MAX_ORDERS},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": MAX_ALGO_ORDERS},
    ]


class FilterCheck:
    """Holds an order against the filters of its symbol.

    Parameters
    ----------
    market : Market
        Gives the prices that some filters compare with.
    """

    def __init__(self, market: Market) -> None:
        self._market = market

    def __call__(self, request: OrderRequest, open_orders: list[Order], now_ms: int) -> None:
        """Check every filter in the order of exchangeInfo.

        Parameters
        ----------
        request : OrderRequest
            Its parameters are complete and finite.
        open_orders : list of Order
            Of the same account and symbol.
        now_ms : int
            UTC milliseconds.

        Raises
        ------
        FilterFailure
            Naming the first filter that fails.
        """
        instrument = self._market.instrument(request.symbol)
        for price in (request.price, request.stop_price):
            if price is not None:
                _on_grid("PRICE_FILTER", "price", price, instrument.tick_size, MAX_TICKS)
        if request.quantity is not None:
            _on_grid("LOT_SIZE", "quantity", request.quantity, instrument.step_size, MAX_LOTS)
            if not request.type.has_limit:
                _at_most("MARKET_LOT_SIZE", request.quantity, instrument.step_size)
        if request.price is not None:
            self._check_percent(request.side, request.symbol, request.price, now_ms)
        self._check_notional(request, instrument, now_ms)
        if request.type is not OrderType.MARKET:
            _check_counts(request.type, open_orders)

    def _check_percent(self, side: Side, symbol: str, price: Decimal, now_ms: int) -> None:
        average = average_price(self._market, symbol, now_ms, minutes=AVERAGE_MINUTES)
        lowest, highest = (Decimal(average) * m for m in (MULTIPLIER_DOWN, MULTIPLIER_UP))
        if not lowest <= price <= highest:
            rule = f"the price of a {side} must lie in [{lowest:.8f}, {highest:.8f}]"
            raise FilterFailure("PERCENT_PRICE_BY_SIDE", rule, price)

    def _check_notional(self, request: OrderRequest, instrument: Instrument, now_ms: int) -> None:
        if request.quantity is None:
            notional = request.quote_quantity or Decimal(0)
        else:
            price = request.price or request.stop_price
            notional = request.quantity * (price or self._last(instrument, now_ms))
        if notional < instrument.min_notional:
            rule = f"price x quantity must be at least {instrument.min_notional}"
            raise FilterFailure("NOTIONAL", rule, notional)
        if request.type.has_limit and notional > MAX_NOTIONAL:
            rule = f"price x quantity must be at most {MAX_NOTIONAL}"
            raise FilterFailure("NOTIONAL", rule, notional)

    def _last(self, instrument: Instrument, now_ms: int) -> Decimal:
        last = self._market.last_price(instrument.symbol, now_ms)
        return instrument.price(round(last / instrument.tick))


def _on_grid(name: str, what: str, value: Decimal, grid: Decimal, most: int) -> None:
    # The range comes first: the remainder of an enormous number is not defined.
    if not grid <= value <= grid * most:
        raise FilterFailure(name, f"{what} must lie in [{grid}, {grid * most}]", value)
    if value % grid:
        raise FilterFailure(name, f"{what} must be a multiple of {grid}", value)


def _at_most(name: str, quantity: Decimal, step: Decimal) -> None:
    if quantity > step * MAX_MARKET_LOTS:
        raise FilterFailure(name, f"quantity must be at most {step * MAX_MARKET_LOTS}", quantity)


def _check_counts(kind: OrderType, open_orders: list[Order]) -> None:
    if len(open_orders) >= MAX_ORDERS:
        rule = f"at most {MAX_ORDERS} open orders a symbol"
        raise FilterFailure("MAX_NUM_ORDERS", rule, len(open_orders) + 1)
    algo_orders = sum(order.type.waits_for_stop for order in open_orders)
    if kind.waits_for_stop and algo_orders >= MAX_ALGO_ORDERS:
        rule = f"at most {MAX_ALGO_ORDERS} open stop orders a symbol"
        raise FilterFailure("MAX_NUM_ALGO_ORDERS", rule, MAX_ALGO_ORDERS + 1)
