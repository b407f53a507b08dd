"""Reading back from the journal what a bot has to know of its earlier self."""

from __future__ import annotations

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Stage
from aurum_plugins.trading.entry_follow_up import Approved
from aurum_plugins.trading.resumed import Resumed

# Far enough for the rate of orders, and for a candle whose order must not be sent twice.
LOOKED_BACK_MS = 2 * DAY_MS


def resumed(journal: Journal, now_ms: int) -> Resumed:
    """Read what an earlier process of the same bot left.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If the journal cannot be read.
    """
    newest = journal.newest_candles()
    approved = journal.ordered(now_ms - LOOKED_BACK_MS)
    # An order that came to nothing stands for its candle all the same: the exchange may have it.
    for pair, candle_ms in newest.items():
        refused = journal.refused(pair, candle_ms, candle_ms)
        approved += [one for one in refused if one.reason.stage is Stage.ORDER]
    entries = tuple(_entry(decision) for decision in approved)
    return Resumed(
        newest=newest,
        sent_ms=tuple(e.approved_ms for e in entries if e.approved_ms > now_ms - HOUR_MS),
        approved=entries,
        unfinished=tuple(_entry(decision) for decision in journal.unfinished()),
        pending=tuple((decision.pair, decision.candle_ms) for decision in journal.pending()),
    )


def _entry(decision: Decision) -> Approved:
    return Approved(decision.pair, decision.candle_ms, decision.settled_ms or decision.decided_ms)
