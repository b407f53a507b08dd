"""Shocks and moods as the bot's database tells them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, TypeVar

import numpy as np

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sentiment.aggregation.moods import history_ms
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.mood_at import MoodAt, mood_of, moods_at
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.mentions import Coverage, Mentions
from aurum_plugins.sentiment.store.recorded_event import RecordedEvent
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader

T = TypeVar("T")

# A database that does not answer may take seconds to say so.
RETRY_MS: Final = MINUTE_MS
# What was written within so long after it was seen is found without reading everything again.
OVERLAP_MS: Final = HOUR_MS
# As far as any clock goes.
_ALWAYS_MS: Final = 2**53


class NewsRecords:
    """Reads what is needed for one bot, or one backtest; never raises.

    A running bot reads what is new in each of its loops. A backtest reads everything once, and
    looks at it as of each of its candles.

    Parameters
    ----------
    reader : SentimentReader
    settings : SentimentSettings
    backtest : bool

    Attributes
    ----------
    fault : str
        Why nothing could be read the last time; empty if it could. What was read before stays
        known.
    """

    def __init__(
        self, reader: SentimentReader, settings: SentimentSettings, *, backtest: bool = False
    ) -> None:
        self._reader = reader
        self._settings = settings
        self._backtest = backtest
        self._half_life_ms = settings.mood.half_life_minutes * MINUTE_MS
        self._shocks = Shocks(settings.shock)
        self._recent: list[RecordedEvent] = []
        self._built_ms: int | None = None
        self._read_ms = 0
        self._failed_ms: int | None = None
        self._of_coin: dict[str, Mentions] = {}
        self._coverage: Coverage | None = None
        self.fault = ""

    def refresh(self, now_ms: int) -> None:
        """Read the bad events that were seen by now, UTC milliseconds, and not read yet."""
        if self._backtest and self._built_ms is not None:
            return
        self._reading(now_ms, lambda: self._read_events(now_ms))

    def on(self, subjects: Collection[str], at_ms: int) -> Shock | None:
        """The strongest shock about any of some subjects at a time; see `Shocks.on`."""
        return self._shocks.on(subjects, at_ms)

    def mood(self, coin: str, at_ms: int) -> MoodAt:
        """The mood about a coin at a time; not available if it cannot be read."""
        return self._reading(at_ms, lambda: self._mood(coin, at_ms)) or MoodAt()

    def recorded(self, first_ms: int, last_ms: int) -> bool:
        """Whether anything was listened to, or reported, between two times."""

        def read() -> bool:
            listened = self._reader.coverage(first_ms, last_ms)
            return bool(len(listened.from_ms) or self._reader.events(first_ms, last_ms))

        return bool(self._reading(first_ms, read))

    def _reading(self, now_ms: int, read: Callable[[], T]) -> T | None:
        """What is read, or None; after a failure the next minute reads nothing."""
        failed_ms = self._failed_ms
        if failed_ms is not None and (self._backtest or 0 <= now_ms - failed_ms < RETRY_MS):
            return None
        try:
            found = read()
        except Exception as error:  # noqa: BLE001 - whoever asks is told by `fault`
            self._failed_ms, self.fault = now_ms, str(error) or repr(error)
            return None
        self._failed_ms, self.fault = None, ""
        return found

    def _read_events(self, now_ms: int) -> None:
        built_ms = self._built_ms
        if built_ms is None or not 0 <= now_ms - built_ms < DAY_MS:
            self._build(now_ms)
            return
        first_ms = min(self._read_ms, now_ms) - OVERLAP_MS
        found = self._reader.events(first_ms, now_ms)
        known = [event for event in self._recent if event.seen_ms >= first_ms]
        if found[: len(known)] != known:
            # Written late, or deleted: shocks follow from what is recorded, so from the beginning.
            self._build(now_ms)
            return
        self._shocks.add(found[len(known) :])
        self._keep(found, now_ms)

    def _build(self, now_ms: int) -> None:
        shocks = Shocks(self._settings.shock)
        events = self._reader.events(0, _ALWAYS_MS if self._backtest else now_ms)
        shocks.add(events)
        if not self._backtest:
            shocks.forget_before(now_ms - OVERLAP_MS)
        self._shocks, self._built_ms = shocks, now_ms
        self._keep(events, now_ms)

    def _keep(self, events: list[RecordedEvent], now_ms: int) -> None:
        self._read_ms = now_ms
        self._recent = [event for event in events if event.seen_ms >= now_ms - OVERLAP_MS]

    def _mood(self, coin: str, at_ms: int) -> MoodAt:
        if not self._backtest:
            found = moods_at(self._reader, (coin,), at_ms, self._half_life_ms)
            return MoodAt() if found is None else found[coin]
        mentions, coverage = self._past(coin, at_ms - history_ms(self._half_life_ms), at_ms)
        return mood_of(mentions, coverage, at_ms, self._half_life_ms)

    def _past(self, coin: str, first_ms: int, last_ms: int) -> tuple[Mentions, Coverage]:
        """What a backtest knows of a coin and a span of time, which it read all at once."""
        if self._coverage is None:
            self._coverage = self._reader.coverage(0, _ALWAYS_MS)
        if coin not in self._of_coin:
            self._of_coin[coin] = self._reader.mentions(coin, 0, _ALWAYS_MS)
        told = self._of_coin[coin]
        first, end = np.searchsorted(told.seen_ms, [first_ms, last_ms + 1])
        span = slice(int(first), int(end))
        return Mentions(told.seen_ms[span], told.score[span], told.weight[span]), self._coverage
