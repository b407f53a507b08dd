"""A bot's desk through anything that may happen to it: see `WatchedBot` for what must hold."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from desk_bot import LockedDatabase, Moment, new_file
from desk_world import PAIRS, DeskWorld, Outcome
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from watched_bot import WatchedBot

from aurum_plugins.reasons import Action
from aurum_plugins.risk.switch import SwitchState

# More for a thorough run: AURUM_DESK_EXAMPLES=2000.
EXAMPLES = int(os.environ.get("AURUM_DESK_EXAMPLES", "40"))
STEPS = int(os.environ.get("AURUM_DESK_STEPS", "40"))

pairs = st.sampled_from(PAIRS)
actions = st.dictionaries(
    pairs, st.sampled_from([Action.ENTER, Action.ENTER, Action.EXIT, Action.HOLD])
)
outcome = st.sampled_from([Outcome.FILLED, *Outcome])
outcomes = st.fixed_dictionaries(dict.fromkeys(PAIRS, outcome))
moments = st.sampled_from([None] * 6 + list(Moment))
shares = st.sampled_from([0.05, 0.3, 1.0])
overshoots = st.sampled_from([0.0, 0.0, 0.0, 0.005, 0.05])


class DeskMachine(RuleBasedStateMachine):
    """One bot, one exchange, one database, and other processes that write to it."""

    @initialize(slots=st.integers(1, 3))
    def begin(self, slots) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = new_file(Path(self.folder.name))
        self.path = path
        self.world = DeskWorld(slots=slots)
        self.bot = WatchedBot(self.world, path)
        self.lock: LockedDatabase | None = None

    @rule(actions=actions, outcomes=outcomes, share=shares, over=overshoots, killed_at=moments)
    def candle_and_loop(self, actions, outcomes, share, over, killed_at) -> None:
        self.world.close_candle(actions)
        self.bot.loop(outcomes, share=share, overshoot=over, killed_at=killed_at)

    @rule(actions=actions)
    def candle(self, actions) -> None:
        self.world.close_candle(actions)

    @rule(pair=pairs, action=st.sampled_from([Action.ENTER, Action.HOLD]))
    def late_candle(self, pair, action) -> None:
        self.world.late_candle(pair, action)

    @rule(outcomes=outcomes, share=shares, over=overshoots, killed_at=moments)
    def loop(self, outcomes, share, over, killed_at) -> None:
        self.bot.loop(outcomes, share=share, overshoot=over, killed_at=killed_at)

    @rule(minutes=st.sampled_from([1, 10, 40]))
    def wait(self, minutes) -> None:
        self.world.clock.advance(minutes * 60_000)

    @rule(pair=pairs, outcome=outcome, analysed=st.booleans(), killed_at=moments)
    def force(self, pair, outcome, analysed, killed_at) -> None:
        self.bot.force(pair, outcome, analysed=analysed, killed_at=killed_at)

    @rule(pair=pairs, share=st.sampled_from([0.3, 1.0]))
    def fill(self, pair, share) -> None:
        trade = self.world.trade(pair)
        if trade is not None and trade.ordered:
            self.world.fill(trade, share)

    @rule(pair=pairs)
    def cancel(self, pair) -> None:
        trade = self.world.trade(pair)
        if trade is not None and trade.ordered:
            self.world.cancel(trade)

    @rule(pair=pairs)
    def sell(self, pair) -> None:
        trade = self.world.trade(pair)
        if trade is not None and trade.amount:
            self.world.sell(trade)

    @rule(pair=pairs, factor=st.sampled_from([0.4, 0.85, 0.99, 1.01, 1.15, 1.6]))
    def jump(self, pair, factor) -> None:
        self.world.prices[pair] *= factor

    @rule(pair=pairs)
    def lock_pair(self, pair) -> None:
        self.world.locks ^= {pair}

    @rule()
    def lock_all(self) -> None:
        self.world.lock_on_all = not self.world.lock_on_all

    @rule()
    def book_goes_or_comes(self) -> None:
        self.world.books = not self.world.books

    @rule()
    def prices_go_or_come(self) -> None:
        self.world.prices_known = not self.world.prices_known

    @rule(kept=st.sets(pairs, min_size=1))
    def change_pairs(self, kept) -> None:
        held = {trade.pair for trade in self.world.open_trades}
        self.bot.pairs = tuple(pair for pair in PAIRS if pair in kept | held)

    @precondition(lambda self: self.lock is None)
    @rule(state=st.sampled_from([SwitchState.HALTED, SwitchState.FLAT]), lower=st.booleans())
    def throw(self, state, lower) -> None:
        self.bot.other.throw(state, "test", "other", lower=lower)

    @precondition(lambda self: self.lock is None)
    @rule()
    def rearm(self) -> None:
        self.bot.other.rearm("test", "other")

    @rule()
    def switch_goes_or_comes(self) -> None:
        self.bot.switch_readable = not self.bot.switch_readable

    @rule()
    def restart(self) -> None:
        self.bot.kill()

    @precondition(lambda self: self.lock is None)
    @rule()
    def lock_database(self) -> None:
        self.lock = LockedDatabase(self.path)
        self.bot.locked = True

    @precondition(lambda self: self.lock is not None)
    @rule()
    def release_database(self) -> None:
        self.lock.release()
        self.lock = None
        self.bot.locked = False

    @invariant()
    def all_is_well(self) -> None:
        self.bot.watch()

    def teardown(self) -> None:
        if hasattr(self, "bot"):
            if self.lock is not None:
                self.lock.release()
            self.bot.close()
            self.folder.cleanup()


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
