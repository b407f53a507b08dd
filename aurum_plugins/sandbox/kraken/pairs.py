"""How Kraken spells assets and pairs: `XXBT`, `XBT/USD`, `XXBTZUSD`.

References
----------
https://support.kraken.com/hc/en-us/articles/360001206766 (X and Z prefixes, XBT for BTC)
https://docs.kraken.com/api-reference/market-data/get-tradable-asset-pairs (fields of a pair)
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aurum_plugins.sandbox.venue_view import Listing, Venue

KRAKEN = Venue(
    name="kraken",
    basis_bps=3.0,
    share=0.08,
    step_size=Decimal("0.001"),
    ticks={
        "BTC": Decimal("0.1"),
        "ETH": Decimal("0.01"),
        "SOL": Decimal("0.01"),
        "XRP": Decimal("0.00001"),
        "ADA": Decimal("0.000001"),
        "DOGE": Decimal("0.0000001"),
        "LINK": Decimal("0.00001"),
        "LTC": Decimal("0.01"),
    },
    # Left out on purpose, so that a consensus meets a pair that a venue does not have.
    absent=frozenset({"BNB"}),
)
# Kraken's own codes for the assets that have another elsewhere: key and display name.
_CODES = {
    "BTC": ("XXBT", "XBT"),
    "DOGE": ("XXDG", "XDG"),
    "ETC": ("XETC", "ETC"),
    "ETH": ("XETH", "ETH"),
    "LTC": ("XLTC", "LTC"),
    "USD": ("ZUSD", "USD"),
    "XLM": ("XXLM", "XLM"),
    "XMR": ("XXMR", "XMR"),
    "XRP": ("XXRP", "XRP"),
    "ZEC": ("XZEC", "ZEC"),
}
# Pairs whose key is made of the assets' keys; all others join the display names.
_OLD_PAIRS = frozenset(
    f"{base}USD" for base in ("BTC", "ETC", "ETH", "LTC", "USDT", "XLM", "XMR", "XRP", "ZEC")
)
_TAKER_FEES = [[0, 0.4], [10_000, 0.35], [50_000, 0.24], [100_000, 0.22], [250_000, 0.2]]
_MAKER_FEES = [[0, 0.25], [10_000, 0.2], [50_000, 0.14], [100_000, 0.12], [250_000, 0.1]]
_DECIMALS = {"USD": (4, 2), "USDT": (8, 4)}


@dataclass(frozen=True)
class Asset:
    """An asset as Kraken knows it.

    Attributes
    ----------
    key, altname : str
        For example `XXBT` and `XBT`.
    code : str
        Binance's spelling.
    """

    key: str
    altname: str
    code: str

    @classmethod
    def of(cls, code: str) -> Asset:
        """Look up an asset by Binance's spelling."""
        return cls(*_CODES.get(code, (code, code)), code)

    def described(self) -> dict[str, object]:
        """What `Assets` tells of it."""
        decimals, display = _DECIMALS.get(self.code, (10, 5))
        return {
            "aclass": "currency",
            "altname": self.altname,
            "decimals": decimals,
            "display_decimals": display,
            "status": "enabled",
        }


@dataclass(frozen=True)
class Pair:
    """A listing under its Kraken names."""

    listing: Listing
    base: Asset
    quote: Asset

    @classmethod
    def of(cls, listing: Listing) -> Pair:
        """Name a listing."""
        own = listing.instrument
        return cls(listing, Asset.of(own.base), Asset.of(own.quote))

    @property
    def altname(self) -> str:
        """For example `XBTUSD`."""
        return self.base.altname + self.quote.altname

    @property
    def wsname(self) -> str:
        """For example `XBT/USD`."""
        return f"{self.base.altname}/{self.quote.altname}"

    @property
    def key(self) -> str:
        """Under which answers show it, for example `XXBTZUSD`."""
        old = self.listing.instrument.symbol in _OLD_PAIRS
        return self.base.key + self.quote.key if old else self.altname

    @property
    def spellings(self) -> tuple[str, ...]:
        """All names that a request may use."""
        own = self.listing.instrument
        return (self.key, self.altname, self.wsname, own.symbol, own.pair)

    def described(self) -> dict[str, object]:
        """What `AssetPairs` tells of it."""
        own = self.listing.instrument
        return {
            "altname": self.altname,
            "wsname": self.wsname,
            "aclass_base": "currency",
            "base": self.base.key,
            "aclass_quote": "currency",
            "quote": self.quote.key,
            "lot": "unit",
            "cost_decimals": own.price_decimals + 4,
            "pair_decimals": own.price_decimals,
            "lot_decimals": 8,
            "lot_multiplier": 1,
            "leverage_buy": [],
            "leverage_sell": [],
            "fees": _TAKER_FEES,
            "fees_maker": _MAKER_FEES,
            "fee_volume_currency": "ZUSD",
            "margin_call": 80,
            "margin_stop": 40,
            "ordermin": f"{own.step_size:f}",
            "costmin": "0.5",
            "tick_size": f"{own.tick_size:f}",
            "status": "online",
        }
