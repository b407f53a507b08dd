"""What the desk learns from the news."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.mood_at import MoodAt
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.shock_subjects import shock_subjects
from aurum_plugins.trading.news_alerts import NewsAlerts, ShockKey, shock_key
from aurum_plugins.trading.news_brake import NewsBrake
from aurum_plugins.trading.news_records import NewsRecords


class NewsWatch:
    """Follows the news for one bot, or for one backtest.

    Nothing but `word` raises, which is asked on the way to an order: trouble with the news must not
    keep candles from being decided, nor positions from being looked after.

    Parameters
    ----------
    records : NewsRecords
    settings : SentimentSettings
    traded : str
        ccxt's id of the exchange that is traded on.
    alerts : NewsAlerts, optional
        None: nobody is told, as in a backtest.
    source_events : callable, optional
        Takes what happened to sources since the last time, in words.

    Attributes
    ----------
    brake : NewsBrake
    """

    def __init__(
        self,
        records: NewsRecords,
        settings: SentimentSettings,
        traded: str,
        alerts: NewsAlerts | None = None,
        source_events: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._records = records
        self._settings = settings
        self._traded = traded
        self._alerts = alerts
        self._source_events = source_events
        self._watched: frozenset[str] = frozenset()
        self.brake = NewsBrake(self.shock, settings.shock, alerts)

    def begin_loop(self, now_ms: int, held: Iterable[str]) -> None:
        """Read what is new, and tell of shocks about pairs that are held or watched.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        held : iterable of str
            Pairs.
        """
        self._records.refresh(now_ms)
        if self._alerts is None:
            return
        try:
            self._alerts.readable(self._records.fault)
            self._alerts.source_events(self._source_events())
            self._tell(now_ms, {*held, *self._watched}, self._alerts)
        except Exception as error:  # noqa: BLE001 - logged there
            self._alerts.failed("What the news say could not be told", error)

    def watch(self, pairs: Iterable[str]) -> None:
        """Tell of shocks about these pairs from the next loop on."""
        self._watched = frozenset(pairs)

    def shock(self, now_ms: int, pair: str) -> Shock | None:
        """The strongest shock that concerns a pair at a time, UTC milliseconds."""
        return self._records.on(shock_subjects(coin_of(pair), self._traded), now_ms)

    def word(self, now_ms: int, pair: str) -> NewsWord:
        """What the news say of an entry, as of `now_ms`."""
        mood_settings, coin = self._settings.mood, coin_of(pair)
        asked = mood_settings.required or mood_settings.entry_floor > -1
        mood = self._records.mood(coin, now_ms) if asked else MoodAt()
        return NewsWord(
            coin=coin,
            shock=self.shock(now_ms, pair) if self._settings.shock.entries else None,
            mood=mood.mean,
            count=mood.count,
            listened=mood.available,
            fault=self._records.fault,
            floor=mood_settings.entry_floor,
            fewest=mood_settings.fewest,
            required=mood_settings.required,
        )

    def _tell(self, now_ms: int, pairs: Iterable[str], alerts: NewsAlerts) -> None:
        shocks: dict[ShockKey, tuple[Shock, list[str]]] = {}
        for pair in sorted(pairs):
            shock = self.shock(now_ms, pair)
            if shock is not None:
                shocks.setdefault(shock_key(shock), (shock, []))[1].append(pair)
        alerts.ended(lambda key: self._is_on(key, now_ms))
        for shock, concerned in shocks.values():
            alerts.began(shock, concerned, entries=self._settings.shock.entries)

    def _is_on(self, key: ShockKey, now_ms: int) -> bool:
        shock = self._records.on(key[:1], now_ms)
        return shock is not None and shock_key(shock) == key
