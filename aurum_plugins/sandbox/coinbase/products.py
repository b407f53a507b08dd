"""What Coinbase tells of assets and products."""

from __future__ import annotations

import uuid
from decimal import Decimal

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox.venue_view import Listing, Venue, VenueView, plain

COINBASE = Venue(
    name="coinbase",
    basis_bps=2.0,
    share=0.25,
    step_size=Decimal("0.00000001"),
    ticks={
        "BTC": Decimal("0.01"),
        "ETH": Decimal("0.01"),
        "SOL": Decimal("0.01"),
        "XRP": Decimal("0.0001"),
        "ADA": Decimal("0.0001"),
        "DOGE": Decimal("0.00001"),
        "LINK": Decimal("0.001"),
        "LTC": Decimal("0.01"),
    },
    # Left out on purpose, so that a consensus meets a pair that a venue does not have.
    absent=frozenset({"BNB"}),
)
NAMES = {
    "ADA": "Cardano",
    "BTC": "Bitcoin",
    "DOGE": "Dogecoin",
    "ETH": "Ethereum",
    "LINK": "Chainlink",
    "LTC": "Litecoin",
    "SOL": "Solana",
    "USD": "US Dollar",
    "USDT": "Tether",
    "XRP": "XRP",
}
FIAT = "USD"
SIZE_DECIMALS = 8
PERCENT_DECIMALS = 8


def product_id(listing: Listing) -> str:
    """Coinbase's spelling, for example `BTC-USD`."""
    return f"{listing.instrument.base}-{listing.instrument.quote}"


def product(view: VenueView, listing: Listing, now_ms: int) -> dict[str, object]:
    """One entry of `products`.

    Parameters
    ----------
    view : VenueView
        At the prices to show.
    listing : Listing
    now_ms : int
        UTC milliseconds.
    """
    own = listing.instrument
    price = view.price(listing, now_ms)
    day = view.summary(listing, now_ms - DAY_MS, now_ms=now_ms)
    before = view.summary(listing, now_ms - 2 * DAY_MS, now_ms=now_ms).volume - day.volume
    tick, step = f"{own.tick_size:f}", f"{own.step_size:f}"
    name = product_id(listing)
    return {
        "product_id": name,
        "price": plain(price, own.price_decimals),
        "price_percentage_change_24h": _change(price, day.open),
        "volume_24h": plain(day.volume, SIZE_DECIMALS),
        "volume_percentage_change_24h": _change(day.volume, before),
        "base_increment": step,
        "quote_increment": tick,
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "base_min_size": step,
        "base_max_size": "1000000000",
        "base_name": NAMES.get(own.base, own.base),
        "quote_name": NAMES[own.quote],
        "watched": False,
        "is_disabled": False,
        "new": False,
        "status": "online",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": False,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": own.quote,
        "base_currency_id": own.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": "",
        "alias_to": [],
        "base_display_symbol": own.base,
        "quote_display_symbol": own.quote,
        "view_only": False,
        "price_increment": tick,
        "display_name": name,
        "product_venue": "CBE",
        "approximate_quote_24h_volume": plain(day.quote_volume, 2),
        "best_bid_price": "",
        "best_ask_price": "",
        "high_24h": plain(day.high, own.price_decimals),
        "low_24h": plain(day.low, own.price_decimals),
    }


def crypto(code: str, rank: int) -> dict[str, object]:
    """One entry of `currencies/crypto`, `rank` being its place in the list."""
    return {
        "asset_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{code.lower()}.coinbase.invalid")),
        "code": code,
        "name": NAMES.get(code, code),
        "color": "#0033FF",
        "sort_index": rank,
        "exponent": SIZE_DECIMALS,
        "type": "crypto",
        "address_regex": "^[0-9A-Za-z]{20,100}$",
    }


def _change(now: float, before: float) -> str:
    """Percentage by which a figure changed, `0` where there was none."""
    return plain((now / before - 1.0) * 100.0, PERCENT_DECIMALS) if before > 0 else "0"
