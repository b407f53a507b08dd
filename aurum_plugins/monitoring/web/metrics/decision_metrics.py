"""What a bot decided in the last day, and what became of its orders."""

from __future__ import annotations

from typing import Final

from aurum_plugins.monitoring.web.metrics.metric import Metric, single

DECISION_METRICS: Final = (
    Metric(
        "aurum_decisions_24h",
        "Candles decided on in the last 24 hours, by verdict",
        "counts",
        lambda bot: (((verdict,), number) for verdict, number in bot.counts.verdicts.items()),
        ("verdict",),
    ),
    Metric(
        "aurum_decision_reasons_24h",
        "Candles decided on in the last 24 hours, by the reason that they ended with",
        "counts",
        lambda bot: (((reason,), number) for reason, number in bot.counts.reasons.items()),
        ("reason",),
    ),
    single(
        "aurum_entries_ordered_24h",
        "Entries sent in the last 24 hours of which the outcome is known",
        "counts",
        lambda bot: bot.counts.ordered,
    ),
    single(
        "aurum_entries_filled_24h",
        "Those of them that became a position",
        "counts",
        lambda bot: bot.counts.filled,
    ),
    single(
        "aurum_execution_ratio_24h",
        "Share of the entries sent that filled; absent while none was sent",
        "counts",
        lambda bot: bot.counts.execution_rate,
    ),
    single(
        "aurum_unsettled_orders",
        "Orders of which it is not known whether the exchange took them",
        "unsettled_orders",
        lambda bot: bot.unsettled_orders,
    ),
)
