"""What may keep an entry from being sized or sent, asked in one order."""

from __future__ import annotations

from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.entry_order import EntryOrder, Situation
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.sizing import Size
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.entry_follow_up import EntryFollowUp
from aurum_plugins.trading.entry_sizing import EntrySizing, Wanted
from aurum_plugins.trading.host import Host
from aurum_plugins.trading.loss_book import LossBook
from aurum_plugins.trading.news_watch import NewsWatch
from aurum_plugins.trading.switch_reading import SwitchReading
from aurum_plugins.trading.wanted_entries import WantedEntries


class EntryGate:
    """Stands between an entry that is wanted and its order.

    Parameters
    ----------
    host : Host
    decided : DecidedCandles
    log : DecisionLog
    switch : SwitchReading
    book : LossBook
    sizing : EntrySizing
    checks : PreTradeChecks
    wanted : WantedEntries
    follow_up : EntryFollowUp
    venues : CrossChecking or None
        None where other venues are not asked.
    news : NewsWatch or None
        None where the news are not followed.
    interval_ms : int
        Length of a candle in milliseconds.
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
        wanted: WantedEntries,
        follow_up: EntryFollowUp,
        venues: CrossChecking | None,
        news: NewsWatch | None,
        *,
        interval_ms: int,
        backtest: bool,
    ) -> None:
        self._host = host
        self._decided = decided
        self._log = log
        self._switch = switch
        self._book = book
        self._sizing = sizing
        self._checks = checks
        self._wanted = wanted
        self._follow_up = follow_up
        self._venues = venues
        self._news = news
        self._interval_ms = interval_ms
        self._backtest = backtest

    def size(self, wanted: Wanted, stop_multiple: float, *, asked_for: bool) -> Size | Refusal:
        """What may be put into an entry.

        Parameters
        ----------
        wanted : Wanted
        stop_multiple : float
            Average true ranges between entry and stop.
        asked_for : bool
            Whether a person asked for it, rather than a decision.
        """
        refusal = self._barred(wanted.pair, wanted.row.candle_ms, asked_for=asked_for)
        if refusal is not None:
            return refusal
        account, standing = self._host.account(), self._book.standing
        closes = self._decided.closes
        return self._sizing.size(wanted, account, closes, stop_multiple, standing.scale)

    def refusal(
        self, now_ms: int, order: EntryOrder, row: DecidedRow, *, asked_for: bool
    ) -> Refusal | None:
        """Why an order may not be sent; None if it may.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        order : EntryOrder
        row : DecidedRow
            The candle behind it.
        asked_for : bool
            Whether a person asked for it, rather than a decision.
        """
        barred = self._barred(order.pair, row.candle_ms, asked_for=asked_for)
        return barred or self._checked(now_ms, order, row, asked_for=asked_for)

    def _barred(self, pair: str, candle_ms: int, *, asked_for: bool) -> Refusal | None:
        """What speaks against any entry now."""
        if self._log.fault is not None:
            return self._log.refusal
        refusal = self._switch.refresh() or self._book.standing.refusal
        if refusal is None and self._sent(pair, candle_ms, asked_for=asked_for):
            return Refusal(Reason.DUPLICATE, {"approved_candle_ms": candle_ms})
        return refusal

    def _sent(self, pair: str, candle_ms: int, *, asked_for: bool) -> bool:
        """Whether one more entry of the pair would be one too many.

        A candle is answered by one order, but a person may ask again. Neither is allowed before it
        is known what became of the last one.
        """
        answered = self._wanted.approved(pair) == candle_ms
        return pair in self._follow_up or (answered and not asked_for)

    def _checked(
        self, now_ms: int, order: EntryOrder, row: DecidedRow, *, asked_for: bool
    ) -> Refusal | None:
        # First, as of `now_ms`: to ask for an order book may take seconds.
        cross_check = self._cross_check(now_ms, order.pair, row.candle_ms)
        news = self._news_word(now_ms, order.pair)
        account, stake = self._host.account(), self._wanted.stake(order.pair, row.candle_ms) or 0.0
        situation = Situation(
            now_ms=now_ms,
            order=order,
            # What a person asks for is asked for now.
            candle_ms=now_ms - self._interval_ms if asked_for else row.candle_ms,
            interval_ms=self._interval_ms,
            close=row.figure("close"),
            average_range=row.figure("average_range"),
            account=account,
            stake=stake,
            book=None if self._backtest else self._host.order_book(order.pair),
            limits=self._host.limits(order.pair),
            backtest=self._backtest,
            sent_ms=self._wanted.sent_ms,
            approved=self._sent(order.pair, row.candle_ms, asked_for=asked_for),
            cross_check=cross_check,
            news=news,
        )
        refusal = self._checks.first_refusal(situation)
        if refusal is not None:
            return refusal
        wanted = Wanted(order.pair, order.price, stake, stake, None, row)
        return self._sizing.refuses(order.notional, wanted, account, self._decided.closes)

    def _cross_check(self, now_ms: int, pair: str, candle_ms: int) -> CrossCheck | None:
        return None if self._venues is None else self._venues.check(now_ms, pair, candle_ms)

    def _news_word(self, now_ms: int, pair: str) -> NewsWord | None:
        return None if self._news is None else self._news.word(now_ms, pair)
