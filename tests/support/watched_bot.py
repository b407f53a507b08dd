"""A `DeskBot` that is watched: what its journal must say, and what its desk must never do."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from desk_bot import BOT, RISK, DeskBot, Moment, Sent
from desk_world import PAIRS, DeskWorld, Outcome

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.database import Database, open_database
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.execution.explanation import explain
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Reason, Stage
from aurum_plugins.risk.exposure import TOLERANCE
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import SwitchState
from aurum_plugins.trading.risk_states import RiskStates

Key = tuple[str, int]
# Correlations nearer to the limit than this are on either side of it.
_ROUNDING = 1e-9
_UNDER_WAY = frozenset({Reason.APPROVED, Reason.FORCED})


class WatchedBot(DeskBot):
    """Asserts while it runs.

    Attributes
    ----------
    other : KillSwitch
        Of another process, on a connection of its own.
    locked : bool
        Whether somebody keeps the database from being written.
    """

    def __init__(self, world: DeskWorld, path: Path) -> None:
        self._others: Database = open_database(f"sqlite:///{path}", timeout_seconds=1.0)
        self.other = KillSwitch(self._others, BOT, world.clock)
        self._reader = Journal(self._others, BOT, "1h", "Test", world.clock)
        self.locked = False
        self._expected: dict[str, set[int]] = {pair: set() for pair in PAIRS}
        self._known: dict[str, int] = {}
        super().__init__(world, path)

    def close(self) -> None:
        self.database.close()
        self._others.close()

    @property
    def rows(self) -> dict[Key, Decision]:
        """The journal."""
        found = [decision for pair in PAIRS for decision in self._reader.last(pair, 10_000)]
        rows = {(one.pair, one.candle_ms): one for one in found}
        assert len(rows) == len(found)
        return rows

    @property
    def halted(self) -> bool:
        """Whether nothing may be opened for the switch's sake."""
        return not self.switch_readable or self.other.read().state is not SwitchState.ARMED

    def throw(self, state: SwitchState | None, *, lower: bool = False) -> None:
        """Throw the switch in another process, unless it cannot write; None: unreadable."""
        if state is None:
            self.switch_readable = False
        elif not self.locked:
            self.other.throw(state, "test", "other", lower=lower)

    def lift_limits(self) -> None:
        """Let the loss limits start anew, in another process."""
        RiskStates(self._others, BOT, self.world.clock).lift()

    def kill(self) -> None:
        """What was not written down is forgotten, and only that."""
        rows = self.rows
        if self.log.fault is None:
            self._compare(rows)
        else:
            self._expected = {pair: {c for p, c in rows if p == pair} for pair in PAIRS}
            self._known = {pair: max(c) for pair, c in self._expected.items() if c}
        for pair, candles in self._expected.items():
            if candles:
                self._known.setdefault(pair, max(candles))
        super().kill()

    def begin(self) -> None:
        """Nothing is left open of the loops before, as far as it can be written down."""
        self.desk.begin_loop(self.world.now_ms)
        if self.switch_readable and self.other.read().state is SwitchState.FLAT:
            reasons = {
                self.desk.exit_reason(self.world.now_ms, trade.pair, trade.opened_ms)
                for trade in self.world.open_trades
            }
            assert reasons <= {"kill_switch"}
        if not self.locked:
            self._settled()
        self._at(Moment.BEGUN)
        self._decided_soon()

    def confirm(self, order: EntryOrder, *, asked_for: bool) -> bool:
        """Ask the desk, and judge what it says."""
        world, halted, held = self.world, self.halted, self.world.trade(order.pair)
        confirmed = super().confirm(order, asked_for=asked_for)
        if confirmed:
            assert not halted
            assert not self.locked
            assert held is None
            assert world.prices_known or not world.open_trades
            assert world.books
            self._within_caps(order)
        return confirmed

    def _execute(
        self, pair: str, outcome: Outcome, share: float, overshoot: float, *, asked_for: bool
    ) -> None:
        row = self.decided.newest(pair, self.world.now_ms)
        if row is not None and self.available:
            # What is sized gets its row, whoever asks for it.
            self._expect(pair, row.candle_ms)
        super()._execute(pair, outcome, share, overshoot, asked_for=asked_for)

    def watch(self) -> None:
        """What holds after every step."""
        rows = self.rows
        if self.log.fault is None:
            self._compare(rows)
        else:
            assert rows.keys() <= {(p, c) for p, candles in self._expected.items() for c in candles}
        for decision in rows.values():
            text = explain(decision)
            assert decision.reason.sentence[1:] in text or decision.reason is Reason.NOT_DECIDED
            assert decision.signal.sentence[1:] in text or decision.signal is Reason.NOT_DECIDED
        decided = [sent.key for sent in self.sent if not sent.asked_for]
        assert len(set(decided)) == len(decided)
        ordered = {key for key, row in rows.items() if row.reason.stage is Stage.ORDER}
        assert ordered == {sent.key for sent in self.sent}
        approved = {key for key, row in rows.items() if row.verdict is Verdict.APPROVED}
        assert approved <= ordered
        open_pairs = [trade.pair for trade in self.world.open_trades]
        assert len(set(open_pairs)) == len(open_pairs)
        for trade in self.world.open_trades:
            self.desk.exit_reason(self.world.now_ms, trade.pair, trade.opened_ms)
        assert self.world.cash >= -1e-6 * self.world.scale

    def _compare(self, rows: dict[Key, Decision]) -> None:
        """One row a candle that was seen, or missed since the pair was first decided."""
        assert rows.keys() == {(p, c) for p, candles in self._expected.items() for c in candles}

    def _decided_soon(self) -> None:
        """What `decide` is about to write down."""
        for pair in self.pairs:
            self._expect(pair, self.world.newest(pair)[0])
        self._known = {pair: self._known[pair] for pair in self.pairs}

    def _expect(self, pair: str, newest: int) -> None:
        known = self._known.get(pair)
        first = newest if known is None else known + HOUR_MS
        self._expected[pair] |= set(range(first, newest + 1, HOUR_MS))
        self._known[pair] = max(newest, known or 0)

    def _settled(self) -> None:
        """Each order's end stands in the journal, and no entry is left pending."""
        rows = self.rows
        pending = [row for row in rows.values() if row.verdict is Verdict.PENDING]
        assert not pending, pending
        # The last order of a candle has its row.
        for sent in {sent.key: sent for sent in self.sent}.values():
            if sent.end is None or sent.end in _UNDER_WAY:
                sent.end = self._end(sent)
            assert rows[sent.key].reason is sent.end, (rows[sent.key], sent)

    def _end(self, sent: Sent) -> Reason:
        trade = sent.trade
        if trade is not None and trade.filled:
            return Reason.FILLED
        if trade in self.world.trades:
            return Reason.FORCED if sent.asked_for else Reason.APPROVED
        if trade is not None and trade.seen_waiting:
            return Reason.CANCELLED
        return Reason.REJECTED if sent.process == self.process else Reason.UNBOOKED

    def _within_caps(self, order: EntryOrder) -> None:
        world, pair = self.world, order.pair
        prices = world.prices
        held = {
            trade.pair: trade.amount * prices[trade.pair]
            + trade.ordered * max(prices[trade.pair], trade.open_rate)
            for trade in world.open_trades
        }
        equity = world.cash + sum(t.amount * prices[t.pair] for t in world.open_trades)
        group = sum(held[name] for name in self._group(pair, set(held)))
        slack = 1 + TOLERANCE + _ROUNDING
        assert order.notional <= RISK.position_cap * equity * slack
        assert order.notional + group <= RISK.group_cap * equity * slack
        assert order.notional + sum(held.values()) <= RISK.total_cap * equity * slack

    def _group(self, pair: str, held: set[str]) -> set[str]:
        """Held pairs that certainly move with a pair, one after the other."""
        row = self.decided.newest(pair, self.world.now_ms)
        assert row is not None
        window = range(row.candle_ms - 20 * HOUR_MS, row.candle_ms + 1, HOUR_MS)
        closes = pd.DataFrame(
            {
                name: pd.Series(series.closes, index=series.opens_ms).reindex(window)
                for name, series in self.world.series.items()
            }
        )
        returns = closes.map(math.log).diff().iloc[1:]
        linked, reached = set(), {pair}
        while reached:
            name = reached.pop()
            for other in held - linked - {pair}:
                common = returns[[name, other]].dropna()
                correlation = common[name].corr(common[other]) if len(common) > 1 else 1.0
                if len(common) < 10 or correlation > RISK.group_correlation + _ROUNDING:
                    linked.add(other)
                    reached.add(other)
        return linked
