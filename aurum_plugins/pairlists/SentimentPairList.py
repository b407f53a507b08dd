"""Rank pairs by the mood of the news, and leave out those of which it is bad."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from freqtrade.enums import OPTIMIZE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange.exchange_types import Tickers
from freqtrade.plugins.pairlist.IPairList import (
    IPairList,
    PairlistParameter,
    SupportsBacktesting,
)

from aurum_plugins.clock import SECOND_MS, Clock, WallClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.pairlists._held_pairs import held_pairs
from aurum_plugins.pairlists._parameters import described
from aurum_plugins.pairlists._removals import Removals
from aurum_plugins.risk.news_removal import PairNews, by_mood, news_removal
from aurum_plugins.risk.sentiment_list_settings import SentimentListSettings
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.known_news import KnownNews
from aurum_plugins.sentiment.shock_subjects import shock_subjects

logger = logging.getLogger(__name__)

# Moods move in hours; an entry is checked against shocks anyway.
READ_MS: Final = 30 * SECOND_MS

HELP = {
    "min_sentiment": (
        "Worst mood",
        "A pair goes while the mood about its coin is below; -1 = any.",
    ),
    "min_items": ("Fewest items", "A mood of fewer items, older ones counting less, is unknown."),
    "sort": ("Order", "By mood: the best first (desc), the worst first (asc), or as it is."),
    "keep_unknown": ("Keep unknown", "Whether a pair of which the mood is unknown is kept."),
    "remove_on_shock": ("Remove on shock", "Whether a pair goes while a shock concerns it."),
    "when_nobody_listens": ("Nobody listens", "What becomes of all pairs that are not held then."),
    "refresh_period": ("Refresh period", "Seconds before the same message is logged again."),
}
CHOICES = {"sort": ["none", "desc", "asc"], "when_nobody_listens": ["remove", "keep"]}
ORDERS = {"none": "", "desc": ", the best first", "asc": ", the worst first"}


class SentimentPairList(IPairList):
    """Ranks pairs by the mood about their coins, and removes those of bad moods and shocks.

    It is a filter: another pairlist must come before it. Moods and shocks are those of
    `aurum.sentiment`, by what was seen until now. A pair that is held is never removed: somebody
    has to look after the position, and freqtrade would add it again. Where nobody listens to any
    source, or the database cannot be read, only what is held is kept by default.

    In backtests and hyperopt every pair is kept: freqtrade asks pairlists once, at the start, and
    if more often then without telling them the time.

    Parameters: see `aurum_plugins.risk.sentiment_list_settings.SentimentListSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value; without a source of news.
    """

    supports_backtesting = SupportsBacktesting.NO_ACTION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock: Clock = WallClock()
        try:
            self._settings = SentimentListSettings.of(self._pairlistconfig)
            self._source = KnownNews.from_config(self._config, self.name)
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error
        self._exchange_name = str(self._config["exchange"].get("name", ""))
        self._news: dict[str, PairNews] = {}
        # As far as they are known; what was known of them goes on where nothing can be read.
        self._shocks: Shocks | None = None
        self._read_ms: int | None = None
        # Why nothing is known of the news; empty: it is.
        self._darkness = ""
        self._reported = Removals(self.name, lambda text: self.log_once(text, logger.info))

    @staticmethod
    def description() -> str:
        """One line for FreqUI."""
        return "Rank pairs by the mood of the news, and leave out those of which it is bad."

    def short_desc(self) -> str:
        """One line for the start-up message."""
        s = self._settings
        rules = [f"the mood about their coin is below {s.min_sentiment:g}"]
        rules += ["a shock is on"] * s.remove_on_shock
        rules += [f"items about it count less than {s.min_items:g}"] * (not s.keep_unknown)
        return f"{self.name} - Removing pairs while {' or '.join(rules)}{ORDERS[s.sort]}."

    @staticmethod
    def available_parameters() -> dict[str, PairlistParameter]:
        """Every parameter with its default, for FreqUI."""
        return described(SentimentListSettings, HELP, CHOICES)

    def filter_pairlist(self, pairlist: list[str], tickers: Tickers) -> list[str]:  # noqa: ARG002
        """Pairs of `pairlist` that are held or that the news let stay, in the order asked for."""
        if self._config["runmode"] in OPTIMIZE_MODES:
            return list(pairlist)
        held = set(held_pairs())
        try:
            return self._judged(pairlist, held)
        except Exception:
            # Freqtrade would end the bot, which may hold positions.
            logger.exception("%s could not judge the news; only what is held is kept.", self.name)
            return [pair for pair in pairlist if pair in held]

    def _judged(self, pairs: Sequence[str], held: set[str]) -> list[str]:
        self._refresh(pairs)
        dark = bool(self._darkness)
        if dark and self._settings.when_nobody_listens == "remove":
            return [pair for pair in pairs if pair in held]
        removals = {
            pair: news_removal(self._news[pair], self._settings)
            for pair in pairs
            if pair not in held
        }
        self._reported.report(
            {
                pair: None if why is None else (why[0].value, why[1])
                for pair, why in removals.items()
            }
        )
        kept = [pair for pair in pairs if removals.get(pair) is None]
        return by_mood(kept, self._news, self._settings)

    def _refresh(self, pairs: Sequence[str]) -> None:
        """Read the news about `pairs`, unless that was done a moment ago."""
        now_ms = self._clock.now_ms()
        is_fresh = self._read_ms is not None and 0 <= now_ms - self._read_ms < READ_MS
        # While nobody listens each loop looks whether somebody does.
        if is_fresh and not self._darkness and all(pair in self._news for pair in pairs):
            return
        coins = {pair: coin_of(pair) for pair in pairs}
        moods, darkness = None, ""
        try:
            self._shocks = self._source.shocks(now_ms)
            moods = self._source.moods(set(coins.values()), now_ms)
            darkness = "" if moods is not None else "nobody listens to any source of news"
        except DatabaseUnavailable as error:
            darkness = f"the news cannot be read: {error}"
        self._news = {
            pair: PairNews(coin, moods[coin] if moods else None, self._shock(coin, now_ms))
            for pair, coin in coins.items()
        }
        self._read_ms = now_ms
        self._report_darkness(darkness)

    def _shock(self, coin: str, now_ms: int) -> Shock | None:
        if self._shocks is None:
            return None
        return self._shocks.on(shock_subjects(coin, self._exchange_name), now_ms)

    def _report_darkness(self, darkness: str) -> None:
        was, self._darkness = self._darkness, darkness
        if was and not darkness:
            logger.info("%s: somebody listens to the news again.", self.name)
        elif darkness and not was:
            follows = {"remove": "only what is held is kept", "keep": "no mood removes a pair"}
            what = follows[self._settings.when_nobody_listens]
            logger.warning("%s: %s; %s.", self.name, darkness, what)
