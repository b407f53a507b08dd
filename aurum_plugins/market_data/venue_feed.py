"""What venues say, asked for again and again by one thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.market_data.asked_candles import AskedCandles, CandleKey
from aurum_plugins.market_data.background_loop import BackgroundLoop
from aurum_plugins.market_data.connection import Connection
from aurum_plugins.market_data.consensus import DOLLAR_PAIRS
from aurum_plugins.market_data.quote_board import QuoteBoard
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.market_data.resilience.venue_errors import VenueError, VenueRefuses
from aurum_plugins.market_data.resilience.venue_health import HealthRecord, VenueHealth
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_events import VenueEvents

logger = logging.getLogger(__name__)

CLOCK_EVERY_MS = MINUTE_MS
# A venue may show the newest candle a moment late.
CANDLES_ASKED = 3
CLOSE_SECONDS = 5.0
STOP_SECONDS = 10.0


class VenueFeed:
    """Keeps a board of quotes up to date.

    Each venue is asked in tasks of its own, one for quotes and one for candles and its clock: what
    is slow or dark holds up nothing else, and what fails is asked for again in the next round. All
    run in one event loop in one background thread. Every method may be called from any other
    thread, and none waits for a venue but those that say so.

    Parameters
    ----------
    connections : mapping of Connection to HealthRecord
        The venues, in the order of the settings.
    board : QuoteBoard
    clock : Clock
    refresh_seconds : float
        Between the beginnings of two rounds of one venue.
    events : VenueEvents, optional
        Where those who made the connections and the board put what happens.

    Attributes
    ----------
    board : QuoteBoard
    events : VenueEvents
    """

    def __init__(
        self,
        connections: Mapping[Connection, HealthRecord],
        board: QuoteBoard,
        clock: Clock,
        refresh_seconds: float,
        events: VenueEvents | None = None,
    ) -> None:
        self.board = board
        self.events = events or VenueEvents()
        self._connections = dict(connections)
        self._clock = clock
        self._refresh_ms = round(refresh_seconds * SECOND_MS)
        # Whose pairs, and all of them.
        self._wanted: dict[str, frozenset[str]] = {}
        self._watched: frozenset[str] = frozenset()
        self._candles = AskedCandles(clock)
        self._new_pairs: list[asyncio.Event] = []
        self._new_candles: list[asyncio.Event] = []
        self._clock_asked_ms: dict[str, int] = {}
        self._rounds = {connection.name: 0 for connection in connections}
        # What each venue's last round was about.
        self._asked: dict[str, frozenset[str]] = {}
        self._round_ended = threading.Condition()
        self._background = BackgroundLoop(self._ask_all, "aurum-venues")
        self._told: dict[tuple[str, str], str] = {}

    @property
    def running(self) -> bool:
        """Whether the thread is at work."""
        return self._background.running

    def health(self) -> tuple[VenueHealth, ...]:
        """How each venue is doing, in the order of the settings."""
        return tuple(record.snapshot() for record in self._connections.values())

    def circuit(self, venue: str) -> CircuitState | None:
        """Whether requests to a venue are let through; None where it is not one of ours."""
        for connection, record in self._connections.items():
            if connection.name == venue:
                return record.circuit
        return None

    def watch(self, pairs: Iterable[str], watcher: str = "") -> None:
        """Ask for these pairs from now on, in place of what the watcher named before.

        Parameters
        ----------
        pairs : iterable of str
        watcher : str
            Who wants them. Pairs that others want are asked for as well.
        """
        with self._round_ended:
            before = self._watched
            self._wanted[watcher] = frozenset(pairs)
            self._watched = frozenset().union(*self._wanted.values())
            self.board.watch(self._watched)
            has_new = not self._watched <= before
        if has_new:
            self._background.call(lambda: _ring(self._new_pairs))

    def ask_for_candle(self, key: CandleKey) -> None:
        """Have every venue asked for a closed candle; `candles` has what they say, later."""
        if self._candles.ask(key):
            self._background.call(lambda: _ring(self._new_candles))

    def candles(self, key: CandleKey) -> tuple[VenueCandle, ...]:
        """What venues said so far of a candle that was asked for."""
        return self._candles.told(key)

    @property
    def rounds(self) -> Mapping[str, int]:
        """How often each venue was asked for quotes, whether or not it answered."""
        return dict(self._rounds)

    def wait_for_first_round(self, seconds: float) -> bool:
        """Wait until every venue was asked for all that is watched; False if that took longer."""
        with self._round_ended:
            return self._round_ended.wait_for(self._all_asked, seconds)

    def was_asked(self, pair: str) -> bool:
        """Whether every venue's last round, well ended or not, was about this pair too."""
        with self._round_ended:
            return all(pair in self._asked.get(one.name, ()) for one in self._connections)

    def start(self) -> None:
        """Begin to ask, in the background; a feed that runs goes on as it is."""
        self._background.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End thread and connections; waits so long at most, and tells whether they ended."""
        return self._background.stop(seconds)

    async def refresh(self, connection: Connection) -> None:
        """Ask one venue for quotes, once; a failure is only logged."""
        await self._ask(self._ask_for_quotes, connection)

    async def catch_up(self, connection: Connection) -> None:
        """Ask one venue for candles that somebody wants and for its time; failures are logged."""
        await self._ask(self._ask_for_the_rest, connection)

    async def _ask_all(self, stopping: asyncio.Event) -> None:
        self._new_pairs = [asyncio.Event() for _ in self._connections]
        self._new_candles = [asyncio.Event() for _ in self._connections]
        tasks = [
            asyncio.create_task(self._keep_asking(ask, connection, bell, stopping))
            for ask, bells in (
                (self._ask_for_quotes, self._new_pairs),
                (self._ask_for_the_rest, self._new_candles),
            )
            for connection, bell in zip(self._connections, bells, strict=True)
        ]
        told = asyncio.create_task(stopping.wait())
        try:
            # The others end only by what is no Exception: then all are begun anew.
            await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (told, *tasks):
                task.cancel()
            await asyncio.gather(told, *tasks, return_exceptions=True)
            await asyncio.gather(*map(_close, self._connections))

    async def _keep_asking(
        self,
        ask: Callable[[Connection], Awaitable[None]],
        connection: Connection,
        bell: asyncio.Event,
        stopping: asyncio.Event,
    ) -> None:
        began_ms = self._clock.now_ms()
        await self._ask(ask, connection)
        # Somebody may have swallowed our being cancelled.
        while not stopping.is_set():
            # A clock that was set delays nothing for long.
            left_ms = self._refresh_ms - abs(self._clock.now_ms() - began_ms)
            await self._sleep(bell, max(left_ms, 0) / SECOND_MS)
            began_ms = self._clock.now_ms()
            await self._ask(ask, connection)

    async def _sleep(self, bell: asyncio.Event, seconds: float) -> None:
        """Sleep, but not on when the bell rings."""
        sleeping = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(bell.wait()),
        ]
        try:
            await asyncio.wait(sleeping, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in sleeping:
                task.cancel()
        bell.clear()

    async def _ask(
        self, ask: Callable[[Connection], Awaitable[None]], connection: Connection
    ) -> None:
        try:
            await ask(connection)
        except VenueError as error:
            # Nothing here is new to the health record; the breaker tells of what matters.
            logger.debug("%s", error)
        except asyncio.CancelledError as error:
            # Ours, or one that a library let escape?
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._tell(connection, ask.__name__, error)
        except Exception as error:  # noqa: BLE001 - logged there
            self._tell(connection, ask.__name__, error)

    def _tell(self, connection: Connection, where: str, error: BaseException) -> None:
        """Log what nobody thought of, once for as long as it is the same there."""
        said = repr(error)
        if self._told.get((connection.name, where)) != said:
            self._told[connection.name, where] = said
            logger.error("%s could not be asked.", connection.name, exc_info=error)

    async def _ask_for_quotes(self, connection: Connection) -> None:
        watched: frozenset[str] | None = None
        try:
            await connection.load()
            watched = self._watched
            # What a dollar's stand-ins are worth is asked for in every round.
            pairs = watched.union(DOLLAR_PAIRS)
            quotes = await connection.quotes(pairs)
            self.board.put(connection.name, quotes, connection.listed(pairs))
        finally:
            with self._round_ended:
                self._rounds[connection.name] += 1
                self._asked[connection.name] = self._watched if watched is None else watched
                self._round_ended.notify_all()

    async def _ask_for_the_rest(self, connection: Connection) -> None:
        await self._ask_for_candles(connection)
        await self._ask_for_time(connection)

    async def _ask_for_time(self, connection: Connection) -> None:
        now_ms = self._clock.now_ms()
        if abs(now_ms - self._clock_asked_ms.get(connection.name, 0)) >= CLOCK_EVERY_MS:
            self._clock_asked_ms[connection.name] = now_ms
            self._connections[connection].clock_offset_ms = await connection.clock_offset_ms()

    async def _ask_for_candles(self, connection: Connection) -> None:
        due: dict[tuple[str, str], list[CandleKey]] = {}
        for key in self._candles.due(connection.name):
            due.setdefault((key.pair, key.timeframe), []).append(key)
        for (pair, timeframe), keys in due.items():
            if not connection.listed((pair,)):
                continue
            for key in keys:
                self._candles.tried(connection.name, key)
            try:
                told = await connection.candles(pair, timeframe, CANDLES_ASKED)
            except VenueRefuses as error:
                # Of this pair alone; others wait.
                logger.debug("%s", error)
                continue
            for candle in told:
                self._candles.note(CandleKey(pair, timeframe, candle.open_ms), candle)

    def _all_asked(self) -> bool:
        asked = (self._asked.get(one.name) for one in self._connections)
        return all(pairs is not None and self._watched <= pairs for pairs in asked)


def _ring(bells: Iterable[asyncio.Event]) -> None:
    for bell in bells:
        bell.set()


async def _close(connection: Connection) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()
    except Exception as error:  # noqa: BLE001 - logged
        # Nobody asks it any more, and the others are to be closed all the same.
        logger.warning("%s was not closed: %r", connection.name, error)
