"""A desk on a small exchange: known answers, one at a time."""

from __future__ import annotations

from typing import Any

import pytest
from desk_bot import DeskBot
from desk_world import PAIRS, Outcome

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.switch import SwitchState

PAIR, OTHER, THIRD = PAIRS
ENTER, HOLD, EXIT = Action.ENTER, Action.HOLD, Action.EXIT
ALL = dict.fromkeys(PAIRS, HOLD)
FILLED = dict.fromkeys(PAIRS, Outcome.FILLED)


def row(bot: DeskBot, pair: str = PAIR) -> Decision:
    """The newest one."""
    return bot.journal.last(pair)[0]


def outcome(bot: DeskBot, pair: str = PAIR) -> tuple[Verdict, Reason]:
    return row(bot, pair).verdict, row(bot, pair).reason


def candle(bot: DeskBot, actions: dict[str, Action], **events: Any) -> None:
    bot.world.close_candle({**ALL, **actions})
    bot.loop(FILLED, **events)


class TestEntry:
    def test_from_candle_to_trade(self, bot) -> None:
        candle(bot, {PAIR: ENTER})
        trade = bot.world.trade(PAIR)
        # 20 % to the stop and 0.1 % of fees: half of the equity, but the cap is a quarter.
        assert trade.amount * trade.open_rate == pytest.approx(2_500)
        assert outcome(bot) == (Verdict.APPROVED, Reason.APPROVED)
        assert row(bot).outcome == {"amount": trade.amount, "price": 100.0}
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.APPROVED, Reason.FILLED)
        assert outcome(bot, OTHER) == (Verdict.NONE, Reason.NO_BREAKOUT)

    def test_a_second_one_of_the_candle_is_not_sent(self, bot) -> None:
        candle(bot, {PAIR: ENTER})
        bot.world.sell(bot.world.trade(PAIR))
        bot.loop(FILLED)
        assert bot.world.trade(PAIR) is None
        assert outcome(bot) == (Verdict.APPROVED, Reason.FILLED)

    def test_a_rejected_one_is_not_sent_again(self, bot) -> None:
        bot.world.close_candle({**ALL, PAIR: ENTER})
        bot.loop({PAIR: Outcome.REJECTED})
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.REJECTED)
        assert len(bot.sent) == 1

    def test_caps_hold_over_pairs(self, bot) -> None:
        """Two that move together may be 40 %, all three 60 %."""
        candle(bot, dict.fromkeys(PAIRS, ENTER), share=1.0)
        values = [trade.amount * trade.open_rate for trade in bot.world.trades]
        assert values == pytest.approx([2_500, 1_500, 2_000])

    def test_a_cap_that_is_used_up(self, bot) -> None:
        candle(bot, {PAIR: ENTER, OTHER: ENTER}, share=1.0)
        bot.world.sell(bot.world.trade(OTHER))
        for pair in (PAIR, OTHER):
            bot.world.prices[pair] *= 2.2
        # 5,500 of 13,000 are more than 40 %.
        candle(bot, {OTHER: ENTER})
        assert outcome(bot, OTHER) == (Verdict.REFUSED, Reason.GROUP_CAP)

    def test_an_order_above_its_stake_is_refused(self, bot) -> None:
        candle(bot, {PAIR: ENTER}, overshoot=0.05)
        assert outcome(bot) == (Verdict.REFUSED, Reason.EXPOSURE)

    def test_an_order_without_a_size_is_refused(self, bot) -> None:
        bot.world.close_candle({**ALL, PAIR: ENTER})
        bot.world.remembered(bot.decided)
        bot.begin()
        order = EntryOrder(PAIR, 1.0, 100.0)
        assert not bot.confirm(order, asked_for=False)
        assert outcome(bot) == (Verdict.REFUSED, Reason.NOT_FINITE)

    def test_an_order_without_a_candle_is_refused(self, bot) -> None:
        order = EntryOrder("NEW/USDT", 1.0, 100.0)
        assert not bot.confirm(order, asked_for=True)
        bot.force(PAIR, Outcome.FILLED)
        assert bot.sent == []

    def test_what_no_decision_wanted_was_asked_for_by_a_person(self, bot) -> None:
        candle(bot, {})
        bot.force(PAIR, Outcome.FILLED, tagged=False)
        assert (row(bot).signal, row(bot).reason) == (Reason.NO_BREAKOUT, Reason.FORCED)

    def test_the_same_refusal_is_written_once(self, bot) -> None:
        bot.world.books = False
        candle(bot, {PAIR: ENTER})
        bot.loop(FILLED)
        assert (row(bot).reason, row(bot).attempts) == (Reason.NO_QUOTE, 1)
        bot.world.books = True
        bot.loop(FILLED)
        assert (row(bot).reason, row(bot).attempts) == (Reason.APPROVED, 2)

    def test_a_signal_that_is_too_old(self, bot) -> None:
        bot.world.close_candle({**ALL, PAIR: ENTER})
        bot.world.clock.advance(HOUR_MS // 2 + 1)
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.STALE_SIGNAL)

    def test_old_orders_do_not_count_as_many(self, bot) -> None:
        for _ in range(5):
            candle(bot, {PAIR: ENTER})
            bot.world.sell(bot.world.trade(PAIR))
        assert len(bot.desk._wanted.sent_ms) == 3


