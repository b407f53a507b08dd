"""Everything that Prometheus is told, in its own format."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.monitoring.monitor_health import MonitorHealth
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.metrics.account_metrics import ACCOUNT_METRICS
from aurum_plugins.monitoring.web.metrics.alert_metrics import ALERT_METRICS
from aurum_plugins.monitoring.web.metrics.decision_metrics import DECISION_METRICS
from aurum_plugins.monitoring.web.metrics.life_metrics import life_metrics
from aurum_plugins.monitoring.web.metrics.market_metrics import MARKET_METRICS
from aurum_plugins.monitoring.web.metrics.metric import Metric
from aurum_plugins.monitoring.web.metrics.model_metrics import MODEL_METRICS
from aurum_plugins.monitoring.web.metrics.monitor_metrics import monitor_metrics
from aurum_plugins.sentiment.one_line import one_line

Family = GaugeMetricFamily | CounterMetricFamily

# Older figures would pass for today's.
FRESH_MS: Final = 30 * SECOND_MS
_LONGEST_LABEL: Final = 100


class Watched(Protocol):
    """What is told of: the monitor."""

    def snapshots(self) -> Mapping[str, BotSnapshot]:
        """The last snapshot of each bot."""
        ...

    def health(self) -> MonitorHealth:
        """How the monitor itself does."""
        ...


class Metrics(Collector):
    """Turns the monitor's snapshots into metrics at every scrape; nothing is kept in between.

    What is not known is left out, and so is everything of a bot whose snapshot is older than half a
    minute. Pairs stand in labels only while they are traded.

    Parameters
    ----------
    monitor : Watched
    settings : MonitorSettings
    clock : Clock
    """

    def __init__(self, monitor: Watched, settings: MonitorSettings, clock: Clock) -> None:
        self._monitor = monitor
        self._clock = clock
        self._metrics = (
            *life_metrics(settings),
            *ACCOUNT_METRICS,
            *DECISION_METRICS,
            *MODEL_METRICS,
            *MARKET_METRICS,
            *ALERT_METRICS,
        )
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def exposition(self, accepted: str) -> tuple[bytes, str]:
        """The metrics as text, and its media type.

        Parameters
        ----------
        accepted : str
            The request's `Accept`.
        """
        encode, media_type = choose_encoder(accepted)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Family]:
        """One family a metric, also those without samples, so that their names are known."""
        now_ms = self._clock.now_ms()
        snapshots = self._monitor.snapshots().values()
        yield from monitor_metrics(self._monitor.health(), snapshots, now_ms)
        fresh = [bot for bot in snapshots if now_ms - bot.now_ms <= FRESH_MS]
        for metric in self._metrics:
            yield _family(metric, fresh)


def _family(metric: Metric, bots: Iterable[BotSnapshot]) -> Family:
    labels = ("bot", *metric.labels)
    family: Family
    if metric.is_counter:
        family = CounterMetricFamily(metric.name, metric.words, labels=labels)
    else:
        family = GaugeMetricFamily(metric.name, metric.words, labels=labels)
    told: set[tuple[str, ...]] = set()
    for bot in bots:
        if any(part in bot.faults for part in metric.parts):
            continue
        for values, figure in metric.read(bot):
            place = tuple(one_line(value, _LONGEST_LABEL) for value in (bot.bot, *values))
            # Of two samples with the same labels Prometheus would take neither, nor anything else.
            if figure is not None and math.isfinite(figure) and place not in told:
                told.add(place)
                family.add_metric(place, float(figure))
    return family
