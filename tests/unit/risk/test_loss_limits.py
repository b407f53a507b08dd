from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import permutations

import pytest

from aurum_plugins.reasons import Reason
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings

HOUR = 3_600_000
DAY = 24 * HOUR
SETTINGS = RiskSettings(
    daily_loss=0.05,
    weekly_loss=0.08,
    consecutive_losses=3,
    consecutive_pause_hours=12,
    drawdown_throttle=0.10,
    drawdown_stop=0.20,
    throttle_floor=0.25,
    drawdown_pause_days=10,
)
LIMITS = LossLimits(SETTINGS)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


# A Monday.
START = ms("2024-03-04 00:00")


def marked(*marks: tuple[int, float], limits: LossLimits = LIMITS) -> RiskState:
    state = RiskState()
    for now_ms, equity in marks:
        state = limits.update(state, now_ms, equity)
    return state


def trade(number: int, profit: float, closed_ms: int = START) -> ClosedTrade:
    return ClosedTrade(number, "BTC/USDT", closed_ms, profit)


class TestStart:
    def test_a_new_account_may_trade(self):
        standing = LIMITS.standing(RiskState(), START, 1_000.0)
        assert (standing.scale, standing.refusal) == (1.0, None)
        assert standing.drawdown == 0.0

    def test_the_first_mark_is_where_everything_starts(self):
        state = marked((START, 1_000.0))
        assert state.peak == state.day_equity == state.week_equity == state.equity == 1_000.0

    def test_time_may_start_at_zero(self):
        state = marked((0, 1_000.0))
        assert state.day_equity == state.day_low == state.week_low == 1_000.0
        assert LIMITS.standing(RiskState(), 0, 1_000.0).refusal is None


class TestDailyLoss:
    def test_it_is_measured_from_the_start_of_the_day(self):
        state = marked((START, 1_000.0), (START + HOUR, 970.0))
        assert LIMITS.standing(state, START + HOUR, 970.0).refusal is None
        refusal = LIMITS.standing(state, START + 2 * HOUR, 940.0).refusal
        assert refusal.figures["worst_loss_share"] == pytest.approx(0.06)

    def test_at_the_limit_nothing_opens(self):
        refusal = LIMITS.standing(marked((START, 1_000.0)), START + HOUR, 950.0).refusal
        assert refusal.reason is Reason.DAILY_LOSS
        assert refusal.figures == {"worst_loss_share": pytest.approx(0.05), "limit_share": 0.05}

    def test_prices_that_recover_do_not_lift_it(self):
        state = marked((START, 1_000.0), (START + HOUR, 949.0))
        standing = LIMITS.standing(state, START + 2 * HOUR, 999.0)
        assert standing.refusal.reason is Reason.DAILY_LOSS
        assert standing.scale == 0.0

    def test_the_next_utc_day_does(self):
        state = marked((START, 1_000.0), (START + HOUR, 949.0))
        assert LIMITS.standing(state, START + DAY - 1, 949.0).refusal is not None
        assert LIMITS.standing(state, START + DAY, 949.0).refusal is None
        assert LIMITS.update(state, START + DAY, 949.0).day_equity == 949.0

    def test_a_loss_over_midnight_belongs_to_the_day_that_shows_it(self):
        # The first mark of the day comes late, and is low already.
        state = marked((START, 1_000.0), (START + DAY - HOUR, 1_000.0))
        standing = LIMITS.standing(state, START + DAY + 9 * HOUR, 940.0)
        assert standing.refusal.reason is Reason.DAILY_LOSS

    def test_a_gain_over_midnight_is_no_cushion(self):
        state = marked((START, 1_000.0), (START + DAY, 1_100.0))
        assert LIMITS.standing(state, START + DAY + HOUR, 1_045.0).refusal.reason is (
            Reason.DAILY_LOSS
        )

    def test_an_open_position_counts_before_any_trade_closes(self):
        state = LIMITS.update(marked((START, 1_000.0)), START + 1, 940.0, ())
        assert LIMITS.standing(state, START + 1, 940.0).refusal.reason is Reason.DAILY_LOSS


