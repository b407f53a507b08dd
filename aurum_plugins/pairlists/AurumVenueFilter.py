"""Keep only pairs on whose price several venues agree."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from freqtrade.enums import OPTIMIZE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange.exchange_types import Tickers
from freqtrade.plugins.pairlist.IPairList import (
    IPairList,
    PairlistParameter,
    SupportsBacktesting,
)

from aurum_plugins.clock import SECOND_MS, Clock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.consensus_fault import consensus_fault
from aurum_plugins.market_data.pair_standing import PairStanding
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_feeds import shared_feed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.pairlists._held_pairs import held_pairs
from aurum_plugins.pairlists._parameters import described
from aurum_plugins.pairlists._removals import Removals
from aurum_plugins.risk.venue_filter_settings import VenueFilterSettings

logger = logging.getLogger(__name__)

HELP = {
    "patience_seconds": ("Patience", "Seconds without a consensus before a pair is removed."),
    "return_seconds": ("Return", "Seconds of unbroken consensus before a pair is back."),
    "min_quality": ("Least quality", "A consensus of a lower quality, 0 to 1, is none."),
    "first_wait_seconds": ("First wait", "Seconds that venues have to be asked for a new pair."),
    "refresh_period": ("Refresh period", "Seconds before the same message is logged again."),
}

# One rule for all reasons, which change while venues disagree: a pair is told of once.
NO_CONSENSUS = "no consensus"

# Said of a pair that is new while the bot runs, until venues were asked for it.
NOT_ASKED = "venues have not been asked for it yet"


class AurumVenueFilter(IPairList):
    """Removes pairs on which the venues of `aurum.venues` disagree, or of which too few know.

    A pair without a consensus is removed when that has lasted, and is back when there was one for
    a while. The first time, a pair is judged at once, by what the venues said when each had been
    asked; a pair of which nothing is known is removed. A pair that is held is never removed:
    somebody has to look after the position, and freqtrade would add it again.

    Only the first list waits for venues. Later what they said is only read.

    In backtests and hyperopt every pair is kept, because venues tell only today's prices.

    Parameters: see `aurum_plugins.risk.venue_filter_settings.VenueFilterSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value; without venues to ask.
    """

    supports_backtesting = SupportsBacktesting.NO_ACTION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock: Clock = WallClock()
        self._watcher = f"{self.name} {self._pairlist_pos}"
        try:
            self._settings = VenueFilterSettings.of(self._pairlistconfig)
            self._venues = VenueSettings.from_config(self._config)
            self._check_venues()
            if self._acts:
                # What ccxt does not know is told now, and venues have been asked by the first list.
                shared_feed(self._venues)
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error
        self._has_waited = False
        self._first_seen_ms: dict[str, int] = {}
        self._standings: dict[str, PairStanding] = {}
        self._reported = Removals(self.name, lambda text: self.log_once(text, logger.info))

    @staticmethod
    def description() -> str:
        """One line for FreqUI."""
        return "Keep pairs on whose price several venues agree."

    def short_desc(self) -> str:
        """One line for the start-up message."""
        s = self._settings
        return (
            f"{self.name} - Removing pairs that {', '.join(self._venues.sources)} have not agreed "
            f"on for {s.patience_seconds:g} s with a quality of {s.min_quality:g} at least, until "
            f"they do for {s.return_seconds:g} s."
        )

    @staticmethod
    def available_parameters() -> dict[str, PairlistParameter]:
        """Every parameter with its default, for FreqUI."""
        return described(VenueFilterSettings, HELP)

    def filter_pairlist(self, pairlist: list[str], tickers: Tickers) -> list[str]:  # noqa: ARG002
        """Pairs of `pairlist`, in order, that are held or that venues agree on."""
        if not self._acts:
            return list(pairlist)
        held = set(held_pairs())
        try:
            removals = self._removals(pairlist)
        except Exception:
            # Freqtrade would end the bot, which may hold positions.
            logger.exception("%s could not ask venues; only what is held is kept.", self.name)
            return [pair for pair in pairlist if pair in held]
        self._reported.report(
            {
                pair: None if why is None else (NO_CONSENSUS, why)
                for pair, why in removals.items()
                if pair not in held and why != NOT_ASKED
            }
        )
        return [pair for pair in pairlist if pair in held or removals[pair] is None]

    @property
    def _acts(self) -> bool:
        return self._config["runmode"] not in OPTIMIZE_MODES

    def _check_venues(self) -> None:
        if not self._venues.enabled:
            rule = f"must be true for {self.name}"
            raise ConfigurationError("aurum.venues.enabled", rule, self._venues.enabled)
        if not self._venues.sources:
            rule = (
                f"{self.name} needs at least {self._venues.quorum} venues; configs/venues.json, "
                "which add_config_files may name, has some"
            )
            raise ConfigurationError("aurum.venues.sources", rule, {})

    def _removals(self, pairs: Sequence[str]) -> dict[str, str | None]:
        """Why each pair is out; None: it is not."""
        feed = shared_feed(self._venues)
        # Also what is out, or nobody would ask whether it may come back.
        feed.watch(pairs, self._watcher)
        is_first = bool(pairs) and not self._has_waited
        if is_first:
            self._has_waited = True
            self._wait(feed)
        now_ms = self._clock.now_ms()
        self._keep_only(pairs, now_ms)
        if pairs:
            self._report_darkness(feed, now_ms)
        return {
            pair: self._judge(feed, pair, now_ms)
            if is_first or self._may_be_judged(feed, pair, now_ms)
            else NOT_ASKED
            for pair in pairs
        }

    def _wait(self, feed: VenueFeed) -> None:
        seconds = self._settings.first_wait_seconds
        if not feed.wait_for_first_round(seconds):
            text = "%s: not all venues were asked within %g s; judging by what there is."
            logger.warning(text, self.name, seconds)

    def _keep_only(self, pairs: Sequence[str], now_ms: int) -> None:
        """Forget pairs that another filter took out, so that memory has a bound."""
        self._first_seen_ms = {pair: self._first_seen_ms.get(pair, now_ms) for pair in pairs}
        self._standings = {p: known for p, known in self._standings.items() if p in pairs}

    def _may_be_judged(self, feed: VenueFeed, pair: str, now_ms: int) -> bool:
        if pair in self._standings or feed.was_asked(pair):
            return True
        waited_ms = abs(now_ms - self._first_seen_ms[pair])
        return waited_ms >= self._settings.first_wait_seconds * SECOND_MS

    def _judge(self, feed: VenueFeed, pair: str, now_ms: int) -> str | None:
        s = self._settings
        if pair not in self._standings:
            self._standings[pair] = PairStanding(
                round(s.patience_seconds * SECOND_MS), round(s.return_seconds * SECOND_MS)
            )
        fault = consensus_fault(feed.board.consensus(pair, now_ms), s.min_quality)
        if self._standings[pair].note(fault is None, now_ms):
            return None
        return fault or f"venues agree again, but not for {s.return_seconds:g} s yet"

    def _report_darkness(self, feed: VenueFeed, now_ms: int) -> None:
        oldest_ms = now_ms - self._venues.longest_quote_age_seconds * SECOND_MS
        health = feed.health()
        if all((one.last_success_ms or 0) < oldest_ms for one in health):
            names = ", ".join(one.venue for one in health)
            text = f"{self.name}: no venue answers ({names}); only what is held will be kept"
            self.log_once(text, logger.warning)
