"""A bot around a desk: freqtrade's loop in its order, on a `DeskWorld`, over a real database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desk_world import PAIRS, DeskWorld, Outcome, WorldTrade
from sqlalchemy import URL

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.execution.journal import Journal
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.switch import Switch
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.desk import Desk
from aurum_plugins.trading.entry_sizing import EntrySizing
from aurum_plugins.trading.loss_book import LossBook
from aurum_plugins.trading.news_watch import NewsWatch
from aurum_plugins.trading.resuming import resumed
from aurum_plugins.trading.risk_states import RiskStates
from aurum_plugins.trading.switch_reading import SwitchReading

BOT = "bot"
STOP_MULTIPLE = 10.0
# So much may be lost at a stop that caps bind, and so much in all that limits do not bind always.
RISK = RiskSettings(
    risk_per_trade=0.1,
    volatility_target=5.0,
    position_cap=0.25,
    group_cap=0.4,
    total_cap=0.6,
    correlation_candles=20,
    daily_loss=0.25,
    weekly_loss=0.35,
    consecutive_losses=3,
    consecutive_pause_hours=5,
    drawdown_throttle=0.2,
    drawdown_stop=0.45,
    drawdown_pause_days=1,
)
# Longer than any test's wait for a lock.
LOCK_SECONDS = 0.01


class Moment(StrEnum):
    """When a process may be killed."""

    BEGUN = "begun"
    DECIDED = "decided"
    SIZED = "sized"
    APPROVED = "approved"


class Killed(Exception):
    """The process is no more."""


@dataclass(eq=False)
class Sent:
    """An order that a desk let pass.

    Attributes
    ----------
    key : (str, int)
        Pair, and candle that it stands for.
    asked_for : bool
        Whether a person asked for it.
    process : int
        Which of the bot's processes it was, from 1 on.
    trade : WorldTrade or None
        What the bot booked.
    end : Reason or None
        What the journal must say of it, once that was looked at.
    """

    key: tuple[str, int]
    asked_for: bool
    process: int
    trade: WorldTrade | None = None
    end: Reason | None = None


class DeskBot:
    """Runs, is killed and starts again.

    Parameters
    ----------
    world : DeskWorld
    path : Path or URL
        Of the SQLite file, or of a database that other bots use, too.
    cross_checking : callable, optional
        From the bot, whose database is open, to what its desk asks of other venues.
    news : callable, optional
        The same for the news.
    name : str
        Under which its records are kept.
    lock_seconds : float
        How long it waits for others who write.

    Attributes
    ----------
    sent : list of Sent
        Over all processes.
    process : int
        How often it was started.
    """

    def __init__(
        self,
        world: DeskWorld,
        path: Path | URL,
        cross_checking: Callable[[DeskBot], CrossChecking] | None = None,
        news: Callable[[DeskBot], NewsWatch] | None = None,
        *,
        name: str = BOT,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.world = world
        self.name = name
        self._lock_seconds = lock_seconds
        self._cross_checking = cross_checking
        self._news = news
        self.pairs = PAIRS
        self.switch_readable = True
        self.sent: list[Sent] = []
        self.process = 0
        self._url = f"sqlite:///{path}" if isinstance(path, Path) else path
        self._killed_at: Moment | None = None
        self._meanwhile: Callable[[], None] | None = None
        self.start()

    @property
    def available(self) -> float:
        """Cash that no open order has set aside."""
        trades = self.world.open_trades
        ordered = sum(trade.ordered * trade.open_rate for trade in trades)
        return max(0.0, self.world.cash - ordered)

    def start(self) -> None:
        """Start a process on the same database."""
        world = self.world
        for trade in (sent.trade for sent in self.sent):
            if trade is not None:
                trade.seen_waiting = False
        self.process += 1
        self.database = open_database(self._url, timeout_seconds=self._lock_seconds)
        self.journal = Journal(self.database, self.name, "1h", "Test", world.clock)
        self.kill_switch = KillSwitch(self.database, self.name, world.clock)
        self.decided = DecidedCandles(HOUR_MS)
        self.log = DecisionLog(self.journal)
        store = RiskStates(self.database, self.name, world.clock)
        self.desk = Desk(
            world,
            self.decided,
            self.log,
            SwitchReading(self._read_switch),
            LossBook(LossLimits(RISK), store, HOUR_MS),
            EntrySizing(RISK, 0.001, 0.35, HOUR_MS),
            PreTradeChecks(CheckSettings()),
            None if self._cross_checking is None else self._cross_checking(self),
            None if self._news is None else self._news(self),
            timeframe="1h",
            interval_ms=HOUR_MS,
            strategy="Test",
            longest_hold_candles=12,
        )
        self.desk.resume(resumed(self.journal, world.now_ms))

    def kill(self) -> None:
        """End the process where it stands, and start another."""
        self.database.close()
        self.start()

    def loop(
        self,
        outcomes: Mapping[str, Outcome],
        *,
        share: float = 0.3,
        overshoot: float = 0.0,
        killed_at: Moment | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """One loop, in freqtrade's order.

        Parameters
        ----------
        outcomes : mapping of str to Outcome
            What becomes of an order on each pair.
        share : float
            Part of the cash that the bot proposes for an entry.
        overshoot : float
            How far the order ends up above its stake, as a share of it.
        killed_at : Moment or None
        meanwhile : callable or None
            What somebody else does after an entry was sized, and before it is confirmed.
        """
        world = self.world
        self._meanwhile = meanwhile
        world.clock.advance(5_000)
        self._killed_at = killed_at
        try:
            self.begin()
            world.remembered(self.decided)
            self.desk.decide(world.now_ms, self.pairs)
            self._at(Moment.DECIDED)
            self._look_after_trades()
            self._enter(outcomes, share, overshoot)
        except Killed:
            self.kill()

    def begin(self) -> None:
        """The first part of a loop."""
        self.desk.begin_loop(self.world.now_ms)
        self._at(Moment.BEGUN)

    def force(
        self,
        pair: str,
        outcome: Outcome,
        *,
        analysed: bool = False,
        tagged: bool = True,
        killed_at: Moment | None = None,
    ) -> None:
        """A person asks for an entry, even of a pair that is held.

        Parameters
        ----------
        pair : str
        outcome : Outcome
        analysed : bool
            Whether the newest candles are known already, and not written down yet.
        tagged : bool
            Whether the order says that a person asked for it.
        killed_at : Moment or None
        """
        self.world.clock.advance(5_000)
        self._killed_at, self._meanwhile = killed_at, None
        if analysed:
            self.world.remembered(self.decided)
        try:
            self._execute(pair, outcome, 0.3, 0.0, asked_for=tagged)
        except Killed:
            self.kill()

    def _look_after_trades(self) -> None:
        world = self.world
        for trade in world.open_trades:
            if trade.ordered and self.desk.cancels_entry(world.now_ms, trade.pair, trade.opened_ms):
                world.cancel(trade)
        for trade in world.open_trades:
            _, action = world.newest(trade.pair)
            reason = self.desk.exit_reason(world.now_ms, trade.pair, trade.opened_ms)
            if trade.amount and (reason is not None or action is Action.EXIT):
                world.sell(trade)

    def _enter(self, outcomes: Mapping[str, Outcome], share: float, overshoot: float) -> None:
        world = self.world
        if world.lock_on_all:
            return
        for pair in self.pairs:
            candle_ms, action = world.newest(pair)
            fresh = world.now_ms - candle_ms <= 2 * HOUR_MS
            free = world.free_slots() > 0 and world.trade(pair) is None
            if action is Action.ENTER and fresh and free and pair not in world.locks:
                self._execute(pair, outcomes[pair], share, overshoot, asked_for=False)

    def _execute(
        self, pair: str, outcome: Outcome, share: float, overshoot: float, *, asked_for: bool
    ) -> None:
        world, now_ms = self.world, self.world.now_ms
        available = self.available
        if not available:
            return
        price = world.prices[pair]
        stake = self.desk.stake(
            now_ms,
            pair,
            price,
            share=share * available,
            largest=available,
            smallest=10 * world.scale,
            stop_multiple=STOP_MULTIPLE,
            asked_for=asked_for,
        )
        self._at(Moment.SIZED)
        if self._meanwhile is not None:
            self._meanwhile()
        if not stake:
            return
        row = self.decided.newest(pair, now_ms)
        assert row is not None
        order = EntryOrder(pair, stake * (1 + overshoot) / price, price)
        if not self.confirm(order, asked_for=asked_for):
            return
        sent = Sent((pair, row.candle_ms), asked_for, self.process)
        self.sent.append(sent)
        # Killed before the order left, or before it was booked: to the bot it is the same.
        self._at(Moment.APPROVED)
        sent.trade = world.order(pair, order.amount, order.price, outcome)

    def confirm(self, order: EntryOrder, *, asked_for: bool) -> bool:
        """Ask the desk; a test may look at what it says yes to."""
        return self.desk.confirm(self.world.now_ms, order, asked_for=asked_for)

    def _at(self, moment: Moment) -> None:
        if self._killed_at is moment:
            raise Killed

    def _read_switch(self) -> Switch:
        if not self.switch_readable:
            raise DatabaseUnavailable(self.database.url, "it is away")
        return self.kill_switch.read()