class TestWeeklyLoss:
    def test_small_losses_add_up(self):
        marks = [(START + n * DAY, 1_000.0 - 25 * n) for n in range(4)]
        assert LIMITS.standing(marked(*marks), *marks[-1]).refusal is None
        standing = LIMITS.standing(marked(*marks), START + 4 * DAY, 919.0)
        assert standing.refusal.reason is Reason.WEEKLY_LOSS
        assert standing.refusal.figures["worst_loss_share"] == pytest.approx(0.081)

    @pytest.mark.parametrize(
        ("at", "refused"),
        [
            ("2024-03-10 23:59", True),
            ("2024-03-11 00:00", False),
        ],
    )
    def test_monday_lifts_it(self, at, refused):
        state = marked((START, 1_000.0), (START + DAY, 960.0), (START + 2 * DAY, 919.0))
        refusal = LIMITS.standing(state, ms(at), 919.0).refusal
        assert (refusal is not None) is refused

    def test_the_turn_of_the_year_does_not(self):
        # 2024-12-30 is a Monday, of the first ISO week of 2025.
        first = ms("2024-12-30 00:00")
        state = marked((first, 1_000.0), (first + DAY, 960.0), (first + 2 * DAY, 919.0))
        refusal = LIMITS.standing(state, ms("2025-01-02 00:00"), 919.0).refusal
        assert refusal.reason is Reason.WEEKLY_LOSS


class TestConsecutiveLosses:
    def test_so_many_in_a_row_pause(self):
        state = LIMITS.update(RiskState(), START, 1_000.0, [trade(n, -1.0) for n in range(3)])
        refusal = LIMITS.standing(state, START, 1_000.0).refusal
        assert refusal.reason is Reason.CONSECUTIVE_LOSSES
        assert refusal.figures == {"limit": 3, "until_ms": START + 12 * HOUR}
        assert LIMITS.standing(state, START + 12 * HOUR - 1, 1_000.0).refusal is not None
        assert LIMITS.standing(state, START + 12 * HOUR, 1_000.0).refusal is None

    def test_the_count_starts_anew_after_the_pause(self):
        state = LIMITS.update(RiskState(), START, 1_000.0, [trade(n, -1.0) for n in range(5)])
        assert state.losing_streak == 2

    @pytest.mark.parametrize("profit", [0.0, 1.0])
    def test_a_trade_that_did_not_lose_ends_the_streak(self, profit):
        trades = [trade(1, -1.0), trade(2, -1.0), trade(3, profit), trade(4, -1.0)]
        state = LIMITS.update(RiskState(), START, 1_000.0, trades)
        assert (state.losing_streak, state.paused_until_ms) == (1, 0)

    def test_a_profit_that_is_no_number_is_a_loss(self):
        state = LIMITS.update(RiskState(), START, 1_000.0, [trade(1, math.nan)])
        assert state.losing_streak == 1

    def test_each_trade_counts_once(self):
        trades = [trade(1, -1.0), trade(2, -1.0)]
        state = LIMITS.update(RiskState(), START, 1_000.0, trades)
        again = LIMITS.update(state, START, 1_000.0, trades)
        assert again == state
        assert again.losing_streak == 2

    def test_a_trade_told_twice_at_once_is_one(self):
        state = LIMITS.update(RiskState(), START, 1_000.0, [trade(1, -1.0), trade(1, -1.0)])
        assert state.losing_streak == 1
        # And lost, if one of the two says so.
        either = [trade(1, 5.0), trade(1, -1.0)]
        assert LIMITS.update(RiskState(), START, 1_000.0, either).losing_streak == 1

    def test_the_order_of_arrival_does_not_matter(self):
        trades = [
            trade(1, -1.0, START + 5),
            trade(2, 1.0, START + 3),
            trade(3, -1.0, START + 3),
            trade(4, -1.0, START + 9),
        ]
        states = {
            LIMITS.update(RiskState(), START + 10, 1_000.0, order).model_dump_json()
            for order in permutations(trades)
        }
        assert len(states) == 1

    def test_a_loss_that_we_hear_of_late_counts(self):
        state = LIMITS.update(RiskState(), START + 9, 1_000.0, [trade(1, 1.0, START + 9)])
        state = LIMITS.update(state, START + 9, 1_000.0, [trade(2, -1.0, START + 5)])
        assert state.losing_streak == 1

    def test_a_win_that_we_hear_of_late_ends_no_streak(self):
        state = LIMITS.update(RiskState(), START + 9, 1_000.0, [trade(1, -1.0, START + 9)])
        state = LIMITS.update(state, START + 9, 1_000.0, [trade(2, 1.0, START + 5)])
        assert state.losing_streak == 1

    def test_losses_that_we_hear_of_late_do_not_shorten_a_pause(self):
        now = START + 10 * HOUR
        state = RiskState()
        for closed_ms in (now, START):
            trades = [trade(n + closed_ms, -1.0, closed_ms) for n in range(3)]
            state = LIMITS.update(state, now, 1_000.0, trades)
        assert state.paused_until_ms == START + 22 * HOUR

    def test_a_trade_from_the_future_counts_now(self):
        # The exchange's clock may be ahead of ours.
        trades = [trade(n, -1.0, START + DAY) for n in range(3)]
        state = LIMITS.update(RiskState(), START, 1_000.0, trades)
        assert state.paused_until_ms == START + 12 * HOUR
        state = LIMITS.update(state, START, 1_000.0, [trade(8, -1.0), trade(9, 1.0)])
        assert state.losing_streak == 0

    def test_what_is_remembered_has_an_end(self):
        trades = [trade(n, -1.0, START + n) for n in range(1_000)]
        state = LIMITS.update(RiskState(), START + DAY, 1_000.0, trades)
        assert state.counted == tuple((START + n, n) for n in range(800, 1_000))
        # Those that were forgotten do not count a second time.
        assert LIMITS.update(state, START + DAY, 1_000.0, trades) == state

    def test_trades_count_without_a_mark(self):
        trades = [trade(n, -1.0) for n in range(3)]
        state = LIMITS.update(marked((START, 1_000.0)), START + 1, math.nan, trades)
        assert (state.at_ms, state.equity) == (START, 1_000.0)
        assert LIMITS.standing(state, START + 1, 1_000.0).refusal.reason is (
            Reason.CONSECUTIVE_LOSSES
        )


