"""How the monitor itself does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.monitor_health import MonitorHealth
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.sentiment.one_line import one_line

_BOTS = ("bot",)


def monitor_metrics(
    health: MonitorHealth, bots: Iterable[BotSnapshot], now_ms: int
) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    """The families; what is not known has no sample."""
    info = GaugeMetricFamily(
        "aurum_monitor_info", "Always 1; the label tells the version", labels=("version",)
    )
    info.add_metric((health.version,), 1.0)
    yield info
    yield GaugeMetricFamily(
        "aurum_monitor_uptime_seconds",
        "Since the monitor began to watch",
        value=(now_ms - health.started_ms) / SECOND_MS,
    )
    yield GaugeMetricFamily(
        "aurum_monitor_database_reachable",
        "1 if the database could be read at the last look",
        value=float(health.database_reachable),
    )
    yield CounterMetricFamily(
        "aurum_monitor_looks_total", "Looks at all bots since the start", value=health.looks
    )
    yield GaugeMetricFamily(
        "aurum_monitor_faults", "Parts that failed at the last look", value=len(health.faults)
    )
    alerts = GaugeMetricFamily(
        "aurum_monitor_open_alerts",
        "Open alerts about no bot, but about the machine",
        labels=("severity",),
    )
    for severity in Severity:
        own = sum(alert.severity is severity for alert in health.alerts)
        alerts.add_metric((severity.value,), own)
    yield alerts
    age = GaugeMetricFamily("aurum_monitor_look_age_seconds", "Since the last look ended")
    if health.at_ms is not None:
        age.add_metric((), (now_ms - health.at_ms) / SECOND_MS)
    yield age
    took = GaugeMetricFamily("aurum_monitor_look_duration_seconds", "How long the last look took")
    if health.took_ms is not None:
        took.add_metric((), health.took_ms / SECOND_MS)
    yield took
    ages = GaugeMetricFamily(
        "aurum_snapshot_age_seconds", "Since the bot was last looked at", labels=_BOTS
    )
    faults = GaugeMetricFamily(
        "aurum_snapshot_faults", "Parts of the bot that could not be read", labels=_BOTS
    )
    for bot in bots:
        name = (one_line(bot.bot, 100),)
        ages.add_metric(name, (now_ms - bot.now_ms) / SECOND_MS)
        faults.add_metric(name, len(bot.faults))
    yield ages
    yield faults
