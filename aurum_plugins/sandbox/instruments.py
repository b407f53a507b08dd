"""What is traded: symbols with their exact price and quantity grids.

Prices are whole numbers of *ticks* and quantities whole numbers of *lots* wherever exactness
matters; `Decimal` at the account boundary; floats only in candles.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property


@dataclass(frozen=True)
class Instrument:
    """One spot market.

    Attributes
    ----------
    base, quote : str
        Assets; the price is `quote` for one `base`.
    tick_size, step_size : decimal.Decimal
        Smallest move of price (quote currency) and of quantity (base currency).
    min_notional : decimal.Decimal
        Smallest price x quantity of an order, quote currency.
    reference_price : float
        Price level of the synthetic market, quote currency.
    daily_volume : float
        Typical turnover of a day, quote currency.
    spread_bps : float
        Typical bid-ask spread, basis points of the mid price.
    volatility : float
        Typical volatility of a year, as a fraction (0.6 = 60 %).
    """

    base: str
    quote: str
    tick_size: Decimal
    step_size: Decimal
    min_notional: Decimal = Decimal(5)
    reference_price: float = 1.0
    daily_volume: float = 50e6
    spread_bps: float = 2.0
    volatility: float = 0.8

    @cached_property
    def symbol(self) -> str:
        """Binance's spelling, for example `BTCUSDT`."""
        return f"{self.base}{self.quote}"

    @cached_property
    def pair(self) -> str:
        """freqtrade's spelling, for example `BTC/USDT`."""
        return f"{self.base}/{self.quote}"

    @cached_property
    def tick(self) -> float:
        """`tick_size` as a float, for vectorised code."""
        return float(self.tick_size)

    @cached_property
    def step(self) -> float:
        """`step_size` as a float, for vectorised code."""
        return float(self.step_size)

    @cached_property
    def price_decimals(self) -> int:
        """Digits after the point of a price."""
        return max(0, -int(self.tick_size.normalize().as_tuple().exponent))

    def price(self, ticks: int) -> Decimal:
        """Exact price of a whole number of ticks, quote currency."""
        return self.tick_size * int(ticks)

    def quantity(self, lots: int) -> Decimal:
        """Exact quantity of a whole number of lots, base currency."""
        return self.step_size * int(lots)


def _instrument(
    base: str, tick: str, step: str, price: float, volume: float, spread: float, vol: float
) -> Instrument:
    return Instrument(
        base=base,
        quote="USDT",
        tick_size=Decimal(tick),
        step_size=Decimal(step),
        reference_price=price,
        daily_volume=volume,
        spread_bps=spread,
        volatility=vol,
    )


# Grids as Binance publishes them in exchangeInfo; levels are round numbers, not quotes.
DEFAULT_INSTRUMENTS: tuple[Instrument, ...] = (
    _instrument("BTC", "0.01", "0.00001", 60_000.0, 1500e6, 0.2, 0.55),
    _instrument("ETH", "0.01", "0.0001", 3_000.0, 900e6, 0.4, 0.70),
    _instrument("SOL", "0.01", "0.001", 150.0, 400e6, 0.9, 0.95),
    _instrument("XRP", "0.0001", "0.1", 0.60, 300e6, 1.8, 0.85),
    _instrument("ADA", "0.0001", "0.1", 0.45, 80e6, 2.4, 0.90),
    _instrument("DOGE", "0.00001", "1", 0.12, 200e6, 1.5, 1.00),
    _instrument("LINK", "0.01", "0.01", 14.0, 60e6, 7.0, 0.90),
    _instrument("LTC", "0.01", "0.001", 70.0, 50e6, 1.6, 0.75),
    _instrument("BNB", "0.01", "0.001", 550.0, 150e6, 0.5, 0.60),
)
