"""One venue, asked for public data through ccxt."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any

import ccxt

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.resilience.guarded_calls import GuardedCalls
from aurum_plugins.market_data.resilience.venue_errors import VenueError, VenueRefuses
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.market_data.venues.closed_candles import closed_candles
from aurum_plugins.market_data.venues.listings import listing
from aurum_plugins.market_data.venues.public_api import public_api
from aurum_plugins.market_data.venues.ticker_quotes import ticker_quote

logger = logging.getLogger(__name__)

MARKETS_LAST_MS = 6 * HOUR_MS
# After a list that could not be had while an older one is at hand.
NEXT_TRY_MS = MINUTE_MS
# A market that went away between two lists has the whole request refused.
AFTER_REFUSAL_MS = 10 * MINUTE_MS
# Of these, ccxt reads the time in whole seconds: it is half a second more on average.
WHOLE_SECONDS = frozenset({"coinbase", "kraken"})


class VenueClient:
    """Asks one venue; every request passes through its guard.

    Connections are pooled in ccxt's one session: one that broke is dropped, and the next request
    opens another. All methods belong to one event loop; any of them may run side by side.

    Parameters
    ----------
    name : str
        ccxt's id of the exchange.
    source : SourceSettings
    settings : VenueSettings
        Gives the time-out.
    clock : Clock
    calls : GuardedCalls
        Retries, circuit breaker, rate budget and health record of this venue.
    api : ccxt.async_support.Exchange, optional
        `public_api`'s by default.

    Attributes
    ----------
    name : str

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If ccxt has no such exchange, or none that tells several tickers at once.
    """

    def __init__(
        self,
        name: str,
        source: SourceSettings,
        settings: VenueSettings,
        clock: Clock,
        calls: GuardedCalls,
        api: Any = None,
    ) -> None:
        self.name = name
        self._currencies = source.currencies
        self._clock = clock
        self._calls = calls
        self._new_api: Callable[[], Any] = functools.partial(
            public_api, name, source, settings.timeout_seconds, clock
        )
        self._api = self._new_api() if api is None else api
        # The lock serves the event loop in which it is first waited for, and no other.
        self._loading = asyncio.Lock()
        self._loaded_ms: int | None = None
        self._reload_ms = 0
        self._symbols: dict[str, str | None] = {}
        self._offset_ms = 0.0

    async def load(self) -> None:
        """Learn what the venue lists, if that is not known or six hours old.

        A list that cannot be had is an error only where there is no older one.

        Raises
        ------
        VenueError
        """
        async with self._loading:
            # A clock that was set back makes the list old as well.
            if 0 < self._reload_ms - self._clock.now_ms() <= MARKETS_LAST_MS:
                return
            try:
                await self._calls.call("markets", self._ask_for_markets)
            except VenueError as error:
                if self._loaded_ms is None:
                    raise
                logger.info("%s; the markets of before are kept.", error)
                self._reload_ms = self._clock.now_ms() + NEXT_TRY_MS
                return
            self._loaded_ms = self._clock.now_ms()
            self._reload_ms = self._loaded_ms + MARKETS_LAST_MS
            self._symbols = {}

    def listed(self, pairs: Iterable[str]) -> frozenset[str]:
        """Those of the pairs that have a market here; none before `load`."""
        return frozenset(pair for pair in pairs if self._symbol(pair) is not None)

    async def quotes(self, pairs: Iterable[str]) -> tuple[Quote, ...]:
        """What the pairs are worth here now, in one request.

        Parameters
        ----------
        pairs : iterable of str

        Returns
        -------
        tuple of Quote
            In the order of the pairs, less those that are not listed or have no price.

        Raises
        ------
        VenueError
        """
        await self.load()
        symbols = {pair: symbol for pair in pairs if (symbol := self._symbol(pair)) is not None}
        if not symbols:
            return ()

        async def ask() -> tuple[Quote, ...]:
            asked_ms = self._clock.now_ms()
            tickers = await self._api.fetch_tickers(sorted(set(symbols.values())))
            if not tickers:
                raise ccxt.NullResponse(f"{self.name}: the list of tickers must not be empty")
            found = (
                ticker_quote(self.name, pair, symbol, tickers[symbol], asked_ms)
                for pair, symbol in symbols.items()
                if symbol in tickers
            )
            return tuple(quote for quote in found if quote is not None)

        try:
            return await self._calls.call("tickers", ask)
        except VenueRefuses:
            soon_ms = (self._loaded_ms or 0) + AFTER_REFUSAL_MS
            self._reload_ms = min(self._reload_ms, soon_ms)
            raise

    async def candles(self, pair: str, timeframe: str, count: int) -> tuple[VenueCandle, ...]:
        """The newest candles that are closed by our clock and by the venue's.

        Parameters
        ----------
        pair : str
        timeframe : str
            For example "5m".
        count : int in [1, 250]
            At most so many; fewer where the venue lags.

        Returns
        -------
        tuple of VenueCandle
            Oldest first. None where the pair is not listed, or the venue has no candles of that
            length. Candles above a day are none that can be compared: venues begin their weeks on
            different days.

        Raises
        ------
        VenueError
        """
        await self.load()
        symbol = self._symbol(pair)
        interval_ms = self._api.parse_timeframe(timeframe) * SECOND_MS
        if symbol is None or timeframe not in self._api.timeframes or interval_ms > DAY_MS:
            return ()

        async def ask() -> tuple[VenueCandle, ...]:
            now_ms = self._clock.now_ms()
            closed_ms = now_ms + min(0, round(self._offset_ms))
            since_ms = (closed_ms // interval_ms - count) * interval_ms
            rows = await self._api.fetch_ohlcv(symbol, timeframe, since_ms, count + 1)
            found = closed_candles(self.name, pair, symbol, rows, interval_ms, closed_ms)
            return found[-count:]

        return await self._calls.call("candles", ask)

    async def clock_offset_ms(self) -> float | None:
        """How far the venue's clock is ahead of ours.

        Returns
        -------
        float or None
            Milliseconds: the venue's time less ours at the middle of the request. Kraken and
            Coinbase tell whole seconds: half a second is added, and is the error. None where the
            venue has no time to tell.

        Raises
        ------
        VenueError
        """
        if not self._api.has["fetchTime"]:
            return None

        async def ask() -> float:
            before_ms = self._clock.now_ms()
            told_ms = await self._api.fetch_time()
            middle_ms = (before_ms + self._clock.now_ms()) / 2
            rounding_ms = SECOND_MS / 2 if self.name in WHOLE_SECONDS else 0.0
            return float(told_ms) + rounding_ms - middle_ms

        self._offset_ms = await self._calls.call("time", ask)
        return self._offset_ms

    async def close(self) -> None:
        """End all connections. The client may be used again, in another event loop too."""
        closed, self._api = self._api, self._new_api()
        self._loading = asyncio.Lock()
        self._loaded_ms, self._reload_ms, self._symbols = None, 0, {}
        await closed.close()

    async def _ask_for_markets(self) -> None:
        await self._api.load_markets(True)  # ccxt's `reload`

    def _symbol(self, pair: str) -> str | None:
        if self._loaded_ms is None:
            return None
        if pair not in self._symbols:
            self._symbols[pair] = listing(pair, self._api.markets, self._currencies)
        return self._symbols[pair]
