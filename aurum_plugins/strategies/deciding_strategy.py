"""A freqtrade strategy whose entries go over a desk: checked, sized, and written down."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import pandas as pd
from freqtrade.enums import TRADE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy, stoploss_from_absolute

from aurum_plugins import errors
from aurum_plugins.clock import SECOND_MS, VirtualClock, WallClock
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.reasons import Reason
from aurum_plugins.signals.policy import Decided
from aurum_plugins.strategies.desk_setup import desk_of_backtest, desk_of_bot
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost
from aurum_plugins.strategies.recovered_orders import TAG as RECOVERED_TAG
from aurum_plugins.strategies.recovered_orders import RecoveredOrders
from aurum_plugins.strategies.refused_entries import refused_entries
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.desk import Desk

logger = logging.getLogger(__name__)

AT_ONCE = 1e-6  # as a fraction of the price
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
        self._decided: DecidedCandles | None = None
        self._desk: Desk | None = None
        self._clock = VirtualClock(0)
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
        return self.dp is not None and self.dp.runmode in TRADE_MODES

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

    def bot_start(self, **_: Any) -> None:
        """Open what the desk needs before the first candle, so that a fault ends the start."""
        if self.trades_live:
            self._desk = self._new_desk()

    def bot_loop_start(self, current_time: datetime, **_: Any) -> None:
        """Let the desk take stock; in a backtest it also decides here."""
        now_ms = _ms(current_time)
        if self.trades_live:
            self.desk().begin_loop(now_ms)
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
        order_type: str,
        amount: float,
        rate: float,
        current_time: datetime,
        entry_tag: str | None,
        **_: Any,
    ) -> bool:
        """Let the desk check the order and write its approval down."""
        # Raising would make freqtrade send the order.
        try:
            order = EntryOrder(pair, amount, rate, order_type, entry_tag or "")
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
        current_rate: float,
        after_fill: bool,
        **_: Any,
    ) -> float | None:
        """Put the stop `stop_multiple` ranges under the entry, inside the outer limit."""
        self.host.prices[pair] = current_rate
        # Set once, from the range at entry; freqtrade remembers it with the trade.
        if not after_fill and trade.stop_loss != trade.initial_stop_loss:
            return None
        opened_ms = _ms(trade.open_date_utc)
        stop = self.desk().stop(pair, opened_ms, trade.open_rate, self.stop_multiple)
        if stop is None:
            return None
        below = stoploss_from_absolute(
            stop, current_rate, is_short=trade.is_short, leverage=trade.leverage
        )
        # freqtrade takes 0 for "no answer", but a price already under the stop must stop.
        return float(max(below, AT_ONCE))

    def custom_exit(
        self, pair: str, trade: Trade, current_time: datetime, current_rate: float, **_: Any
    ) -> str | None:
        """Leave a position for its age, or because the kill switch says so."""
        self.host.prices[pair] = current_rate
        if self.recovered.has_exit(pair):
            return RECOVERED_TAG
        return self.desk().exit_reason(_ms(current_time), _ms(trade.open_date_utc))

    def check_entry_timeout(self, pair: str, trade: Trade, order: Order, **_: Any) -> bool:  # noqa: ARG002
        """Cancel entries that have not filled while the kill switch is thrown."""
        return self.desk().cancels_entries

    def plot_annotations(
        self,
        pair: str,
        start_date: datetime,
        end_date: datetime,
        dataframe: pd.DataFrame,
        **_: Any,
    ) -> list[dict[str, Any]]:
        """Mark entries that were wanted and refused, with the reason, for FreqUI's chart."""
        return refused_entries(dataframe, self._refused(pair, start_date, end_date))

    def _take_up(self, order: EntryOrder, now_ms: int) -> bool:
        if not self.recovered.take_up(order.pair):
            return False
        self.desk().recovered(now_ms, order)
        return True

    def _refused(self, pair: str, start: datetime, end: datetime) -> Sequence[Decision]:
        if self._desk is None:
            return ()
        try:
            return self._desk.refused(pair, _ms(start), _ms(end))
        except errors.AurumError as error:
            logger.warning("The chart shows no refusals after the signal: %s", error)
            return ()

    def _new_desk(self) -> Desk:
        try:
            if self.trades_live:
                return desk_of_bot(self, self.host, self.decided)
            self.journal = BacktestJournal(self.timeframe, self.get_strategy_name(), self._clock)
            return desk_of_backtest(self, self.host, self.decided, self.journal)
        except errors.AurumError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error

    def _write_down(self, pairs: list[str]) -> None:
        now_ms = WallClock().now_ms()
        for pair in pairs:
            candles = self.dp.ohlcv(pair, self.timeframe)
            if candles is None or candles.empty:
                continue
            newest_ms = _ms(candles["date"].iloc[-1])
            closed = newest_ms + self.candle_ms <= now_ms
            if closed and not self.decided.has(pair, newest_ms):
                self.desk().undecided(now_ms, pair, newest_ms, Reason.ANALYSIS_FAILED)
        self.desk().decide(now_ms, pairs)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND_MS)
