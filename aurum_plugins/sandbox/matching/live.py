"""An open order as the engine handles it: exact grid numbers beside the public record."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.orders import Order, Side


@dataclass(eq=False)
class LiveOrder:
    """An open order with its account and its place in the queue.

    Attributes
    ----------
    price_ticks, stop_ticks : int
        Limit and stop price as whole ticks; 0 where the order has none.
    sequence : int
        Rank among orders of the same price: the earlier it began to wait, the lower.
    carry : float
        Flow that reached the order but was less than a lot, lots.
    """

    account: Account
    order: Order
    instrument: Instrument
    sequence: int = 0
    carry: float = 0.0
    price_ticks: int = field(init=False)
    stop_ticks: int = field(init=False)

    def __post_init__(self) -> None:
        tick = self.instrument.tick_size
        self.price_ticks = int((self.order.price or Decimal(0)) / tick)
        self.stop_ticks = int((self.order.stop_price or Decimal(0)) / tick)

    @property
    def remaining_lots(self) -> int:
        """Not filled, whole lots."""
        return int(self.order.remaining / self.instrument.step_size)

    @property
    def reserved_asset(self) -> str:
        """What the order locks."""
        is_purchase = self.order.side is Side.BUY
        return self.instrument.quote if is_purchase else self.instrument.base
