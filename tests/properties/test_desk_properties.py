"""A bot's desk through anything that may happen to it: see `WatchedBot` for what must hold."""

from __future__ import annotations

import logging
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from desk_bot import Moment
from desk_files import LockedDatabase, new_file
from desk_world import PAIRS, DeskWorld, Outcome
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from watched_bot import WatchedBot

from aurum_plugins.reasons import Action
from aurum_plugins.risk.switch import SwitchState

# For a thorough run: AURUM_DESK_EXAMPLES=5000, with --timeout=0. A failure is reported as it was
# found, because to shorten it takes longer than a test may: AURUM_DESK_SHRINK=1 does.
EXAMPLES = int(os.environ.get("AURUM_DESK_EXAMPLES", "40"))
STEPS = int(os.environ.get("AURUM_DESK_STEPS", "30"))

SHRINKS = (Phase.shrink,) if os.environ.get("AURUM_DESK_SHRINK") else ()

pairs = st.sampled_from(PAIRS)
wishes = st.sampled_from([Action.ENTER, Action.ENTER, Action.EXIT, Action.HOLD])
some_candles = st.dictionaries(pairs, wishes)
all_candles = st.fixed_dictionaries(dict.fromkeys(PAIRS, wishes))
outcome = st.sampled_from([Outcome.FILLED, *Outcome])
outcomes = st.fixed_dictionaries(dict.fromkeys(PAIRS, outcome))
moments = st.sampled_from([None] * 12 + list(Moment))
shares = st.sampled_from([0.05, 0.3, 1.0])
overshoots = st.sampled_from([0.0, 0.0, 0.0, 0.005, 0.05])
one_loop = st.fixed_dictionaries(
    {"outcomes": outcomes, "share": shares, "overshoot": overshoots, "killed_at": moments}
)
candle_and_loops = st.tuples(all_candles | some_candles, st.lists(one_loop, min_size=1, max_size=3))
thrown = st.sampled_from([SwitchState.HALTED, SwitchState.FLAT, None])


