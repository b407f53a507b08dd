"""Orders as Binance spot knows them: what is asked for, what became of it, and its fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Side(StrEnum):
    """Whether the base asset is bought or sold."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """How an order meets the market."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"

    @property
    def waits_for_stop(self) -> bool:
        """Whether it sleeps until the price reaches its stop."""
        return self in _WITH_STOP

    @property
    def has_limit(self) -> bool:
        """Whether a worst price is part of it."""
        return self in _WITH_LIMIT


_WITH_STOP = frozenset(
    {
        OrderType.STOP_LOSS,
        OrderType.STOP_LOSS_LIMIT,
        OrderType.TAKE_PROFIT,
        OrderType.TAKE_PROFIT_LIMIT,
    }
)
_WITH_LIMIT = frozenset(
    {
        OrderType.LIMIT,
        OrderType.LIMIT_MAKER,
        OrderType.STOP_LOSS_LIMIT,
        OrderType.TAKE_PROFIT_LIMIT,
    }
)


class TimeInForce(StrEnum):
    """What becomes of the part that does not fill at once."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class OrderStatus(StrEnum):
    """Where an order stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"

    @property
    def is_open(self) -> bool:
        """Whether more may still happen to the order."""
        return self in _OPEN


_OPEN = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


@dataclass(frozen=True)
class OrderRequest:
    """What a client asks for.

    Attributes
    ----------
    symbol : str
        Binance's spelling.
    side, type, time_in_force
        As Binance names them; the last is of no consequence to orders without a limit price.
    quantity : decimal.Decimal or None
        Base currency.
    quote_quantity : decimal.Decimal or None
        Quote currency to spend or to receive; market orders only, in place of `quantity`.
    price, stop_price : decimal.Decimal or None
        Quote currency.
    client_order_id : str or None
        The client's own name for the order; one is made up if None.
    """

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    client_order_id: str | None = None


@dataclass(frozen=True)
class Fill:
    """One trade of one order.

    Attributes
    ----------
    trade_id, order_id : int
        Rise with time, over all accounts and symbols.
    price : decimal.Decimal
        Quote currency.
    quantity : decimal.Decimal
        Base currency, gross of commission.
    commission : decimal.Decimal
        In `commission_asset`.
    time_ms : int
        UTC milliseconds.
    is_maker : bool
        Whether the order was resting.
    """

    trade_id: int
    order_id: int
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    commission: Decimal
    commission_asset: str
    time_ms: int
    is_maker: bool

    @property
    def quote_quantity(self) -> Decimal:
        """Price times quantity, quote currency."""
        return self.price * self.quantity


@dataclass
class Order:
    """An accepted order. The engine alone changes it.

    Attributes
    ----------
    quantity : decimal.Decimal
        Base currency. A market order by `quote_quantity` shows what it executed.
    executed, cumulative_quote : decimal.Decimal
        Filled so far: base and quote currency.
    created_ms, updated_ms : int
        UTC milliseconds of acceptance and of the last change.
    working_ms : int or None
        UTC milliseconds since which it may fill; None while it waits for its stop.
    is_working : bool
        False while it waits for its stop.
    fills : list of Fill
        Oldest first.
    """

    order_id: int
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    quote_quantity: Decimal | None
    price: Decimal | None
    stop_price: Decimal | None
    time_in_force: TimeInForce
    created_ms: int
    updated_ms: int
    status: OrderStatus = OrderStatus.NEW
    executed: Decimal = ZERO
    cumulative_quote: Decimal = ZERO
    working_ms: int | None = None
    is_working: bool = False
    fills: list[Fill] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it may still fill."""
        return self.status.is_open

    @property
    def remaining(self) -> Decimal:
        """Not filled, base currency."""
        return self.quantity - self.executed

    @property
    def average_price(self) -> Decimal | None:
        """Mean price of the fills, quote currency; None before the first."""
        return self.cumulative_quote / self.executed if self.executed else None

    @property
    def reserved(self) -> Decimal:
        """Funds it keeps locked: quote currency for a purchase, base currency for a sale.

        A market-type stop locks its quantity at the stop price until it triggers, and nothing
        from then on.
        """
        if not self.is_open or (self.is_working and not self.type.has_limit):
            return ZERO
        if self.side is Side.SELL:
            return self.remaining
        price = self.price if self.price is not None else self.stop_price
        return self.remaining * price if price is not None else ZERO
