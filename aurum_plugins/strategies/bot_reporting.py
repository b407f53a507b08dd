"""What a bot says of itself while it trades: see `aurum_plugins.monitoring.reports`."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, cast

from freqtrade.enums import State
from freqtrade.persistence import Trade

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import DAY_MS, Clock, WallClock
from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.monitoring.pulse import Pulse
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import CandleReport, PairCandles
from aurum_plugins.process_wide import ProcessWide
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies.about_bot import about_bot
from aurum_plugins.strategies.account_told import account_report
from aurum_plugins.strategies.bookkeeping import Bookkeeping
from aurum_plugins.strategies.ledger_setup import fee_booking
from aurum_plugins.strategies.models_told import ModelsTold
from aurum_plugins.strategies.start_keeping import StartKeeping
from aurum_plugins.strategies.trade_sums import trade_report
from aurum_plugins.trading.stock import Stock

logger = logging.getLogger(__name__)

P = ParamSpec("P")

# One pulse a bot and process, however often the configuration is loaded again.
_pulses: ProcessWide[Pulse] = ProcessWide()
_books: ProcessWide[Bookkeeping] = ProcessWide()


def _never_raises(
    report: Callable[Concatenate[BotReporting, P], None],
) -> Callable[Concatenate[BotReporting, P], None]:
    """A report that fails is logged, once for each kind, and trading goes on."""

    @functools.wraps(report)
    def safe(self: BotReporting, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            report(self, *args, **kwargs)
        except Exception:
            if report.__name__ not in self.failed:
                logger.exception("The bot cannot report on itself (%s).", report.__name__)
            self.failed.add(report.__name__)
        else:
            self.failed.discard(report.__name__)

    return cast("Callable[Concatenate[BotReporting, P], None]", safe)


class BotReporting:
    """Tells a `Pulse` what a strategy's bot does; none of it raises, or waits for a database.

    Nothing is written before `begin`, so that a backtest reports nothing.

    Parameters
    ----------
    strategy : aurum_plugins.strategies.DecidingStrategy
    clock : Clock, optional
        The machine's by default.

    Attributes
    ----------
    failed : set of str
        What cannot be reported at the moment.
    """

    def __init__(self, strategy: Any, clock: Clock | None = None) -> None:
        self._strategy = strategy
        self._clock = clock or WallClock()
        self._models = ModelsTold(strategy)
        self._starts = StartKeeping(strategy, self._clock)
        self._pulse: Pulse | None = None
        self._books: Bookkeeping | None = None
        self._limits: RiskSettings | None = None
        self._counted: tuple[object, int] | None = None
        self._newest: dict[str, int | None] = {}
        self.failed: set[str] = set()

    @_never_raises
    def begin(self, bot: Any) -> None:
        """Give the first sign of life, and book what closed before.

        Parameters
        ----------
        bot : freqtrade.freqtradebot.FreqtradeBot
            Set up, whether or not it runs already.
        """
        if not self._strategy.trades_live:
            return
        config = self._strategy.config
        self._note_start()
        self._limits = RiskSettings.from_config(config)
        about = about_bot(self._strategy, self._clock.now_ms())
        database = open_database(database_url(config))
        name = bot_identity(config)

        def new_pulse() -> Pulse:
            pulse = Pulse(ReportStore(database), name, self._clock)
            pulse.introduce(about, lambda: str(bot.state))
            return pulse

        pulse = _pulses.get(f"{name} {database.url}", new_pulse)
        pulse.introduce(about, lambda: str(bot.state))
        self._pulse = pulse
        tasks = self._tasks(pulse, database)
        self._books = _books.get(str(id(self)), lambda: Bookkeeping(tasks))

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Around each of freqtrade's loops."""
        pulse = self._pulse
        if pulse is None:
            yield
            return
        pulse.begin_loop(self._clock.now_ms())
        try:
            yield
        except BaseException:
            pulse.end_loop(self._clock.now_ms(), failed=True)
            self._keep_start(failed=True)
            raise
        pulse.end_loop(self._clock.now_ms())
        self._keep_start(failed=False)

    @_never_raises
    def stock_taken(self, now_ms: int, stock: Stock) -> None:
        """Report on the account; call it right after the desk took stock.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        stock : Stock
        """
        if self._pulse is None or self._limits is None:
            return
        counted = (None if stock.marks is None else stock.marks.counted), now_ms // DAY_MS
        # Trades that closed change what is summed up, and so does a new day.
        if counted != self._counted and self._books is not None:
            self._books.wake()
        self._counted = counted
        trades = self._strategy.host.trades
        self._pulse.tell(account_report(stock, trades, self._limits))

    @_never_raises
    def analysed(self, newest: Mapping[str, int | None]) -> None:
        """Report on the pairs' candles, and on the models that were asked about them.

        Parameters
        ----------
        newest : mapping of str to (int or None)
            When the newest closed candle of each pair opened, UTC milliseconds; None: as before.
        """
        if self._pulse is None:
            return
        self._note_decisions(newest)
        known = self._newest
        self._newest = {pair: known.get(pair) if at is None else at for pair, at in newest.items()}
        pairs = tuple(PairCandles(pair=pair, newest_ms=at) for pair, at in self._newest.items())
        self._pulse.tell(CandleReport(interval_ms=self._strategy.candle_ms, pairs=pairs))
        models = self._models.news()
        if models is not None:
            self._pulse.tell(models)

    @_never_raises
    def end(self, bot: Any) -> None:
        """Say that the bot has ended, unless it only loads its configuration again.

        Parameters
        ----------
        bot : freqtrade.freqtradebot.FreqtradeBot
        """
        if self._pulse is None:
            return
        self._pulse = None
        _books.end()
        if bot.state is not State.RELOAD_CONFIG:
            _pulses.end()

    @_never_raises
    def _note_start(self) -> None:
        self._starts.begin()

    @_never_raises
    def _note_decisions(self, newest: Mapping[str, int | None]) -> None:
        self._starts.analysed(newest)

    @_never_raises
    def _keep_start(self, *, failed: bool) -> None:
        self._starts.loop_ended(failed=failed)

    def _tasks(self, pulse: Pulse, database: Database) -> dict[str, Callable[[], object]]:
        currency = str(self._strategy.config["stake_currency"])

        def sum_up() -> None:
            with Trade.session.get_bind().connect() as connection:
                pulse.tell(trade_report(connection, self._clock.now_ms(), currency))

        tasks: dict[str, Callable[[], object]] = {"Summing up closed trades": sum_up}
        booking = fee_booking(self._strategy.config, database)
        if booking is not None:
            tasks["Booking fees"] = booking
        return tasks
