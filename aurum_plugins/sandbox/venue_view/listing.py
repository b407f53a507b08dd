"""A venue and the markets that it lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.market import Market
from aurum_plugins.sandbox.venue_view.slow_noise import SlowNoise


@dataclass(frozen=True)
class Venue:
    """What sets a venue apart from the exchange whose market it shares.

    Attributes
    ----------
    name : str
        Fixes the randomness of the venue together with the market's seed.
    basis_bps : float
        Furthest that its prices stray from the underlying market's, basis points; 0 or more.
    share : float
        Its turnover as a fraction of the underlying market's; above 0.
    step_size : decimal.Decimal
        Quantity grid of its order books, base currency.
    ticks : mapping of str to decimal.Decimal
        Price grid by base asset; the underlying market's where a base is missing.
    absent : frozenset of str
        Base assets that it does not list.
    """

    name: str
    basis_bps: float
    share: float
    step_size: Decimal
    ticks: Mapping[str, Decimal] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Listing:
    """One market of a venue.

    Attributes
    ----------
    instrument : Instrument
        The venue's own grid. Assets are spelt as Binance spells them; the quote is USDT or USD.
    source : Market
        Where its prices come from.
    symbol : str
        Its name at the source.
    basis : SlowNoise or None
        How its price strays from the source's; None: not at all.
    in_dollars : bool
        Whether the source's price, in USDT, has to be turned into dollars.
    key : int
        Fixes the randomness of its order book.
    """

    instrument: Instrument
    source: Market
    symbol: str
    basis: SlowNoise | None
    in_dollars: bool
    key: int
