"""What Kraken answers, one function an endpoint."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from aurum_plugins.clock import DAY_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.kraken.asked import INVALID, Asked, Refused
from aurum_plugins.sandbox.kraken.pairs import Pair
from aurum_plugins.sandbox.market import Trades
from aurum_plugins.sandbox.market.book import Ladder
from aurum_plugins.sandbox.venue_view import fixed

INTERVALS = frozenset({1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600})
MOST_CANDLES = 720
MOST_TRADES = 1_000
MOST_LEVELS, USUAL_LEVELS = 500, 100
# Prices carry at least so many decimals, except in candles.
PRICE_DECIMALS = 5
VOLUME_DECIMALS = 8
NANOSECONDS = 1_000_000  # in a millisecond
# A `since` from here on is in nanoseconds, as `last` is; a smaller one in seconds.
FIRST_NANOSECONDS = 10**11


def server_time(asked: Asked) -> dict[str, object]:
    """`Time`."""
    moment = datetime.fromtimestamp(asked.clock_ms // SECOND_MS, UTC)
    return {"unixtime": asked.clock_ms // SECOND_MS, "rfc1123": format_datetime(moment)}


def system_status(asked: Asked) -> dict[str, object]:
    """`SystemStatus`."""
    moment = datetime.fromtimestamp(asked.clock_ms // SECOND_MS, UTC)
    return {"status": "online", "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def assets(asked: Asked) -> dict[str, object]:
    """`Assets`."""
    names = asked.query.get("asset") or ",".join(asked.directory.assets)
    chosen = [asked.directory.asset(name) for name in names.split(",")]
    return {asset.key: asset.described() for asset in chosen}


def asset_pairs(asked: Asked) -> dict[str, object]:
    """`AssetPairs`."""
    return {pair.key: pair.described() for pair in asked.pairs()}


def ticker(asked: Asked) -> dict[str, object]:
    """`Ticker`."""
    return {pair.key: _ticker(asked, pair) for pair in asked.pairs()}


def ohlc(asked: Asked) -> dict[str, object]:
    """`OHLC`: the newest 720 candles; `since` only hides the older ones of these."""
    pair = asked.pair()
    interval = asked.number("interval", 1)
    if interval not in INTERVALS:
        raise Refused(f"{INVALID}:interval")
    length = interval * MINUTE_MS
    forming = asked.now_ms // length * length
    oldest = forming - (MOST_CANDLES - 1) * length
    now_ms = asked.now_ms
    shown = asked.faults.candles(
        asked.view.candles(pair.listing, length, oldest, now_ms + 1, now_ms=now_ms), length
    )
    newer = shown.open_ms > asked.number("since", 0) * SECOND_MS
    # The newest one is always there, whatever `since` says.
    newer[-1:] = True
    decimals = pair.listing.instrument.price_decimals
    rows = []
    for open_ms, *prices, volume in zip(*(column.tolist() for column in shown[newer].columns)):
        seconds = max(1, min(length, now_ms - open_ms + SECOND_MS) // SECOND_MS)
        rows.append(
            [
                open_ms // SECOND_MS,
                *(fixed(price, decimals) for price in (*prices, sum(prices) / 4)),
                fixed(volume, VOLUME_DECIMALS),
                seconds if volume > 0 else 0,
            ]
        )
    return {pair.key: rows, "last": (forming - length) // SECOND_MS}


def depth(asked: Asked) -> dict[str, object]:
    """`Depth`."""
    pair = asked.pair()
    count = asked.count(USUAL_LEVELS, MOST_LEVELS)
    book = asked.view.book(pair.listing, asked.now_ms)
    second = book.second_ms // SECOND_MS

    def levels(ladder: Ladder) -> list[list[object]]:
        rows = zip(ladder.ticks[:count].tolist(), ladder.lots.tolist())
        return [[_price(pair, tick), _quantity(pair, lot), second] for tick, lot in rows]

    return {pair.key: {"asks": levels(book.asks), "bids": levels(book.bids)}}


def trades(asked: Asked) -> dict[str, object]:
    """`Trades`: the newest ones, or with `since` the oldest ones after it."""
    pair = asked.pair()
    found = _trades(asked, pair, asked.count(MOST_TRADES, MOST_TRADES))
    decimals = _decimals(pair)
    rows = [
        [
            fixed(price, decimals),
            fixed(quantity, VOLUME_DECIMALS),
            float(number),
            "s" if sold else "b",
            "m",
            "",
            number,
        ]
        for number, price, quantity, sold in zip(
            found.id.tolist(),
            found.price.tolist(),
            found.quantity.tolist(),
            found.buyer_is_maker.tolist(),
        )
    ]
    newest = int(found.id[-1]) * SECOND_MS if rows else asked.now_ms
    return {pair.key: rows, "last": str(newest * NANOSECONDS)}


def unknown(_asked: Asked) -> dict[str, object]:
    """Any other endpoint."""
    raise Refused("EGeneral:Unknown method")


def _ticker(asked: Asked, pair: Pair) -> dict[str, object]:
    view, listing, now_ms = asked.view, pair.listing, asked.now_ms
    book = view.book(listing, now_ms)
    today = view.summary(listing, now_ms // DAY_MS * DAY_MS, now_ms=now_ms)
    day = view.summary(listing, now_ms - DAY_MS, now_ms=now_ms)
    latest = view.latest_trades(listing, 1, end_ms=now_ms + 1, now_ms=now_ms)
    decimals = _decimals(pair)
    both = (today, day)

    def touch(ladder: Ladder) -> list[str]:
        quantity = _quantity(pair, int(ladder.lots[0]))
        whole = max(1, int(float(quantity)))
        return [_price(pair, int(ladder.ticks[0])), str(whole), quantity]

    return {
        "a": touch(book.asks),
        "b": touch(book.bids),
        "c": [
            fixed(view.price(listing, now_ms), decimals),
            fixed(float(latest.quantity.sum()), VOLUME_DECIMALS),
        ],
        "v": [fixed(span.volume, VOLUME_DECIMALS) for span in both],
        "p": [fixed(span.vwap, decimals) for span in both],
        "t": [span.trades for span in both],
        "l": [fixed(span.low, decimals) for span in both],
        "h": [fixed(span.high, decimals) for span in both],
        "o": fixed(today.open, decimals),
    }


def _trades(asked: Asked, pair: Pair, count: int) -> Trades:
    view, listing, now_ms = asked.view, pair.listing, asked.now_ms
    if "since" not in asked.query:
        return view.latest_trades(listing, count, end_ms=now_ms + 1, now_ms=now_ms)
    since = asked.number("since", 0)
    since_ms = since * SECOND_MS if since < FIRST_NANOSECONDS else since // NANOSECONDS
    return view.next_trades(listing, count, start_ms=since_ms + 1, now_ms=now_ms)


def _decimals(pair: Pair) -> int:
    return max(PRICE_DECIMALS, pair.listing.instrument.price_decimals)


def _price(pair: Pair, ticks: int) -> str:
    return f"{pair.listing.instrument.price(ticks):.{_decimals(pair)}f}"


def _quantity(pair: Pair, lots: int) -> str:
    return f"{pair.listing.instrument.quantity(lots):f}"