class TestUntried:
    def test_slots_and_locks(self, bot) -> None:
        bot.world.slots = 1
        bot.world.locks = {THIRD}
        candle(bot, dict.fromkeys(PAIRS, ENTER))
        bot.loop(FILLED)
        assert outcome(bot, OTHER) == (Verdict.REFUSED, Reason.NO_SLOT)
        assert outcome(bot, THIRD) == (Verdict.REFUSED, Reason.PAIR_LOCKED)

    def test_all_locked(self, bot) -> None:
        bot.world.lock_on_all = True
        candle(bot, {PAIR: ENTER})
        bot.begin()
        assert outcome(bot) == (Verdict.REFUSED, Reason.ALL_LOCKED)

    def test_sized_and_not_confirmed(self, bot, monkeypatch) -> None:
        monkeypatch.setattr(bot, "confirm", lambda *_, **__: False)
        candle(bot, {PAIR: ENTER})
        bot.begin()
        assert outcome(bot) == (Verdict.REFUSED, Reason.NO_STAKE)

    def test_held_already(self, bot) -> None:
        candle(bot, {PAIR: ENTER})
        candle(bot, {PAIR: ENTER})
        assert outcome(bot) == (Verdict.REFUSED, Reason.POSITION_OPEN)

    def test_a_pair_that_comes_back_is_open_again_and_refused_again(self, bot) -> None:
        bot.world.locks = {PAIR}
        candle(bot, {PAIR: ENTER})
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.PAIR_LOCKED)
        for bot.pairs in ((OTHER,), PAIRS):
            bot.loop(FILLED)
        bot.begin()
        assert outcome(bot) == (Verdict.REFUSED, Reason.PAIR_LOCKED)

    def test_refused_entries_can_be_drawn(self, bot) -> None:
        bot.world.lock_on_all = True
        candle(bot, {PAIR: ENTER})
        bot.begin()
        opened_ms = bot.world.newest(PAIR)[0]
        found = bot.desk.refused(PAIR, opened_ms, opened_ms)
        assert [one.reason for one in found] == [Reason.ALL_LOCKED]

    def test_an_older_one_is_answered_too(self, bot) -> None:
        """Also if somebody asks for the pair on the next candle before the next loop."""
        bot.world.locks = {PAIR}
        candle(bot, {PAIR: ENTER})
        bot.world.close_candle({**ALL, PAIR: ENTER})
        bot.force(PAIR, Outcome.FILLED, analysed=True)
        bot.begin()
        reasons = [one.reason for one in bot.journal.last(PAIR, 2)]
        assert reasons == [Reason.FILLED, Reason.POSITION_OPEN]
        assert bot.journal.pending() == []

    def test_what_is_not_wanted_any_more_is_not_answered(self, bot) -> None:
        bot.world.locks = {PAIR}
        candle(bot, {PAIR: ENTER})
        bot.pairs = (OTHER,)
        bot.desk.decide(bot.world.now_ms, bot.pairs)
        bot.world.series[PAIR].actions[-1] = HOLD
        bot.world.remembered(bot.decided)
        bot.desk.decide(bot.world.now_ms, PAIRS)
        bot.begin()
        assert outcome(bot) == (Verdict.NONE, Reason.NO_BREAKOUT)


