"""A freqtrade strategy whose entries go over a desk: checked, sized, and written down."""

from __future__ import annotations

import logging
import math
from datetime import datetime
from typing import Any, ClassVar

import pandas as pd
from freqtrade.enums import TRADE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

from aurum_plugins import errors
from aurum_plugins.clock import SECOND_MS, VirtualClock, WallClock
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.reasons import Reason
from aurum_plugins.signals.policy import Decided
from aurum_plugins.strategies.bot_reporting import BotReporting
from aurum_plugins.strategies.cyclic_garbage import CyclicGarbage
from aurum_plugins.strategies.desk_setup import desk_of_backtest, desk_of_bot
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost
from aurum_plugins.strategies.newest_closed import newest_closed
from aurum_plugins.strategies.news_setup import PastNews
from aurum_plugins.strategies.position_stops import news_stop, stop_distance
from aurum_plugins.strategies.recovered_orders import TAG as RECOVERED_TAG
from aurum_plugins.strategies.recovered_orders import RecoveredOrders
from aurum_plugins.strategies.refused_decisions import refused_decisions
from aurum_plugins.strategies.refused_entries import refused_entries
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.desk import NEWS_SHOCK, Desk

logger = logging.getLogger(__name__)

FORCED_TAG = "force_entry"


class DecidingStrategy(IStrategy):
    """Everything between a decided candle and an order, whatever decides.

    A strategy derives from it, calls `remember` with what it decided on a pair's candles, and gives
    `stop_multiple`.
    """

    INTERFACE_VERSION = 3
    can_short = False
    process_only_new_candles = True
    use_exit_signal = True
    minimal_roi: ClassVar[dict[str, float]] = {}
    # The outer limit, and the only stop until the entry has filled; the ATR stop lies inside it.
    stoploss = -0.35
    use_custom_stoploss = True
    order_types: ClassVar[dict[str, Any]] = {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "force_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": False,
    }

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.host = FreqtradeHost(self)
        self.recovered = RecoveredOrders(self)
        self.aurum_reporting = BotReporting(self)
        self._garbage = CyclicGarbage()
        self._decided: DecidedCandles | None = None
        self._desk: Desk | None = None
        self._clock = VirtualClock(0)
        self._past_news = PastNews(self)
        self.journal: BacktestJournal | None = None

    @property
    def stop_multiple(self) -> float:
        """Average true ranges between entry and stop."""
        raise NotImplementedError

    @property
    def decided(self) -> DecidedCandles:
        """What was decided on each pair's candles."""
        # No cached_property: before Python 3.12 it has a lock, and hyperopt pickles this class.
        if self._decided is None:
            self._decided = DecidedCandles(self.candle_ms)
        return self._decided

    @property
    def candle_ms(self) -> int:
        """Length of a candle in milliseconds."""
        return int(timeframe_to_msecs(self.timeframe))

    @property
    def trades_live(self) -> bool:
        """Whether freqtrade trades or dry-runs, rather than looking back."""
        # None at all in a strategy that FreqUI only shows.
        dp = getattr(self, "dp", None)
        return dp is not None and dp.runmode in TRADE_MODES

    def desk(self) -> Desk:
        """The bot's desk, or a backtest's.

        No property: freqtrade reads all of those, also of strategies that only lend their settings.

        Raises
        ------
        freqtrade.exceptions.OperationalException
            If a setting breaks a rule, or the database cannot be used: nothing may open then.
        """
        if self._desk is None:
            self._desk = self._new_desk()
        return self._desk

    def remember(self, pair: str, frame: pd.DataFrame, decided: Decided) -> None:
        """Keep what was decided on a pair's candles; the desk reads it from here.

        Parameters
        ----------
        pair : str
        frame : pandas.DataFrame of shape (n, >= 1)
            With `date`, the UTC time of each candle's open.
        decided : Decided
            Of the same n candles, with `close`, `average_range` and `annual_volatility_share`.
        """
        opens_ms = pd.DatetimeIndex(frame["date"]).as_unit("ms").asi8
        self.decided.remember(pair, opens_ms, decided)

    def accounts_for(self, pair: str, candle_ms: int) -> bool:
        """Whether a closed candle is decided, or is known to be decided later."""
        return self.decided.has(pair, candle_ms)

    def bot_start(self, **_: Any) -> None:
        """Open what the desk needs before the first candle, so that a fault ends the start."""
        if self.trades_live:
            self._desk = self._new_desk()

    def bot_loop_start(self, current_time: datetime, **_: Any) -> None:
        """Let the desk take stock; in a backtest it also decides here."""
        now_ms = _ms(current_time)
        if self.trades_live:
            self.desk().begin_loop(now_ms)
            self.aurum_reporting.stock_taken(now_ms, self.desk().stock)
            self._garbage.collect_when_due(now_ms)
            return
        pairs = self.dp.current_whitelist()
        if now_ms < self._clock.now_ms():
            # Another epoch of hyperopt, on the same candles.
            self._clock = VirtualClock(now_ms)
            self._desk = None
        self._clock.advance(now_ms - self._clock.now_ms())
        for pair in pairs:
            row = self.decided.newest(pair, now_ms)
            self.host.prices[pair] = math.nan if row is None else row.figure("close")
        self.desk().begin_loop(now_ms)
        self.desk().decide(now_ms, pairs)

    def analyze(self, pairs: list[str]) -> None:
        """Analyse as freqtrade does, then write down what was decided on each new candle."""
        super().analyze(pairs)
        try:
            self._write_down(pairs)
        except Exception:
            # The next loop tries again; positions are looked after all the same.
            logger.exception("Decisions could not be written down.")

    def custom_stake_amount(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_stake: float,
        min_stake: float | None,
        max_stake: float,
        entry_tag: str | None,
        **_: Any,
    ) -> float:
        """Let risk size the entry; 0, which opens nothing, if it is refused."""
        # Raising would make freqtrade fall back to the whole proposed stake.
        try:
            if entry_tag == RECOVERED_TAG:
                lost = self.recovered.stake(pair)
                # Of an order that filled in part, freqtrade would refuse too little.
                return min(max_stake, max(min_stake or 0.0, lost)) if lost > 0 else 0.0
            return self.desk().stake(
                _ms(current_time),
                pair,
                current_rate,
                share=proposed_stake,
                largest=max_stake,
                smallest=min_stake,
                stop_multiple=self.stop_multiple,
                asked_for=entry_tag == FORCED_TAG,
            )
        except Exception:
            logger.exception("No stake for %s.", pair)
            return 0.0

    def confirm_trade_entry(
        self,
        pair: str,
        amount: float,
        rate: float,
        current_time: datetime,
        entry_tag: str | None,
        **_: Any,
    ) -> bool:
        """Let the desk check the order and write its approval down."""
        # Raising would make freqtrade send the order.
        try:
            order = EntryOrder(pair, amount, rate)
            if entry_tag == RECOVERED_TAG:
                return self._take_up(order, _ms(current_time))
            asked_for = entry_tag == FORCED_TAG
            return self.desk().confirm(_ms(current_time), order, asked_for=asked_for)
        except Exception:
            logger.exception("No entry of %s.", pair)
            return False

    def custom_stoploss(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        after_fill: bool,
        **_: Any,
    ) -> float | None:
        """Put the stop `stop_multiple` ranges under the entry, inside the outer limit.

        A news shock may draw it nearer; freqtrade never lets it down again.
        """
        self.host.prices[pair] = current_rate
        return stop_distance(self, pair, trade, current_time, current_rate, after_fill=after_fill)

    def custom_exit(
        self, pair: str, trade: Trade, current_time: datetime, current_rate: float, **_: Any
    ) -> str | None:
        """Leave a position for its age, or because the kill switch or the news say so."""
        self.host.prices[pair] = current_rate
        if self.recovered.has_exit(pair):
            return RECOVERED_TAG
        reason = self.desk().exit_reason(_ms(current_time), pair, _ms(trade.open_date_utc))
        if reason is None and not self.trades_live:
            # A candle that opens under a stop just drawn does not give that price.
            stop = news_stop(self.desk(), pair, trade, current_time, None)
            reason = NEWS_SHOCK if stop is not None and current_rate <= stop else None
        return reason

    def check_entry_timeout(
        self, pair: str, trade: Trade, current_time: datetime, **_: Any
    ) -> bool:
        """Cancel entries that have not filled while the kill switch or the news say so."""
        return self.desk().cancels_entry(_ms(current_time), pair, _ms(trade.open_date_utc))

    def plot_annotations(
        self,
        pair: str,
        start_date: datetime,
        end_date: datetime,
        dataframe: pd.DataFrame,
        **_: Any,
    ) -> list[dict[str, Any]]:
        """Mark entries that were wanted and refused, with the reason, for FreqUI's chart."""
        refused = refused_decisions(self._desk, pair, _ms(start_date), _ms(end_date))
        return refused_entries(dataframe, refused)

    def _take_up(self, order: EntryOrder, now_ms: int) -> bool:
        if not self.recovered.take_up(order.pair):
            return False
        self.desk().recovered(now_ms, order)
        return True

    def _new_desk(self) -> Desk:
        try:
            if self.trades_live:
                return desk_of_bot(self, self.host, self.decided)
            self.journal = BacktestJournal(self.timeframe, self.get_strategy_name(), self._clock)
            parts = self.host, self.decided, self.journal
            return desk_of_backtest(self, *parts, self._past_news.watch())
        except errors.AurumError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error

    def _write_down(self, pairs: list[str]) -> None:
        now_ms = WallClock().now_ms()
        newest = newest_closed(self, pairs, now_ms)
        for pair, candle_ms in newest.items():
            if candle_ms is not None and not self.accounts_for(pair, candle_ms):
                self.desk().undecided(now_ms, pair, candle_ms, Reason.ANALYSIS_FAILED)
        self.desk().decide(now_ms, pairs)
        self.aurum_reporting.analysed(newest)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND_MS)