class DeskMachine(RuleBasedStateMachine):
    """One bot, one exchange, one database, and other processes that write to it."""

    scales: ClassVar[tuple[float, ...]] = (1.0,)

    def __init__(self) -> None:
        super().__init__()
        # A line for each lock and each killed process would bury a failure.
        logging.disable(logging.CRITICAL)
        self.folder = tempfile.TemporaryDirectory()
        self.bots: list[WatchedBot] = []
        self.paths: list[Path] = []
        self.locks: list[LockedDatabase] = []

    @initialize(slots=st.integers(1, 3))
    def begin(self, slots) -> None:
        for number, scale in enumerate(self.scales):
            folder = Path(self.folder.name) / str(number)
            folder.mkdir()
            self.paths.append(new_file(folder))
            self.bots.append(WatchedBot(DeskWorld(scale=scale, slots=slots), self.paths[-1]))

    @rule(heals=st.booleans(), candles=st.lists(candle_and_loops, min_size=1, max_size=4))
    def candles(self, heals, candles) -> None:
        """The bot runs for some candles, often with all faults mended before."""
        if heals:
            self.all_faults_end()
        for actions, loops in candles:
            for bot in self.bots:
                bot.world.close_candle(actions)
                for events in loops:
                    bot.loop(**events)

    @rule(actions=some_candles)
    def candle_without_loop(self, actions) -> None:
        for bot in self.bots:
            bot.world.close_candle(actions)

    @rule(events=one_loop)
    def loop(self, events) -> None:
        for bot in self.bots:
            bot.loop(**events)

    @rule(actions=all_candles, events=one_loop, state=thrown)
    def switch_while_ordering(self, actions, events, state) -> None:
        for bot in self.bots:
            bot.world.close_candle(actions)
            bot.loop(**events, meanwhile=partial(bot.throw, state))

    @rule(pair=pairs, outcome=outcome, analysed=st.booleans(), killed_at=moments)
    def force(self, pair, outcome, analysed, killed_at) -> None:
        for bot in self.bots:
            bot.force(pair, outcome, analysed=analysed, killed_at=killed_at)

    @rule(pair=pairs, share=st.sampled_from([0.3, 1.0, None]), sells=st.booleans())
    def order_or_trade_ends(self, pair, share, sells) -> None:
        for bot in self.bots:
            trade = bot.world.trade(pair)
            if trade is None:
                continue
            if trade.ordered and share is None:
                bot.world.cancel(trade)
            elif trade.ordered:
                bot.world.fill(trade, share)
            elif sells:
                bot.world.sell(trade)

    @rule(pair=pairs, factor=st.sampled_from([0.4, 0.85, 0.99, 1.01, 1.15, 1.6]))
    def price_jumps(self, pair, factor) -> None:
        for bot in self.bots:
            bot.world.prices[pair] *= factor

    @rule(pair=pairs, action=wishes, minutes=st.sampled_from([0, 1, 10, 40]))
    def late_candle(self, pair, action, minutes) -> None:
        for bot in self.bots:
            bot.world.late_candle(pair, action)
            bot.world.clock.advance(minutes * 60_000)

    @rule(
        what=st.sampled_from(["books", "prices_known", "locks", "lock_on_all", "pairs"]),
        some=st.sets(pairs, min_size=1),
    )
    def freqtrade_or_exchange_fails(self, what, some) -> None:
        for bot in self.bots:
            held = {trade.pair for trade in bot.world.open_trades}
            if what == "pairs":
                bot.pairs = tuple(pair for pair in PAIRS if pair in some | held)
            else:
                setattr(bot.world, what, {"lock_on_all": True, "locks": some}.get(what, False))

    @rule(state=thrown, lower=st.booleans())
    def switch(self, state, lower) -> None:
        """Another process throws it; None: it cannot be read."""
        for bot in self.bots:
            bot.throw(state, lower=lower)

    @precondition(lambda self: not self.locks)
    @rule()
    def lock_database(self) -> None:
        self.locks = [LockedDatabase(path) for path in self.paths]
        for bot in self.bots:
            bot.locked = True

    @rule()
    def restart(self) -> None:
        for bot in self.bots:
            bot.kill()

    def all_faults_end(self) -> None:
        while self.locks:
            self.locks.pop().release()
        for bot in self.bots:
            bot.locked, bot.switch_readable, bot.pairs = False, True, PAIRS
            if bot.halted:
                bot.other.rearm("test", "other")
            bot.lift_limits()
            world = bot.world
            world.books = world.prices_known = True
            world.locks, world.lock_on_all = set(), False

    @invariant()
    def all_is_well(self) -> None:
        for bot in self.bots:
            bot.watch()

    def teardown(self) -> None:
        logging.disable(logging.NOTSET)
        for lock in self.locks:
            lock.release()
        for bot in self.bots:
            bot.close()
        self.folder.cleanup()


class ScaleMachine(DeskMachine):
    """The same happens to two bots, and to one of them with all prices and money times 1000."""

    scales = (1.0, 1_000.0)

    @invariant()
    def the_same_was_decided(self) -> None:
        if not self.bots:
            return
        small, large = ({key: what(row) for key, row in bot.rows.items()} for bot in self.bots)
        assert small == large
        small_orders, large_orders = (
            [(sent.key, sent.asked_for) for sent in bot.sent] for bot in self.bots
        )
        assert small_orders == large_orders
        small_trades, large_trades = (bot.world.trades for bot in self.bots)
        for one, other in zip(small_trades, large_trades, strict=True):
            assert other.open_rate == pytest.approx(one.open_rate * 1_000)
            assert (other.amount, other.ordered) == pytest.approx((one.amount, one.ordered))


def what(row) -> tuple:
    return row.action, row.signal, row.verdict, row.reason, row.attempts


TestDesk = DeskMachine.TestCase
TestScale = ScaleMachine.TestCase
TestDesk.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    phases=(Phase.reuse, Phase.generate, *SHRINKS),
    suppress_health_check=list(HealthCheck),
)
TestScale.settings = settings(TestDesk.settings, max_examples=max(1, EXAMPLES // 2))
