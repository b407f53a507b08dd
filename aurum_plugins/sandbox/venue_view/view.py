"""The same market seen at another venue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.sandbox.faults.draws import key_of
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.aggregation import merge
from aurum_plugins.sandbox.market.book import Book, model_book
from aurum_plugins.sandbox.market.grid import Grid
from aurum_plugins.sandbox.market.intervals import INTERVAL_MS
from aurum_plugins.sandbox.market.market import Market, Trades
from aurum_plugins.sandbox.market.tape import Candles, FloatArray, IntArray
from aurum_plugins.sandbox.venue_view.dollar import DollarTape
from aurum_plugins.sandbox.venue_view.listing import Listing, Venue
from aurum_plugins.sandbox.venue_view.slow_noise import SlowNoise
from aurum_plugins.sandbox.venue_view.summary import Summary

USDT_USD = Instrument(
    base="USDT",
    quote="USD",
    tick_size=Decimal("0.00001"),
    step_size=Decimal("0.01"),
    daily_volume=100e6,
    spread_bps=0.1,
)
VOLUME_DECIMALS = 8
BASIS_KNOT_MS = HOUR_MS
BPS = 1e-4
# How far back the latest trades are looked for across an outage.
TRADE_REACH_MS = 6 * HOUR_MS
_NAMES = {length: name for name, length in INTERVAL_MS.items()}


@dataclass(frozen=True)
class VenueView:
    """A venue's markets as a pure function of the underlying market and time.

    Each USDT market of the underlying exchange is listed against USDT and against USD. The
    venue's price is the underlying one times (1 + a few basis points that wander slowly), and
    for USD times the dollar price of USDT, which is the same for all venues and is a market of
    its own here (`USDTUSD`). `VenueView.of` makes one.

    Attributes
    ----------
    venue : Venue
        What sets the venue apart.
    seed : int
        The underlying market's.
    dollar : DollarTape
        What a USDT is worth.
    listings : mapping of str to Listing
        By base and quote in Binance's spelling, for example `BTCUSD`.
    price_factor : float
        Multiplies every price: a venue that lies.

    Notes
    -----
    Every method takes `now_ms` (UTC milliseconds) and shows what was known then.
    """

    venue: Venue
    seed: int
    dollar: DollarTape
    listings: Mapping[str, Listing]
    price_factor: float = 1.0

    @classmethod
    def of(cls, market: Market, venue: Venue) -> VenueView:
        """See `market` at `venue`; instruments that are not quoted in USDT are passed over."""
        dollar = DollarTape(USDT_USD, market.seed, market.tape)
        rows = _listed(market, dollar, venue)
        return cls(venue, market.seed, dollar, {row.instrument.symbol: row for row in rows})

    def scaled(self, price_factor: float) -> VenueView:
        """The same view with every price multiplied by `price_factor`."""
        return replace(self, price_factor=self.price_factor * price_factor)

    def price(self, listing: Listing, now_ms: int) -> float:
        """Price of the last trade, quote currency.

        Raises
        ------
        UnknownSymbol
            If nothing was traded yet at that time.
        """
        last = listing.source.last_price(listing.symbol, now_ms)
        return float(self._priced(listing, np.array([last]), np.array([now_ms]))[0])

    def book(self, listing: Listing, now_ms: int) -> Book:
        """The venue's own order book in the second of `now_ms`, around its own price."""
        return model_book(
            listing.instrument,
            price=self.price(listing, now_ms),
            second_ms=now_ms // SECOND_MS * SECOND_MS,
            key=(self.seed, listing.key),
        )

    def candles(
        self, listing: Listing, length_ms: int, start_ms: int, end_ms: int, *, now_ms: int
    ) -> Candles:
        """Candles that open in [start_ms, end_ms), the one being formed included.

        Longer candles are the shorter ones merged, as far as minutes (or the underlying tape's
        own candles, where these are longer) can tell.

        Parameters
        ----------
        listing : Listing
        length_ms : int
            Length of a candle, milliseconds: one of Binance's intervals, or a multiple of the
            tape's. They open at whole multiples since the epoch.
        start_ms, end_ms, now_ms : int
            UTC milliseconds.
        """
        first = -(-start_ms // length_ms) * length_ms
        stop = min(end_ms, now_ms + 1)
        if stop <= first:
            return Candles.empty()
        fine_ms = min(length_ms, self.resolution_ms(listing))
        fine = listing.source.candles_between(
            listing.symbol,
            _NAMES[fine_ms],
            max(first, listing.source.tape.first_ms // fine_ms * fine_ms),
            -(-stop // length_ms) * length_ms,
            now_ms=now_ms,
        )
        seen = self._seen(listing, fine, fine_ms, now_ms)
        return merge(seen, seen.open_ms // length_ms * length_ms)

    def summary(self, listing: Listing, start_ms: int, *, now_ms: int) -> Summary:
        """Figures of the time from `start_ms` until now, both UTC milliseconds."""
        step = self.resolution_ms(listing)
        candles = self.candles(listing, step, start_ms, now_ms + 1, now_ms=now_ms)
        return Summary.of(candles, step, now_ms=now_ms, at=self.price(listing, now_ms))

    def trades(self, listing: Listing, start_ms: int, end_ms: int, *, now_ms: int) -> Trades:
        """Trades of the seconds in [start_ms, end_ms) that had begun at `now_ms`, oldest first."""
        found = listing.source.trades(listing.symbol, start_ms, end_ms, now_ms=now_ms)
        if len(found.id) == 0:
            return found
        quantity = np.round(found.quantity * self.venue.share, VOLUME_DECIMALS)
        price = self._priced(listing, found.price, found.id * SECOND_MS)
        kept = quantity > 0
        return Trades(found.id[kept], price[kept], quantity[kept], found.buyer_is_maker[kept])

    def latest_trades(
        self, listing: Listing, count: int, *, start_ms: int = 0, end_ms: int, now_ms: int
    ) -> Trades:
        """The newest `count` (1 or more) trades in [start_ms, end_ms), oldest first."""
        end = min(end_ms, now_ms + 1)
        begin = max(start_ms, end - TRADE_REACH_MS)
        span = 2 * count * SECOND_MS
        while True:
            since = max(begin, end - span)
            found = self.trades(listing, since, end, now_ms=now_ms)
            if len(found.id) >= count or since == begin:
                return Trades(
                    found.id[-count:],
                    found.price[-count:],
                    found.quantity[-count:],
                    found.buyer_is_maker[-count:],
                )
            span *= 4

    def next_trades(self, listing: Listing, count: int, *, start_ms: int, now_ms: int) -> Trades:
        """The oldest `count` (1 or more) trades from `start_ms` on, oldest first."""
        begin = max(start_ms, listing.source.tape.first_ms)
        span = 2 * count * SECOND_MS
        while True:
            end = min(begin + span, now_ms + 1)
            found = self.trades(listing, begin, end, now_ms=now_ms)
            if len(found.id) >= count or end > now_ms:
                return Trades(
                    found.id[:count],
                    found.price[:count],
                    found.quantity[:count],
                    found.buyer_is_maker[:count],
                )
            span *= 4

    def resolution_ms(self, listing: Listing) -> int:
        """Length of the shortest candles that cost nothing to make, milliseconds."""
        return max(MINUTE_MS, listing.source.tape.interval_ms)

    def _factor(self, listing: Listing, time_ms: IntArray) -> FloatArray:
        """What a source's price is multiplied by in the minute of each instant."""
        factor = np.full(len(time_ms), self.price_factor)
        if listing.basis is not None:
            factor *= 1.0 + self.venue.basis_bps * BPS * listing.basis.at(time_ms)
        if listing.in_dollars:
            factor *= self.dollar.rate(time_ms)
        return factor

    def _priced(self, listing: Listing, price: FloatArray, time_ms: IntArray) -> FloatArray:
        scaled = price * self._factor(listing, time_ms)
        return Grid(listing.instrument.tick_size).snap(scaled, at_least=1)

    def _seen(self, listing: Listing, fine: Candles, fine_ms: int, now_ms: int) -> Candles:
        """A source's candles at this venue's prices and turnover."""
        if len(fine) == 0:
            return fine
        ends = np.minimum(fine.open_ms + fine_ms - 1, now_ms)
        opening, closing = self._factor(listing, fine.open_ms), self._factor(listing, ends)
        middle = (opening + closing) / 2
        grid = Grid(listing.instrument.tick_size)
        open_ = grid.snap(fine.open * opening, at_least=1)
        close = grid.snap(fine.close * closing, at_least=1)
        return Candles(
            fine.open_ms,
            open_,
            np.maximum(grid.snap(fine.high * middle, at_least=1), np.maximum(open_, close)),
            np.minimum(grid.snap(fine.low * middle, at_least=1), np.minimum(open_, close)),
            close,
            np.round(fine.volume * self.venue.share, VOLUME_DECIMALS),
        )


def _listed(market: Market, dollar: DollarTape, venue: Venue) -> Iterator[Listing]:
    for under in market.instruments.values():
        if under.quote != "USDT" or under.base in venue.absent:
            continue
        key = key_of("basis", market.seed, venue.name, under.symbol)
        for quote in ("USD", "USDT"):
            yield Listing(
                instrument=(own := _own(under, quote, venue)),
                source=market,
                symbol=under.symbol,
                basis=SlowNoise(key, BASIS_KNOT_MS),
                in_dollars=quote == "USD",
                key=key_of("book", venue.name, own.symbol),
            )
    yield Listing(
        instrument=_own(USDT_USD, "USD", venue),
        source=Market(dollar, [USDT_USD], market.seed),
        symbol=USDT_USD.symbol,
        basis=None,
        in_dollars=False,
        key=key_of("book", venue.name, USDT_USD.symbol),
    )


def _own(under: Instrument, quote: str, venue: Venue) -> Instrument:
    return replace(
        under,
        quote=quote,
        tick_size=venue.ticks.get(under.base, under.tick_size),
        step_size=venue.step_size,
        daily_volume=under.daily_volume * venue.share,
    )
