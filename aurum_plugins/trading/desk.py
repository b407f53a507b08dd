"""One bot's desk: whatever may keep an entry from being ordered is asked here, and written down.

The bot calls it at fixed points of its loop:

=================  ================================================================================
`begin_loop`       the account is marked to market, the kill switch read, earlier entries settled
`decide`           each pair's newest closed candle gets its row in the journal
`stake`            an entry is sized, or refused by the switch, the loss limits or the caps
`confirm`          the order is checked, and approved only once the approval is written down
`exit_reason`      a position is given up for its age, or because the switch or the news say so
`news_stop`        the news draw the stop of a position nearer
`cancels_entry`    an entry order that has not filled is cancelled
=================  ================================================================================

Nothing here raises towards the bot, and whatever goes wrong on the way to an order refuses it.
Exits ask nothing of the journal, the limits or the checks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from aurum_plugins.clock import DAY_MS
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Figure, Refusal
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.stops import leaves_for_age
from aurum_plugins.trading.candle_log import CandleLog
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.entry_follow_up import Approved, EntryFollowUp
from aurum_plugins.trading.entry_gate import EntryGate
from aurum_plugins.trading.entry_sizing import EntrySizing, Wanted
from aurum_plugins.trading.held_position import HeldPosition
from aurum_plugins.trading.host import Host
from aurum_plugins.trading.loss_book import LossBook
from aurum_plugins.trading.news_watch import NewsWatch
from aurum_plugins.trading.resumed import Resumed
from aurum_plugins.trading.stock import Stock
from aurum_plugins.trading.switch_reading import SwitchReading
from aurum_plugins.trading.wanted_entries import WantedEntries

logger = logging.getLogger(__name__)

LONGEST_ERROR = 200
NEWS_SHOCK = "news_shock"


class Desk:
    """Decides on entries for one bot, or one backtest, and keeps the journal.

    Parameters
    ----------
    host : Host
    decided : DecidedCandles
    log : DecisionLog
    switch : SwitchReading
    book : LossBook
    sizing : EntrySizing
    checks : PreTradeChecks
    venues : CrossChecking or None
        None where other venues are not asked.
    news : NewsWatch or None
        None where the news are not followed.
    timeframe : str
        For example "1h".
    interval_ms : int
        Length of a candle in milliseconds.
    strategy : str
    longest_hold_candles : int or None
        A position is given up after so many candles at the latest.
    backtest : bool
        True where there is no order book to be had.
    """

    def __init__(
        self,
        host: Host,
        decided: DecidedCandles,
        log: DecisionLog,
        switch: SwitchReading,
        book: LossBook,
        sizing: EntrySizing,
        checks: PreTradeChecks,
        venues: CrossChecking | None = None,
        news: NewsWatch | None = None,
        *,
        timeframe: str,
        interval_ms: int,
        strategy: str,
        longest_hold_candles: int | None = None,
        backtest: bool = False,
    ) -> None:
        self._host = host
        self._decided = decided
        self._log = log
        self._switch = switch
        self._book = book
        self._sizing = sizing
        self._venues, self._news = venues, news
        self._interval_ms = interval_ms
        self._candles = CandleLog(log, timeframe, interval_ms, strategy)
        self._longest_hold = longest_hold_candles
        self._wanted = WantedEntries(host, log)
        self._follow_up = EntryFollowUp(host, log)
        self._gate = EntryGate(
            host,
            decided,
            log,
            switch,
            book,
            sizing,
            checks,
            self._wanted,
            self._follow_up,
            venues,
            news,
            interval_ms=interval_ms,
            backtest=backtest,
        )
        self._account, self._free_slots = Account(0.0), 0

    def resume(self, resumed: Resumed) -> None:
        """Go on where an earlier process of this bot stopped."""
        self._candles.resume(resumed.newest)
        self._wanted.resume(resumed)
        for entry in resumed.unfinished:
            self._follow_up.add(entry, resumed=True)

    @property
    def stock(self) -> Stock:
        """What was found when stock was last taken."""
        return Stock(self._account, self._free_slots, self._book.standing, self._book.marks)

    def begin_loop(self, now_ms: int) -> None:
        """Take stock: call it once in each loop, before candles are decided."""
        # First, because exits depend on it.
        self._switch.refresh()
        try:
            self._take_stock(now_ms)
        except Exception as error:
            logger.exception("Taking stock failed; nothing opens.")
            self._book.lose_sight(repr(error)[:LONGEST_ERROR])
        if self._news is not None:
            self._news.begin_loop(now_ms, self._held)

    def decide(self, now_ms: int, pairs: Sequence[str]) -> None:
        """Write down each pair's newest closed candle, and those that closed unseen before it."""
        if self._venues is not None:
            self._venues.watch(now_ms, {*pairs, *self._held})
        if self._news is not None:
            self._news.watch(pairs)
        self._candles.keep_only(pairs)
        self._write_down(now_ms, {pair: self._decided.newest(pair, now_ms) for pair in pairs})

    def undecided(self, now_ms: int, pair: str, candle_ms: int, reason: Reason) -> None:
        """Write down a closed candle on which the signal could not be asked."""
        self._candles.undecided(now_ms, pair, candle_ms, reason)

    def stake(
        self,
        now_ms: int,
        pair: str,
        price: float,
        *,
        share: float,
        largest: float,
        smallest: float | None,
        stop_multiple: float,
        asked_for: bool = False,
    ) -> float:
        """What may be put into an entry, quote currency; 0 refuses it, and says why."""
        row = self._decided.newest(pair, now_ms)
        if row is None:
            return 0.0
        wanted = Wanted(pair, price, share, largest, smallest, row)
        asked_for = asked_for or row.action is not Action.ENTER
        try:
            self._write_down(now_ms, {pair: row})
            size = self._gate.size(wanted, stop_multiple, asked_for=asked_for)
        except Exception as error:
            logger.exception("Sizing %s failed; nothing is ordered.", pair)
            size = _failed("sizing", error)
        if isinstance(size, Refusal):
            self._wanted.refuse(pair, row.candle_ms, size)
            return 0.0
        self._wanted.size(pair, row.candle_ms, size.stake)
        return size.stake

    def confirm(self, now_ms: int, order: EntryOrder, *, asked_for: bool = False) -> bool:
        """Whether an order may be sent: True only once the approval is written down.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        order : EntryOrder
        asked_for : bool
            Whether a person asked for it, rather than a decision.
        """
        row = self._decided.newest(order.pair, now_ms)
        if row is None:
            return False
        # Whatever its tag says: no decision wanted it.
        asked_for = asked_for or row.action is not Action.ENTER
        try:
            self._write_down(now_ms, {order.pair: row})
            refusal = self._gate.refusal(now_ms, order, row, asked_for=asked_for)
        except Exception as error:
            logger.exception("Checking %s failed; nothing is ordered.", order.pair)
            refusal = _failed("desk", error)
        if refusal is not None:
            self._wanted.refuse(order.pair, row.candle_ms, refusal)
            return False
        reason = Reason.FORCED if asked_for else Reason.APPROVED
        if not self._log.approve(order.pair, row.candle_ms, reason, _figures(order)):
            self._wanted.refuse(order.pair, row.candle_ms, self._log.refusal)
            return False
        self._wanted.approve(order.pair, row.candle_ms, now_ms)
        self._follow_up.add(Approved(order.pair, row.candle_ms, now_ms))
        return True

    def recovered(self, now_ms: int, order: EntryOrder) -> None:
        """Write down that an order which an earlier process sent is taken over now."""
        row = self._decided.newest(order.pair, now_ms)
        candle_ms = self._wanted.approved(order.pair) or (row.candle_ms if row else None)
        if candle_ms is None:
            return
        verdict, reason = Verdict.APPROVED, Reason.RECOVERED
        self._follow_up.taken_over(order.pair)
        self._log.settle(order.pair, candle_ms, verdict, reason, _figures(order))
        self._wanted.approve(order.pair, candle_ms)

    def exit_reason(self, now_ms: int, pair: str, opened_ms: int) -> str | None:
        """Why an open position is given up now, as freqtrade's exit tag; None if it is not."""
        if self._switch.flat:
            return "kill_switch"
        if self._news is not None and self._news.brake.sells(now_ms, pair, opened_ms):
            return NEWS_SHOCK
        if leaves_for_age(opened_ms, now_ms, self._interval_ms, self._longest_hold):
            return "time_exit"
        return None

    def cancels_entry(self, now_ms: int, pair: str, ordered_ms: int) -> bool:
        """Whether an entry order that has not filled is cancelled now."""
        if self._switch.refusal is not None:
            return True
        return self._news is not None and self._news.brake.cancels(now_ms, pair, ordered_ms)

    def stop(self, pair: str, at_ms: int, price: float, multiple: float) -> float | None:
        """Stop price of a position opened at a time and a price; None if it is not known."""
        row = self._decided.newest(pair, at_ms)
        return None if row is None else self._sizing.stop(price, row, multiple)

    def news_stop(self, now_ms: int, held: HeldPosition) -> float | None:
        """Price to which the news draw a position's stop; see `NewsBrake.stop`."""
        newest = partial(self._decided.newest, held.pair, now_ms)
        return None if self._news is None else self._news.brake.stop(now_ms, held, newest)

    def refused(self, pair: str, since_ms: int, until_ms: int) -> Sequence[Decision]:
        """Entries of a pair that the signal wanted on candles of a time, and that were refused."""
        return self._log.refused(pair, since_ms, until_ms)

    def _take_stock(self, now_ms: int) -> None:
        slots_before = self._free_slots
        self._account = self._host.account()
        self._free_slots = self._host.free_slots()
        self._wanted.settle_untried(self._account, min(slots_before, self._free_slots))
        self._log.flush()
        # A trade may be heard of after one that closed later; none is counted twice.
        closed = self._host.closed_trades(self._book.counted_until_ms - DAY_MS)
        self._book.mark(now_ms, self._account, closed)
        self._follow_up.follow(now_ms)

    @property
    def _held(self) -> set[str]:
        return {position.pair for position in self._account.positions}

    def _write_down(self, now_ms: int, rows: Mapping[str, DecidedRow | None]) -> None:
        candles = self._candles.decide(now_ms, rows, self._held)
        for (pair, candle_ms), wants in candles.items():
            self._wanted.decided(pair, candle_ms, wants=wants)
        if self._venues is not None:
            self._venues.decided(now_ms, candles)


def _figures(order: EntryOrder) -> dict[str, Figure]:
    return {"amount": order.amount, "price": order.price}


def _failed(check: str, error: Exception) -> Refusal:
    return Refusal(Reason.CHECK_FAILED, {"check": check, "error": repr(error)[:LONGEST_ERROR]})
