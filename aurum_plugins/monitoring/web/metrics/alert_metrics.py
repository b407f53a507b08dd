"""What is wrong, and what is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.metrics.metric import Metric, Sample


def open_alerts(bot: BotSnapshot) -> Counter[Severity]:
    """How many alerts of each severity are open."""
    return Counter(alert.severity for alert in bot.alerts if alert.ended_ms is None)


def _by_severity(bot: BotSnapshot) -> Iterable[Sample]:
    numbers = open_alerts(bot)
    return (((severity.value,), numbers[severity]) for severity in Severity)


def _by_rule(bot: BotSnapshot) -> Iterable[Sample]:
    rules = Counter(alert.rule for alert in bot.alerts if alert.ended_ms is None)
    return (((rule,), number) for rule, number in rules.items())


def _fees(bot: BotSnapshot) -> Iterable[Sample]:
    for owed in bot.owed:
        yield (owed.currency, "accrued"), float(owed.accrued)
        yield (owed.currency, "invoiced"), float(owed.invoiced)
        yield (owed.currency, "collected"), float(owed.collected)


ALERT_METRICS: Final = (
    Metric("aurum_open_alerts", "Open alerts", "alerts", _by_severity, ("severity",)),
    Metric("aurum_alert_open", "Open alerts of a rule", "alerts", _by_rule, ("rule",)),
    Metric(
        "aurum_fees_quote",
        "Fees of the ledger in their currency: not invoiced yet, invoiced, collected",
        "owed",
        _fees,
        ("currency", "state"),
    ),
)
