"""What Coinbase answers, one function an endpoint."""

from __future__ import annotations

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.coinbase.asked import Asked, Refused, invalid, iso
from aurum_plugins.sandbox.coinbase.products import (
    FIAT,
    NAMES,
    SIZE_DECIMALS,
    crypto,
    product,
    product_id,
)
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market import Candles
from aurum_plugins.sandbox.market.book import BPS, Ladder
from aurum_plugins.sandbox.venue_view import plain

GRANULARITIES = {
    "ONE_MINUTE": MINUTE_MS,
    "FIVE_MINUTE": 5 * MINUTE_MS,
    "FIFTEEN_MINUTE": 15 * MINUTE_MS,
    "THIRTY_MINUTE": 30 * MINUTE_MS,
    "ONE_HOUR": HOUR_MS,
    "TWO_HOUR": 2 * HOUR_MS,
    "FOUR_HOUR": 4 * HOUR_MS,
    "SIX_HOUR": 6 * HOUR_MS,
    "ONE_DAY": DAY_MS,
}
MOST_CANDLES = 350
MOST_TRADES = 100
MOST_LEVELS = 1_000
RATE_DECIMALS = 16


def wallet_time(asked: Asked) -> dict[str, object]:
    """`/v2/time`."""
    second = asked.clock_ms // SECOND_MS
    return {"data": {"iso": iso(second * SECOND_MS)[:19] + "Z", "epoch": second}}


def server_time(asked: Asked) -> dict[str, object]:
    """`time`."""
    return {
        "iso": iso(asked.clock_ms)[:19] + "Z",
        "epochSeconds": str(asked.clock_ms // SECOND_MS),
        "epochMillis": str(asked.clock_ms),
    }


def currencies(_asked: Asked) -> dict[str, object]:
    """`/v2/currencies`: the fiat ones."""
    return {"data": [{"id": FIAT, "name": NAMES[FIAT], "min_size": "0.01"}]}


def crypto_currencies(asked: Asked) -> dict[str, object]:
    """`/v2/currencies/crypto`."""
    codes = sorted({row.instrument.base for row in asked.listings.values()})
    return {"data": [crypto(code, 100 + rank) for rank, code in enumerate(codes)]}


def exchange_rates(asked: Asked) -> dict[str, object]:
    """`/v2/exchange-rates`: how much of each asset one unit of `currency` buys."""
    dollars = {FIAT: 1.0} | {
        row.instrument.base: asked.view.price(row, asked.now_ms)
        for row in asked.listings.values()
        if row.instrument.quote == FIAT
    }
    currency = asked.query.get("currency", FIAT)
    if currency not in dollars:
        raise Refused(400, "invalid_request", f"Currency {currency} is invalid")
    rates = {
        code: plain(dollars[currency] / price, RATE_DECIMALS) for code, price in dollars.items()
    }
    return {"data": {"currency": currency, "rates": rates}}


def products(asked: Asked) -> dict[str, object]:
    """`market/products`: spot only, there are no futures here."""
    wanted = asked.query.getall("product_ids", list(asked.listings))
    spot = asked.query.get("product_type", "SPOT") == "SPOT"
    rows = [asked.listings[name] for name in wanted if spot and name in asked.listings]
    offset = asked.whole("offset", 0)
    page = rows[offset : offset + asked.count(len(rows) or 1)]
    return {
        "products": [product(asked.view, row, asked.now_ms) for row in page],
        "num_products": len(page),
    }


def one_product(asked: Asked) -> dict[str, object]:
    """`market/products/{product_id}`."""
    return product(asked.view, asked.listing(), asked.now_ms)


def product_book(asked: Asked) -> dict[str, object]:
    """`market/product_book`: at most 1000 levels a side."""
    listing = asked.listing()
    own, count = listing.instrument, asked.count(MOST_LEVELS)
    book = asked.view.book(listing, asked.now_ms)
    bid, ask = (own.price(int(side.ticks[0])) for side in (book.bids, book.asks))
    mid = (bid + ask) / 2
    return {
        "pricebook": {
            "product_id": product_id(listing),
            "bids": _levels(own, book.bids, count),
            "asks": _levels(own, book.asks, count),
            "time": iso(book.second_ms),
        },
        "last": plain(asked.view.price(listing, asked.now_ms), own.price_decimals),
        "mid_market": f"{mid:f}",
        "spread_bps": plain(float((ask - bid) / mid) / BPS, SIZE_DECIMALS),
        "spread_absolute": f"{ask - bid:f}",
    }


def candles(asked: Asked) -> dict[str, object]:
    """`market/products/{product_id}/candles`: those that open in [start, end], newest first."""
    listing = asked.listing()
    length = GRANULARITIES.get(asked.query.get("granularity", ""))
    if length is None:
        raise invalid("granularity")
    for name in ("start", "end"):
        if name not in asked.query:
            raise invalid(name)
    start, end = (asked.whole(name, 0) * SECOND_MS for name in ("start", "end"))
    if end < start:
        raise invalid("start and end", "start must be before end")
    if (end - start) // length > MOST_CANDLES:
        raise invalid(
            "start and end", f"number of candles requested should be less than {MOST_CANDLES}"
        )
    found = asked.view.candles(listing, length, start, end + 1, now_ms=asked.now_ms)
    shown = asked.faults.candles(found, length)[::-1]
    return {"candles": _candles(listing.instrument, shown[: asked.count(MOST_CANDLES)])}


def market_trades(asked: Asked) -> dict[str, object]:
    """`market/products/{product_id}/ticker`: the newest trades, and the best prices."""
    listing = asked.listing()
    own, view, now_ms = listing.instrument, asked.view, asked.now_ms
    start = asked.whole("start", 0) * SECOND_MS
    end = asked.whole("end", now_ms // SECOND_MS) * SECOND_MS
    found = view.latest_trades(
        listing, asked.count(MOST_TRADES), start_ms=start, end_ms=end + 1, now_ms=now_ms
    )
    book = view.book(listing, now_ms)
    columns = (found.id, found.price, found.quantity, found.buyer_is_maker)
    rows = [
        {
            "trade_id": str(number),
            "product_id": product_id(listing),
            "price": plain(price, own.price_decimals),
            "size": plain(quantity, SIZE_DECIMALS),
            "time": iso(number * SECOND_MS),
            "side": "SELL" if sold else "BUY",
            "bid": "",
            "ask": "",
            "exchange": "coinbase",
        }
        for number, price, quantity, sold in zip(*(column.tolist()[::-1] for column in columns))
    ]
    return {
        "trades": rows,
        "best_bid": f"{own.price(int(book.bids.ticks[0])):f}",
        "best_ask": f"{own.price(int(book.asks.ticks[0])):f}",
    }


def _levels(own: Instrument, ladder: Ladder, count: int) -> list[dict[str, object]]:
    return [
        {"price": f"{own.price(tick):f}", "size": f"{own.quantity(lot):f}"}
        for tick, lot in zip(ladder.ticks[:count].tolist(), ladder.lots.tolist())
    ]


def _candles(own: Instrument, shown: Candles) -> list[dict[str, object]]:
    decimals = own.price_decimals
    return [
        {
            "start": str(open_ms // SECOND_MS),
            "low": plain(low, decimals),
            "high": plain(high, decimals),
            "open": plain(open_, decimals),
            "close": plain(close, decimals),
            "volume": plain(volume, SIZE_DECIMALS),
        }
        for open_ms, open_, high, low, close, volume in zip(
            *(column.tolist() for column in shown.columns)
        )
    ]
