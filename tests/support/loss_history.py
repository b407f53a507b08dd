"""The loss limits a second time, slowly: computed anew from all that ever happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from aurum_plugins.reasons import Reason
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.settings import RiskSettings

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass
class LossHistory:
    """Every mark and every trade, oldest first."""

    limits: RiskSettings
    marks: list[tuple[int, float]] = field(default_factory=list)
    trades: dict[tuple[int, int], ClosedTrade] = field(default_factory=dict)

    def reason(self) -> Reason | None:
        at = self.marks[-1][0]
        halted, drawdown = self.drawdown()
        if halted or drawdown >= self.limits.drawdown_stop - 1e-12:
            return Reason.DRAWDOWN
        for reason, limit, of in (
            (Reason.WEEKLY_LOSS, self.limits.weekly_loss, "%G-%V"),
            (Reason.DAILY_LOSS, self.limits.daily_loss, "%F"),
        ):
            start, low = self.span(of)
            if 1 - low / start >= limit - 1e-12:
                return reason
        return Reason.CONSECUTIVE_LOSSES if at < self.pause() else None

    def drawdown(self) -> tuple[bool, float]:
        peak, since, days = 0.0, None, self.limits.drawdown_pause_days
        for at, equity in self.marks:
            peak = max(peak, equity)
            if since is not None and days is not None and at - since >= days * DAY:
                peak, since = equity, None
            if since is None and 1 - equity / peak >= self.limits.drawdown_stop - 1e-12:
                since = at
        return since is not None, 1 - equity / peak

    def span(self, of: str) -> tuple[float, float]:
        names = [datetime.fromtimestamp(at / 1000, UTC).strftime(of) for at, _ in self.marks]
        first = names.index(names[-1])
        inside = [equity for _, equity in self.marks[first:]]
        before = [equity for _, equity in self.marks[:first]][-1:]
        return max([inside[0], *before]), min(inside)

    def pause(self) -> float:
        streak, until = 0, 0.0
        for (closed_ms, _), trade in sorted(self.trades.items()):
            streak = streak + 1 if trade.profit < 0 else 0
            if streak == self.limits.consecutive_losses:
                streak = 0
                until = closed_ms + self.limits.consecutive_pause_hours * HOUR
        return until