class TestForced:
    def test_a_person_may_ask_on_any_candle(self, bot) -> None:
        candle(bot, {})
        bot.world.clock.advance(HOUR_MS // 2 + 1)
        bot.force(PAIR, Outcome.FILLED)
        assert outcome(bot) == (Verdict.APPROVED, Reason.FORCED)
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.APPROVED, Reason.FILLED)

    def test_and_again_once_the_last_one_is_settled(self, bot) -> None:
        candle(bot, {})
        bot.force(PAIR, Outcome.REJECTED)
        bot.force(PAIR, Outcome.FILLED)
        assert bot.world.trades == []
        bot.loop(FILLED)
        bot.force(PAIR, Outcome.FILLED)
        assert len(bot.world.trades) == 1

    def test_but_not_past_the_checks(self, bot) -> None:
        candle(bot, {PAIR: ENTER})
        bot.force(PAIR, Outcome.FILLED)
        assert len(bot.sent) == 1
        bot.kill_switch.throw(SwitchState.HALTED, "test", "test")
        bot.force(OTHER, Outcome.FILLED)
        assert len(bot.sent) == 1
        assert outcome(bot, OTHER) == (Verdict.REFUSED, Reason.KILLED)

    def test_on_a_candle_that_was_not_written_down_yet(self, bot) -> None:
        candle(bot, {})
        bot.world.close_candle({**ALL, PAIR: ENTER})
        bot.force(PAIR, Outcome.FILLED, analysed=True)
        bot.loop(FILLED)
        assert (row(bot).signal, row(bot).reason) == (Reason.BREAKOUT, Reason.FILLED)
        assert len(bot.sent) == 1


class TestExit:
    def test_nothing_speaks_against_holding(self, bot) -> None:
        assert bot.desk.exit_reason(bot.world.now_ms, PAIR, bot.world.now_ms) is None
        assert not bot.desk.cancels_entry(bot.world.now_ms, PAIR, bot.world.now_ms)

    def test_age(self, bot) -> None:
        now_ms = bot.world.now_ms
        assert bot.desk.exit_reason(now_ms, PAIR, now_ms - 12 * HOUR_MS) == "time_exit"
        assert bot.desk.exit_reason(now_ms, PAIR, now_ms - 12 * HOUR_MS + 1) is None

    def test_flat_sells_and_cancels(self, bot) -> None:
        bot.world.close_candle({**ALL, PAIR: ENTER, THIRD: ENTER})
        bot.loop({PAIR: Outcome.FILLED, THIRD: Outcome.WAITING})
        bot.kill_switch.throw(SwitchState.FLAT, "test", "test")
        bot.loop(FILLED)
        assert bot.world.open_trades == []
        bot.loop(FILLED)
        assert outcome(bot, THIRD) == (Verdict.APPROVED, Reason.CANCELLED)

    def test_halted_sells_nothing(self, bot) -> None:
        candle(bot, {PAIR: ENTER})
        bot.kill_switch.throw(SwitchState.HALTED, "test", "test")
        bot.loop(FILLED)
        assert bot.world.trade(PAIR) is not None
        assert bot.desk.cancels_entry(bot.world.now_ms, PAIR, bot.world.now_ms)

    def test_stop(self, bot) -> None:
        assert bot.desk.stop(PAIR, bot.world.now_ms, 100.0, 10.0) is None
        candle(bot, {})
        assert bot.desk.stop(PAIR, bot.world.now_ms, 100.0, 10.0) == pytest.approx(80.0)
        assert bot.desk.stop(PAIR, 0, 100.0, 10.0) is None


class TestRecovered:
    def test_it_goes_to_the_candle_that_was_approved(self, bot) -> None:
        candle(bot, {PAIR: ENTER}, killed_at="approved")
        approved = bot.world.newest(PAIR)[0]
        bot.begin()
        candle(bot, {})
        bot.desk.recovered(bot.world.now_ms, EntryOrder(PAIR, 1.0, 100.0))
        rows = {one.candle_ms: one.reason for one in bot.journal.last(PAIR, 5)}
        assert rows[approved] is Reason.RECOVERED

    def test_without_an_approval_to_the_newest_candle(self, bot) -> None:
        order = EntryOrder(PAIR, 1.0, 100.0)
        bot.desk.recovered(bot.world.now_ms, order)
        assert bot.journal.last(PAIR) == []
        candle(bot, {})
        bot.desk.recovered(bot.world.now_ms, order)
        assert outcome(bot) == (Verdict.APPROVED, Reason.RECOVERED)


def test_the_signal_could_not_be_asked(bot) -> None:
    bot.desk.undecided(bot.world.now_ms, PAIR, 36 * HOUR_MS, Reason.ANALYSIS_FAILED)
    assert outcome(bot) == (Verdict.NONE, Reason.ANALYSIS_FAILED)
