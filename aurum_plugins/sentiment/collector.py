"""Polls every source in the background, and writes down what they say."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, TypeVar

from aurum_plugins.clock import DAY_MS, SECOND_MS, Clock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.market_data.background_loop import BackgroundLoop
from aurum_plugins.market_data.resilience.venue_errors import VenueError, VenueRefuses
from aurum_plugins.sentiment.collector_events import LONGEST, CollectorEvents
from aurum_plugins.sentiment.daemon_thread import in_daemon_thread
from aurum_plugins.sentiment.guarded_source import GuardedSource, guarded_sources
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.source_status import SourceStatus
from aurum_plugins.sentiment.sources.source import Source

logger = logging.getLogger(__name__)

T = TypeVar("T")

STOP_SECONDS: Final = 5.0
# Who will not have us, is not asked again for so long.
REFUSED_SECONDS: Final = 3_600.0
LONGEST_PAUSE_SECONDS: Final = 3_600.0
# After the database failed.
UNWRITTEN_SECONDS: Final = 15.0
DELETE_EVERY_SECONDS: Final = DAY_MS / SECOND_MS
DELETE_AGAIN_SECONDS: Final = 3_600.0
# Share of the interval by which polls come earlier or later, so that sources do not march in step.
JITTER: Final = 0.1
# Shares of the interval: so fresh must another collector's poll be to take the place of ours, and
# so long after it we look again, a little later than it should poll the next time.
FRESH: Final = 0.5
STAND_BY: Final = 1.25


class Collector:
    """Polls sources, each in a task of its own: what is slow or silent holds up nothing else.

    All tasks run in one event loop in one background thread; sources and the database are asked in
    threads that nobody waits for. Where another collector polls a source on the same database, this
    one stands by. Every method may be called from any thread.

    Parameters
    ----------
    sources : sequence of Source
        With different names.
    settings : SentimentSettings
    records : PollRecords
    clock : Clock
    off : tuple of str, optional
        Why sources that are configured are not among them, a line each.
    random : random.Random, optional
        Draws waits.

    Attributes
    ----------
    events : CollectorEvents
    off : tuple of str
    """

    def __init__(
        self,
        sources: Sequence[Source],
        settings: SentimentSettings,
        records: PollRecords,
        clock: Clock,
        *,
        off: tuple[str, ...] = (),
        random: Random | None = None,
    ) -> None:
        names = [source.name for source in sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names of sources must differ, got {', '.join(twice)} twice")
        self.events = CollectorEvents()
        self.off = off
        self._settings = settings
        self._records = records
        self._clock = clock
        self._random = random or Random()
        self._sources = {
            source.name: source
            for source in guarded_sources(
                tuple(sources), settings, clock, self.events.circuit_changed, self._random
            )
        }
        self._status = {name: SourceStatus(name) for name in names}
        self._round_ended = threading.Condition()
        self._background = BackgroundLoop(self._collect, "aurum-sentiment")
        self._told: dict[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether the thread is at work."""
        return self._background.running

    def start(self) -> None:
        """Begin to poll, in the background; a collector that runs goes on as it is."""
        self._background.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End; waits so long at most, for no source, and tells whether it has ended."""
        return self._background.stop(seconds)

    def status(self) -> tuple[SourceStatus, ...]:
        """How each source is doing, in the order in which they were given."""
        with self._round_ended:
            return tuple(
                replace(status, circuit=self._sources[name].health().state)
                for name, status in self._status.items()
            )

    def wait_for_rounds(self, rounds: int, seconds: float) -> bool:
        """Wait until it was each source's turn so often; False if that took longer."""
        with self._round_ended:
            return self._round_ended.wait_for(
                lambda: all(status.rounds >= rounds for status in self._status.values()), seconds
            )

    async def poll(self, name: str) -> float:
        """Poll one source, if it is its turn; seconds until it is again."""
        source = self._sources[name]
        try:
            return await self._polled(source)
        except VenueError as error:
            return await self._failed(source, error)
        except DatabaseUnavailable as error:
            self.events.not_written(error)
            self._ended(name, fault=one_line(str(error), LONGEST))
            return self._spread(UNWRITTEN_SECONDS)

    async def delete_old(self) -> float:
        """Delete what is older than is kept; seconds until that is due again."""
        before_ms = self._clock.now_ms() - self._settings.keep_days * DAY_MS
        try:
            deleted = await self._in_thread(lambda: self._records.delete_before(before_ms))
        except DatabaseUnavailable as error:
            # Whoever writes tells of it.
            logger.debug("Nothing was deleted: %s", error)
            return DELETE_AGAIN_SECONDS
        if deleted:
            logger.info("Deleted %d items older than %d days.", deleted, self._settings.keep_days)
        return DELETE_EVERY_SECONDS

    async def _polled(self, source: GuardedSource) -> float:
        name = source.name
        standing = await self._in_thread(lambda: self._records.begin(name))
        if standing.others_ms is not None:
            age_s = (self._clock.now_ms() - standing.others_ms) / SECOND_MS
            if 0 <= age_s < FRESH * source.interval_s:
                self._ended(name, elsewhere=True)
                return STAND_BY * source.interval_s - age_s
        polled = await source.poll(standing.cursor)
        answered_ms = self._clock.now_ms()
        # It has answered, whether or not that can be written down.
        self.events.answered(name)
        new = await self._in_thread(lambda: self._records.answered(name, polled))
        self.events.written()
        self._ended(name, answered_ms=answered_ms, items=new)
        return self._spread(source.interval_s)

    async def _failed(self, source: GuardedSource, error: VenueError) -> float:
        fault = one_line(str(error), LONGEST)
        self._ended(source.name, fault=fault)
        if error.was_asked:
            try:
                await self._in_thread(lambda: self._records.failed(source.name, fault))
                self.events.written()
            except DatabaseUnavailable as unavailable:
                self.events.not_written(unavailable)
        if isinstance(error, VenueRefuses):
            self.events.refused(error)
            return self._spread(REFUSED_SECONDS)
        asked_for_s = min(error.retry_after_s or 0.0, LONGEST_PAUSE_SECONDS)
        soon_s = min(source.interval_s, self._settings.open_seconds)
        return max(self._spread(soon_s), asked_for_s)

    def _ended(
        self,
        name: str,
        *,
        answered_ms: int | None = None,
        items: int = 0,
        fault: str = "",
        elsewhere: bool = False,
    ) -> None:
        with self._round_ended:
            before = self._status[name]
            self._status[name] = replace(
                before,
                rounds=before.rounds + 1,
                answered_ms=before.answered_ms if answered_ms is None else answered_ms,
                items=before.items + items,
                fault=fault,
                elsewhere=elsewhere,
            )
            self._round_ended.notify_all()

    async def _collect(self, stopping: asyncio.Event) -> None:
        tasks = [
            asyncio.create_task(self._repeat(partial(self.poll, name), name, stopping))
            for name in self._sources
        ]
        tasks.append(asyncio.create_task(self._repeat(self.delete_old, "keep_days", stopping)))
        told = asyncio.create_task(stopping.wait())
        try:
            # The others end only by what is no Exception: then all are begun anew.
            await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (told, *tasks):
                task.cancel()
            await asyncio.gather(told, *tasks, return_exceptions=True)

    async def _repeat(
        self, step: Callable[[], Awaitable[float]], what: str, stopping: asyncio.Event
    ) -> None:
        # Somebody may have swallowed our being cancelled.
        while not stopping.is_set():
            try:
                wait_s = await step()
            except Exception as error:  # noqa: BLE001 - logged there
                self._tell(what, error)
                wait_s = self._settings.poll_seconds
            await self._clock.sleep(wait_s)

    def _tell(self, what: str, error: Exception) -> None:
        """Log what nobody thought of, once for as long as it is the same."""
        if self._told.get(what) != repr(error):
            self._told[what] = repr(error)
            logger.error("%s could not be dealt with.", what, exc_info=error)

    def _spread(self, seconds: float) -> float:
        return seconds * self._random.uniform(1 - JITTER, 1 + JITTER)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await in_daemon_thread(call, "aurum-sentiment records")
