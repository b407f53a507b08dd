"""The bot goes round its loop and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.alerts.standing import trades
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.refusal import Figure


class NoDecisions:
    """No pair has a decision on a candle that ended lately.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "no_decisions"
    needs: ClassVar[frozenset[str]] = frozenset({"loop", "newest"})
    of_living: ClassVar[bool] = True

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if snapshot.loop is None or not trades(snapshot):
            return ()
        report, limit = snapshot.loop.report, self._settings.stale_candles
        try:
            interval_ms = candle_interval_ms(report.timeframe)
        except ConfigurationError:
            return ()
        ends = [
            decision.candle_ms + interval_ms
            for decision in snapshot.newest
            if decision.timeframe == report.timeframe
        ]
        # A bot that was just started has had no time to decide anything.
        last_ms = max([report.started_ms, *ends])
        if snapshot.now_ms - last_ms <= limit * interval_ms:
            return ()
        passed = elapsed(last_ms, snapshot.now_ms)
        text = f"the bot runs, and has decided nothing on candles of the last {passed}"
        figures: dict[str, Figure] = {
            "age_candles": (snapshot.now_ms - last_ms) / interval_ms,
            "limit_candles": limit,
            "timeframe": report.timeframe,
        }
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
