"""A bot that was killed goes on where it stopped."""

from __future__ import annotations

import pytest
from desk_bot import DeskBot, Moment
from desk_world import PAIRS, Outcome

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.trading.entry_follow_up import Approved
from aurum_plugins.trading.resumed import Resumed
from aurum_plugins.trading.resuming import resumed

PAIR = PAIRS[0]
HOLD = dict.fromkeys(PAIRS, Action.HOLD)
ENTER = {**HOLD, PAIR: Action.ENTER}
FILLED = dict.fromkeys(PAIRS, Outcome.FILLED)


def outcome(bot: DeskBot) -> tuple[Verdict, Reason]:
    row = bot.journal.last(PAIR)[0]
    return row.verdict, row.reason


def test_an_empty_journal_has_nothing_to_tell(bot) -> None:
    assert resumed(bot.journal, bot.world.now_ms) == Resumed()


def test_what_the_journal_tells(bot) -> None:
    bot.world.close_candle(ENTER)
    bot.loop(FILLED)
    opened_ms, sent_ms = bot.world.newest(PAIR)[0], bot.world.now_ms
    entry = Approved(PAIR, opened_ms, sent_ms)
    assert resumed(bot.journal, sent_ms + HOUR_MS - 1) == Resumed(
        newest=dict.fromkeys(PAIRS, opened_ms),
        sent_ms=(sent_ms,),
        approved=(entry,),
        unfinished=(entry,),
    )
    bot.begin()
    later = resumed(bot.journal, sent_ms + HOUR_MS)
    assert (later.sent_ms, later.approved, later.unfinished) == ((), (entry,), ())
    assert resumed(bot.journal, sent_ms + 3 * DAY_MS).approved == ()


@pytest.mark.parametrize("moment", [Moment.DECIDED, Moment.SIZED])
def test_before_the_approval_the_entry_is_tried_again(bot, moment) -> None:
    bot.world.close_candle(ENTER)
    bot.loop(FILLED, killed_at=moment)
    assert outcome(bot) == (Verdict.REFUSED, Reason.INTERRUPTED)
    bot.loop(FILLED)
    assert outcome(bot) == (Verdict.APPROVED, Reason.APPROVED)


def test_after_the_approval_nothing_is_sent_again_however_often_it_restarts(bot) -> None:
    bot.world.close_candle(ENTER)
    bot.loop(FILLED, killed_at=Moment.APPROVED)
    for _ in range(3):
        bot.loop(FILLED)
        assert outcome(bot) == (Verdict.REFUSED, Reason.UNBOOKED)
        bot.kill()
    bot.loop(FILLED)
    assert len(bot.sent) == 1
    bot.world.close_candle(ENTER)
    bot.loop(FILLED)
    assert len(bot.sent) == 2


def test_a_rejected_entry_is_not_sent_again_after_a_restart(bot) -> None:
    bot.world.close_candle(ENTER)
    bot.loop({PAIR: Outcome.REJECTED})
    bot.begin()
    bot.kill()
    bot.loop(FILLED)
    assert outcome(bot) == (Verdict.REFUSED, Reason.REJECTED)
    assert len(bot.sent) == 1


def test_a_waiting_entry_is_followed_further(bot) -> None:
    bot.world.close_candle(ENTER)
    bot.loop({PAIR: Outcome.WAITING})
    bot.kill()
    bot.loop(FILLED)
    assert outcome(bot) == (Verdict.APPROVED, Reason.APPROVED)
    bot.world.fill(bot.world.trade(PAIR), 1.0)
    bot.loop(FILLED)
    assert outcome(bot) == (Verdict.APPROVED, Reason.FILLED)


def test_candles_of_the_time_in_between_were_missed(bot) -> None:
    bot.world.close_candle(HOLD)
    bot.loop(FILLED)
    for _ in range(3):
        bot.world.close_candle(HOLD)
    bot.kill()
    bot.loop(FILLED)
    reasons = [row.reason for row in bot.journal.last(PAIR, 9)]
    assert reasons == [Reason.NO_BREAKOUT, Reason.MISSED, Reason.MISSED, Reason.NO_BREAKOUT]


def test_a_candle_that_a_person_asked_for_first_hides_none_before_it(bot) -> None:
    bot.world.close_candle(HOLD)
    bot.loop(FILLED)
    for _ in range(3):
        bot.world.close_candle(HOLD)
    bot.force(PAIR, Outcome.FILLED, analysed=True, killed_at=Moment.SIZED)
    bot.loop(FILLED)
    assert len(bot.journal.last(PAIR, 9)) == 4
    assert bot.journal.last(PAIR)[0].signal is Reason.NO_BREAKOUT


def test_the_rate_of_orders_outlives_it(bot) -> None:
    bot.world.close_candle(dict.fromkeys(PAIRS, Action.ENTER))
    bot.loop(FILLED)
    before = bot.desk._wanted.sent_ms
    bot.kill()
    assert bot.desk._wanted.sent_ms == before
    assert len(before) == 3