class TestDrawdown:
    # 50 a week, so that no day's and no week's loss comes in between.
    FALL = tuple((START + n * DAY, 1_000.0 - 50 * n / 7) for n in range(29))

    @pytest.mark.parametrize(
        ("drawdown", "scale"),
        [(0.0, 1.0), (0.05, 1.0), (0.10, 1.0), (0.15, 0.625), (0.1999, 0.25075), (0.2, 0), (1, 0)],
    )
    def test_the_throttle(self, drawdown, scale):
        assert LIMITS.throttle(drawdown) == pytest.approx(scale)

    def test_without_a_floor_it_ends_at_nothing(self):
        limits = LossLimits(SETTINGS.model_copy(update={"throttle_floor": 0.0}))
        assert limits.throttle(0.2 - 1e-9) == pytest.approx(0.0, abs=1e-7)

    def test_sizes_shrink_with_the_distance_from_the_peak(self):
        state = marked(*self.FALL[:22])
        standing = LIMITS.standing(state, START + 21 * DAY, 850.0)
        assert standing.drawdown == pytest.approx(0.15)
        assert standing.scale == pytest.approx(0.625)
        assert standing.refusal is None

    def test_at_the_stop_nothing_opens(self):
        state = marked(*self.FALL)
        assert state.halted_ms == START + 28 * DAY
        standing = LIMITS.standing(state, START + 28 * DAY, 800.0)
        assert standing.scale == 0.0
        assert standing.refusal.reason is Reason.DRAWDOWN
        assert standing.refusal.figures == {
            "drawdown_share": pytest.approx(0.2),
            "limit_share": 0.2,
            "since_ms": START + 28 * DAY,
        }

    def test_prices_that_recover_do_not_lift_it(self):
        standing = LIMITS.standing(marked(*self.FALL), START + 29 * DAY, 1_100.0)
        assert standing.refusal.reason is Reason.DRAWDOWN
        assert standing.drawdown == 0.0

    def test_after_the_pause_the_peak_starts_anew(self):
        state = marked(*self.FALL)
        until = START + 38 * DAY
        assert LIMITS.standing(state, until - 1, 700.0).refusal is not None
        after = LIMITS.update(state, until - HOUR, 790.0)
        after = LIMITS.update(after, until, 780.0)
        assert (after.peak, after.halted_ms) == (780.0, None)
        standing = LIMITS.standing(after, until, 780.0)
        assert (standing.drawdown, standing.scale, standing.refusal) == (0.0, 1.0, None)

    def test_without_a_pause_it_never_ends(self):
        limits = LossLimits(SETTINGS.model_copy(update={"drawdown_pause_days": None}))
        state = marked(*self.FALL, (START + 4_000 * DAY, 2_000.0), limits=limits)
        assert limits.standing(state, START + 4_000 * DAY, 2_000.0).refusal is not None

    def test_a_mark_that_was_not_written_yet_counts(self):
        refusal = LIMITS.standing(marked(*self.FALL[:28]), START + 28 * DAY, 799.0).refusal
        assert refusal.reason is Reason.DRAWDOWN

    def test_it_is_named_before_the_others(self):
        trades = [trade(n, -1.0) for n in range(3)]
        state = LIMITS.update(marked((START, 1_000.0)), START + HOUR, 700.0, trades)
        reasons = []
        for drawdown, weekly, daily in [(0.2, 0.1, 0.1), (0.9, 0.1, 0.1), (0.9, 0.9, 0.1)]:
            limits = LossLimits(
                SETTINGS.model_copy(
                    update={"drawdown_stop": drawdown, "weekly_loss": weekly, "daily_loss": daily}
                )
            )
            state = state.model_copy(update={"halted_ms": None})
            reasons.append(limits.standing(state, START + HOUR, 700.0).refusal.reason)
        assert reasons == [Reason.DRAWDOWN, Reason.WEEKLY_LOSS, Reason.DAILY_LOSS]


