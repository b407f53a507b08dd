"""Whether the journal has each closed candle of each pair once, and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from sqlalchemy import RowMapping

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_rows import decision_of
from aurum_plugins.execution.explanation import explain
from aurum_plugins.reasons import Reason
from aurum_plugins.soak.findings import Findings, named
from aurum_plugins.soak.sqlite_rows import read

# What was approved and never became an order of the exchange's.
NOT_TAKEN: Final = frozenset({Reason.REJECTED, Reason.UNBOOKED, Reason.OUTCOME_UNKNOWN})
# Share of the decisions due that must be made.
MADE: Final = 0.999


def decisions(records: Path) -> list[Decision]:
    """The whole journal, the oldest candle first."""
    query = "SELECT * FROM decisions ORDER BY candle_ms, pair"
    return [decision_of(cast("RowMapping", row)) for row in read(records, query)]


def audit_journal(
    findings: Findings, journal: Sequence[Decision], pairs: Sequence[str], from_ms: int, to_ms: int
) -> None:
    """One row for each pair and closed 1m candle, no more and no less, and each explains itself.

    Parameters
    ----------
    findings : Findings
    journal : sequence of Decision
    pairs : sequence of str
    from_ms, to_ms : int
        The first and the last candle that is due, by their open, UTC milliseconds.
    """
    due = {(pair, candle) for pair in pairs for candle in range(from_ms, to_ms + 1, MINUTE_MS)}
    written = Counter((decision.pair, decision.candle_ms) for decision in journal)
    findings.count("closed candles due", len(due))
    findings.count("decisions written", len(journal))
    findings.promise("missing", sorted(due - written.keys()))
    findings.promise("not due", sorted(written.keys() - due))
    findings.promise("doubled", [key for key, number in written.items() if number > 1])
    findings.promise("unexplained", [row for row in journal if not is_explained(row)])
    unsettled = [row for row in journal if row.verdict is Verdict.PENDING and row.candle_ms < to_ms]
    findings.promise("left pending", unsettled)
    missed = Counter(row.reason.name for row in journal if row.signal is Reason.NOT_DECIDED)
    findings.count("decided without a signal", named(missed))


def audit_made(
    findings: Findings, journal: Sequence[Decision], pairs: Sequence[str], from_ms: int, to_ms: int
) -> None:
    """At least 99.9 % of the decisions due were made, while their candle was the newest.

    A row that only says that its candle was missed is none. Parameters as of `audit_journal`.
    """
    due = len(pairs) * ((to_ms - from_ms) // MINUTE_MS + 1)
    made = {
        (row.pair, row.candle_ms)
        for row in journal
        if row.signal is not Reason.NOT_DECIDED and from_ms <= row.candle_ms <= to_ms
    }
    share = len(made) / due if due > 0 else 1.0
    findings.count("decisions made", f"{len(made):,} of {due:,} ({share:.2%})")
    if share < MADE:
        findings.missed.append(f"only {len(made):,} of {due:,} decisions were made ({share:.2%})")


def audit_refusals(findings: Findings, journal: Sequence[Decision]) -> None:
    """Count the reasons."""
    refused = Counter(row.reason.name for row in journal if row.verdict is Verdict.REFUSED)
    findings.count("refusals", named(refused))
    signals = Counter(row.signal.name for row in journal)
    findings.count("signals", named(signals))


def is_explained(row: Decision) -> bool:
    """Whether a row says why, with figures where the signal had any."""
    if row.reason is Reason.NOT_DECIDED or not explain(row):
        return False
    return row.signal is Reason.NOT_DECIDED or "close" in row.figures


def is_approval(row: Decision) -> bool:
    """Whether an order was, or may have been, sent for it."""
    return row.verdict is Verdict.APPROVED or row.reason in NOT_TAKEN
