"""Limits on what was lost: today, this week, from the peak, and trade after trade.

Everything is measured on equity marked to market, so an open position that falls counts at once.

===================  ====================================  =====================================
limit                reached                               lifted
===================  ====================================  =====================================
daily, weekly loss   a mark that far below the start's     when the next UTC day, ISO week begins
consecutive losses   the last of them closes               `consecutive_pause_hours` later
drawdown             a mark that far below the peak        `drawdown_pause_days` later, or by hand
===================  ====================================  =====================================

References
----------
S. J. Grossman and Z. Zhou, "Optimal investment strategies for controlling drawdowns", Mathematical
Finance 3 (1993), for sizes that shrink with the distance to the largest drawdown allowed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.standing import Standing

# Trades remembered, so that none counts twice. Older ones are taken for counted.
REMEMBERED = 200
# A clock that is further behind the latest mark cannot be trusted with days and pauses.
LARGEST_CLOCK_STEP_MS = HOUR_MS
# 1970-01-01 was a Thursday, and ISO weeks begin on Mondays.
_DAYS_BEFORE_EPOCH = 3
# A loss short of its limit by a rounding error has reached it.
_ROUNDING = 1e-12


class LossLimits:
    """Keep a `RiskState` up to date, and say what follows from it.

    It holds nothing but its settings: whoever calls it keeps the state, and writes it down.

    Parameters
    ----------
    settings : RiskSettings
    """

    def __init__(self, settings: RiskSettings) -> None:
        self.settings = settings

    def update(
        self, state: RiskState, now_ms: int, equity: float, closed: Sequence[ClosedTrade] = ()
    ) -> RiskState:
        """Give the state after a mark of the equity, and after trades that were closed.

        Parameters
        ----------
        state : RiskState
        now_ms : int
            UTC milliseconds. If it lies before the latest mark, the mark is left out.
        equity : float
            Quote currency. What is not a finite positive number is no mark.
        closed : sequence of ClosedTrade
            In any order; those that were counted before may be among them. They count even where
            the mark does not.
        """
        if closed:
            state = self._count(state, max(now_ms, state.at_ms), closed)
        if not _is_known(equity) or now_ms < state.at_ms:
            return state
        equity = float(equity)  # numpy's own do not belong into a record
        start = max(state.equity, equity)
        changes: dict[str, float | int | None] = {"at_ms": now_ms, "equity": equity}
        for span, now, then in (
            ("day", _day(now_ms), _day(state.at_ms)),
            ("week", _week(now_ms), _week(state.at_ms)),
        ):
            if now != then or not state.equity:
                changes[f"{span}_equity"] = start
                changes[f"{span}_low"] = equity
            else:
                changes[f"{span}_low"] = min(getattr(state, f"{span}_low"), equity)
        peak, halted_ms = max(state.peak, equity), state.halted_ms
        if halted_ms is not None and self._pause_is_over(halted_ms, now_ms):
            peak, halted_ms = equity, None
        if halted_ms is None and _reached(1 - equity / peak, self.settings.drawdown_stop):
            halted_ms = now_ms
        return state.model_copy(update={**changes, "peak": peak, "halted_ms": halted_ms})

    def standing(self, state: RiskState, now_ms: int, equity: float) -> Standing:
        """Say whether positions may be opened.

        Parameters
        ----------
        state : RiskState
            The mark need not be in it yet.
        now_ms : int
            UTC milliseconds.
        equity : float
            Quote currency.
        """
        if not _is_known(equity):
            return _unknown({"unknown": "equity", "value": str(equity)})
        if now_ms < state.at_ms - LARGEST_CLOCK_STEP_MS:
            return _unknown({"unknown": "clock", "now_ms": now_ms, "last_mark_ms": state.at_ms})
        if (now_ms, equity) != (state.at_ms, state.equity):
            state = self.update(state, now_ms, equity)
        # A mark that was left out, because the clock stepped back, still counts against us.
        drawdown = 1 - equity / max(state.peak, equity)
        refusal = self._refusal(state, now_ms, equity, drawdown)
        return Standing(
            scale=self.throttle(drawdown) if refusal is None else 0.0,
            refusal=refusal,
            drawdown=drawdown,
        )

    def throttle(self, drawdown: float) -> float:
        """Part of their size that positions have at a drawdown, 1 to `throttle_floor`, then 0.

        Parameters
        ----------
        drawdown : float
            Below the peak, 0.2 is 20 %.
        """
        first, stop = self.settings.drawdown_throttle, self.settings.drawdown_stop
        if not drawdown < stop - _ROUNDING:
            return 0.0
        way = min(1.0, max(0.0, (drawdown - first) / (stop - first)))
        return 1 - way * (1 - self.settings.throttle_floor)

    def _refusal(
        self, state: RiskState, now_ms: int, equity: float, drawdown: float
    ) -> Refusal | None:
        limits = self.settings
        if state.halted_ms is not None or _reached(drawdown, limits.drawdown_stop):
            since = now_ms if state.halted_ms is None else state.halted_ms
            figures = {"drawdown_share": drawdown, "limit_share": limits.drawdown_stop}
            return Refusal(Reason.DRAWDOWN, {**figures, "since_ms": since})
        for reason, low, start, limit in (
            (Reason.WEEKLY_LOSS, state.week_low, state.week_equity, limits.weekly_loss),
            (Reason.DAILY_LOSS, state.day_low, state.day_equity, limits.daily_loss),
        ):
            worst = 1 - min(low, equity) / start
            if _reached(worst, limit):
                return Refusal(reason, {"worst_loss_share": worst, "limit_share": limit})
        if now_ms < state.paused_until_ms:
            figures = {"limit": limits.consecutive_losses, "until_ms": state.paused_until_ms}
            return Refusal(Reason.CONSECUTIVE_LOSSES, figures)
        return None

    def _pause_is_over(self, halted_ms: int, now_ms: int) -> bool:
        days = self.settings.drawdown_pause_days
        return days is not None and now_ms - halted_ms >= days * DAY_MS

    def _count(self, state: RiskState, now_ms: int, closed: Sequence[ClosedTrade]) -> RiskState:
        known = set(state.counted)
        oldest = state.counted[0] if len(state.counted) == REMEMBERED else None
        fresh: dict[tuple[int, int], bool] = {}
        for trade in closed:
            key = (trade.closed_ms, trade.trade_id)
            if key not in known and (oldest is None or key > oldest):
                # A profit that is not a number is a loss.
                fresh[key] = fresh.get(key, False) or not trade.profit >= 0
        if not fresh:
            return state
        streak, until, newest = state.losing_streak, state.paused_until_ms, state.newest_ms
        for (closed_ms, _), lost in sorted(fresh.items()):
            ended = min(closed_ms, now_ms)
            if lost:
                streak += 1
            elif ended >= newest:
                # One that we hear of late may add a loss, but not end a streak.
                streak = 0
            if streak >= self.settings.consecutive_losses:
                pause = round(self.settings.consecutive_pause_hours * HOUR_MS)
                streak, until = 0, max(until, ended + pause)
            newest = max(newest, ended)
        counted = tuple(sorted({*known, *fresh})[-REMEMBERED:])
        return state.model_copy(
            update={
                "losing_streak": streak,
                "paused_until_ms": until,
                "newest_ms": newest,
                "counted": counted,
            }
        )


def _is_known(equity: float) -> bool:
    return math.isfinite(equity) and equity > 0


def _reached(loss: float, limit: float) -> bool:
    return loss >= limit - _ROUNDING


def _day(at_ms: int) -> int:
    return at_ms // DAY_MS


def _week(at_ms: int) -> int:
    return (_day(at_ms) + _DAYS_BEFORE_EPOCH) // 7


def _unknown(figures: dict[str, Figure]) -> Standing:
    return Standing(0.0, Refusal(Reason.EQUITY_UNKNOWN, figures), math.nan)
