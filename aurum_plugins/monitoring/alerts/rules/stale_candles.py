"""The strategy is given old candles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.worst import counted, listed
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.alerts.standing import trades
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot


class StaleCandles:
    """Pairs whose newest closed candle ended too many candles ago, all in one alert.

    A pair of which there is no candle at all counts from the start of the process.

    Parameters
    ----------
    settings : MonitorSettings
    """

    name: ClassVar[str] = "stale_candles"
    needs: ClassVar[frozenset[str]] = frozenset({"loop", "candles"})
    of_living: ClassVar[bool] = True

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        if snapshot.candles is None or snapshot.loop is None or not trades(snapshot):
            return ()
        report, started_ms = snapshot.candles.report, snapshot.loop.report.started_ms
        interval_ms = report.interval_ms
        if interval_ms <= 0:
            return ()
        ages = {
            one.pair: (
                snapshot.now_ms
                - (started_ms if one.newest_ms is None else one.newest_ms + interval_ms)
            )
            / interval_ms
            for one in report.pairs
        }
        limit = self._settings.stale_candles
        stale = sorted((pair for pair in ages if ages[pair] > limit), key=lambda pair: -ages[pair])
        if not stale:
            return ()
        oldest = ages[stale[0]]
        text = (
            f"the newest candle of {counted(len(stale), 'pair')} of {len(ages)} is older than "
            f"{limit:g} candles, {oldest:.1f} at most: {listed(stale)}"
        )
        figures = {
            "stale": len(stale),
            "pairs": len(ages),
            "oldest_candles": oldest,
            "limit_candles": limit,
        }
        return (Condition(self.name, Severity.HIGH, text, figures=figures),)
