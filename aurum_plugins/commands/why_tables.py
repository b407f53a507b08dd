"""Decisions for a terminal, and their summary as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from aurum_plugins.execution.decision_document import reason_document
from aurum_plugins.execution.explanation import explain
from aurum_plugins.execution.figure_words import moment_in_words

if TYPE_CHECKING:
    from aurum_plugins.execution.decision import Decision
    from aurum_plugins.execution.decision_summary import DecisionSummary


def decision_panel(bot: str, decision: Decision) -> Panel:
    """One decision in words, and what else is known of it."""
    facts = {
        "code": decision.reason.name,
        "stage": decision.reason.stage,
        "decided": moment_in_words(decision.decided_ms),
        "settled": _moment(decision.settled_ms),
        "attempts": decision.attempts,
        "strategy": decision.strategy,
        "bot": bot,
    }
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in facts.items():
        grid.add_row(Text(name, "dim"), Text(str(value)))
    return Panel(Group(Text(explain(decision)), Text(""), grid), title=Text(decision.pair))


def summary_document(summary: DecisionSummary) -> dict[str, Any]:
    """A summary as JSON; shares are of all candles, 1 is all of them."""
    return {
        "candles": summary.candles,
        "wanted": summary.wanted,
        "approved": summary.approved,
        "pending": summary.pending,
        "reasons": [
            {**reason_document(reason), "candles": number, "share": number / summary.candles}
            for reason, number in summary.reasons
        ],
    }


def _moment(moment_ms: int | None) -> str:
    return "-" if moment_ms is None else moment_in_words(moment_ms)
