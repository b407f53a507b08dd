"""How the candles of the last day ended, and how many of the entries sent became a position."""

from __future__ import annotations

from collections import Counter
from typing import Final

from aurum_plugins.clock import DAY_MS
from aurum_plugins.database.database import Database
from aurum_plugins.monitoring.bot_journal import bot_journal
from aurum_plugins.monitoring.snapshot.bot_snapshot import DecisionCounts
from aurum_plugins.reasons import Reason

FILLED: Final = frozenset({Reason.FILLED, Reason.RECOVERED})
# A limit order that was cancelled unfilled was not executed either: the entry was wanted, and no
# position came of it.
NOT_FILLED: Final = frozenset({Reason.REJECTED, Reason.CANCELLED, Reason.UNBOOKED})


def decision_counts(database: Database, bot: str, now_ms: int) -> DecisionCounts:
    """Count the candles that closed in the last 24 hours, on the timeframe decided on last.

    Entries under way (`APPROVED`, `FORCED`, `OUTCOME_UNKNOWN`) are neither filled nor ordered yet.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    aurum_plugins.errors.ConfigurationError
        If the timeframe has no fixed length.
    """
    journal = bot_journal(database, bot)
    if journal is None:
        return DecisionCounts()
    verdicts: Counter[str] = Counter()
    reasons: Counter[Reason] = Counter()
    for (verdict, reason), number in journal.counts(now_ms - DAY_MS, now_ms).items():
        verdicts[verdict.value] += number
        reasons[reason] += number
    filled = sum(reasons[reason] for reason in FILLED)
    often = sorted(reasons.items(), key=lambda found: (-found[1], found[0]))
    return DecisionCounts(
        verdicts=dict(sorted(verdicts.items())),
        reasons={reason.name: number for reason, number in often},
        ordered=filled + sum(reasons[reason] for reason in NOT_FILLED),
        filled=filled,
    )
