"""What the desk learns from other venues, without ever waiting for one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.market_data.asked_candles import CandleKey
from aurum_plugins.market_data.consensus.candle_check import (
    CandleAgreement,
    CandleDispute,
    CandleDoubt,
    check_candle,
)
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.trading.venue_log import ConsensusMark, VenueLog

logger = logging.getLogger(__name__)

# The venue's candle of a pair that opened at a time, UTC milliseconds; None if it is not known.
CandleOf = Callable[[str, int], VenueCandle | None]


class CrossChecking:
    """Reads the venues' board for one bot.

    Nothing but `check` raises, which is asked on the way to an order: trouble with other venues
    must not keep candles from being decided, nor positions from being looked after.

    Parameters
    ----------
    feed : VenueFeed
    settings : VenueSettings
    traded : str
        ccxt's id of the exchange that is traded on.
    timeframe : str
    log : VenueLog
    own_candle : callable
        The candles that the bot itself decides by.
    alert : callable, optional
        Tells somebody, in words, of a venue that fell silent or is not believed, and of its return.
    """

    def __init__(
        self,
        feed: VenueFeed,
        settings: VenueSettings,
        traded: str,
        timeframe: str,
        log: VenueLog,
        own_candle: CandleOf,
        alert: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._feed = feed
        self._settings = settings
        self._traded = traded
        self._timeframe = timeframe
        self._log = log
        self._own_candle = own_candle
        self._alert = alert
        self._told: set[str] = set()

    def watch(self, now_ms: int, pairs: Iterable[str]) -> None:
        """Have venues asked about these pairs, and tell and note how venues are."""
        try:
            self._feed.watch(pairs)
            for event in self._feed.events.take():
                self._alert(event)
            self._log.note_health(now_ms, self._feed.health, self._feed.board.distrusted)
        except Exception as error:  # noqa: BLE001 - logged there
            self._tell("Venues could not be watched", error)

    def decided(self, now_ms: int, candles: Mapping[tuple[str, int], bool]) -> None:
        """Take note of candles just decided, by pair and open; of those that want an entry, ask.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        candles : mapping of (str, int) to bool
            Whether an entry is wanted.
        """
        try:
            for (pair, candle_ms), wants in candles.items():
                if wants:
                    self._ask(pair, candle_ms)
            board = self._feed.board
            marks = [ConsensusMark(*key, board.consensus(key[0], now_ms)) for key in candles]
            self._log.mark(now_ms, marks)
        except Exception as error:  # noqa: BLE001 - logged there
            self._tell("What venues say of candles could not be noted", error)

    def check(self, now_ms: int, pair: str, candle_ms: int) -> CrossCheck:
        """What venues say of an entry, so far.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        pair : str
        candle_ms : int
            UTC milliseconds at which the candle behind the signal opened.
        """
        return CrossCheck(
            consensus=self._feed.board.consensus(pair, now_ms),
            candle=self._candle(now_ms, pair, candle_ms) if self._settings.candles else None,
            traded=self._feed.circuit(self._traded),
        )

    def price(self, pair: str, now_ms: int) -> float | None:
        """What a pair is worth elsewhere, quote currency; None if nobody knows."""
        try:
            told = self._feed.board.price(pair, now_ms)
        except Exception as error:  # noqa: BLE001 - logged there
            self._tell("What a pair is worth elsewhere is not known", error)
            return None
        return None if told is None else told[0]

    def _tell(self, what: str, error: Exception) -> None:
        """Log what nobody thought of, once in each place."""
        if what not in self._told:
            self._told.add(what)
            logger.error("%s.", what, exc_info=error)

    def _ask(self, pair: str, candle_ms: int) -> None:
        if self._settings.candles:
            self._feed.ask_for_candle(CandleKey(pair, self._timeframe, candle_ms))

    def _candle(self, now_ms: int, pair: str, candle_ms: int) -> CandleAgreement | CandleDispute:
        # Asked for by a person, perhaps, so not yet by the signal; and for as long as it is wanted.
        self._ask(pair, candle_ms)
        own = self._own_candle(pair, candle_ms)
        if own is None:
            return CandleDispute(pair, candle_ms, CandleDoubt.UNCONFIRMED)
        board = self._feed.board
        others = self._trusted(self._feed.candles(CandleKey(pair, self._timeframe, candle_ms)))
        return check_candle(own, others, board.rates(now_ms), self._settings)

    def _trusted(self, candles: Sequence[VenueCandle]) -> list[VenueCandle]:
        distrusted = self._feed.board.distrusted
        return [candle for candle in candles if candle.venue not in distrusted]