class TestUnknown:
    @pytest.mark.parametrize("equity", [math.nan, math.inf, -math.inf, 0.0, -5.0])
    def test_no_equity_opens_nothing_and_moves_nothing(self, equity):
        state = marked((START, 1_000.0))
        assert LIMITS.update(state, START + DAY, equity) == state
        standing = LIMITS.standing(state, START + DAY, equity)
        assert standing.scale == 0.0
        assert standing.refusal.reason is Reason.EQUITY_UNKNOWN
        assert math.isnan(standing.drawdown)

    def test_a_loss_while_it_was_unknown_is_found_afterwards(self):
        state = marked((START, 1_000.0))
        state = LIMITS.update(state, START + DAY, math.nan)
        standing = LIMITS.standing(state, START + DAY + HOUR, 940.0)
        assert standing.refusal.reason is Reason.DAILY_LOSS


class TestClock:
    def test_a_step_back_moves_nothing(self):
        state = marked((START + DAY, 1_000.0))
        assert LIMITS.update(state, START + DAY - 1, 2_000.0) == state

    def test_a_small_step_back_is_lived_with(self):
        state = marked((START + DAY, 1_000.0))
        standing = LIMITS.standing(state, START + DAY - 5_000, 960.0)
        assert standing.refusal is None
        assert standing.drawdown == pytest.approx(0.04)
        # What is lost counts, although it is not marked.
        assert LIMITS.standing(state, START + DAY - 1, 940.0).refusal.reason is Reason.DAILY_LOSS
        refusal = LIMITS.standing(state, START + DAY - 1, 790.0).refusal
        assert refusal.reason is Reason.DRAWDOWN
        assert refusal.figures["since_ms"] == START + DAY - 1

    def test_a_large_one_opens_nothing(self):
        state = marked((START + DAY, 1_000.0))
        assert LIMITS.standing(state, START + DAY - HOUR, 1_000.0).refusal is None
        refusal = LIMITS.standing(state, START + DAY - HOUR - 1, 1_000.0).refusal
        assert refusal.reason is Reason.EQUITY_UNKNOWN
        assert refusal.figures == {
            "unknown": "clock",
            "now_ms": START + DAY - HOUR - 1,
            "last_mark_ms": START + DAY,
        }
