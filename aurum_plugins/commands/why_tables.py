"""Decisions for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from aurum_plugins.execution.explanation import explain, headline, why
from aurum_plugins.execution.figure_words import moment_in_words

if TYPE_CHECKING:
    from aurum_plugins.execution.decision import Decision
    from aurum_plugins.execution.decision_summary import DecisionSummary
    from aurum_plugins.reasons import Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def decisions_table(title: str, decisions: Sequence[Decision], *, with_pair: bool) -> Table:
    """One line a decision, in the order given."""
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in (*(("pair",) if with_pair else ()), "candle", "decision"):
        table.add_column(heading, no_wrap=True)
    table.add_column("why", overflow="fold")
    for decision in decisions:
        cells = [moment_in_words(decision.candle_ms), headline(decision), why(decision)]
        table.add_row(*(Text(cell) for cell in ([decision.pair] if with_pair else []) + cells))
    return table


def decision_document(bot: str, decision: Decision) -> dict[str, Any]:
    """A decision as JSON, times in ISO 8601."""
    return {
        "bot": bot,
        "pair": decision.pair,
        "timeframe": decision.timeframe,
        "candle": iso(decision.candle_ms),
        "action": decision.action.name.lower(),
        "signal": _reason(decision.signal),
        "verdict": decision.verdict.value,
        "reason": _reason(decision.reason),
        "figures": dict(decision.figures),
        "outcome": dict(decision.outcome),
        "attempts": decision.attempts,
        "decided": iso(decision.decided_ms),
        "settled": None if decision.settled_ms is None else iso(decision.settled_ms),
        "strategy": decision.strategy,
        "explanation": explain(decision),
    }


def summary_document(summary: DecisionSummary) -> dict[str, Any]:
    """A summary as JSON; shares are of all candles, 1 is all of them."""
    return {
        "candles": summary.candles,
        "wanted": summary.wanted,
        "approved": summary.approved,
        "pending": summary.pending,
        "reasons": [
            {**_reason(reason), "candles": number, "share": number / summary.candles}
            for reason, number in summary.reasons
        ],
    }


def iso(moment_ms: int) -> str:
    """UTC milliseconds as ISO 8601."""
    return (_EPOCH + timedelta(milliseconds=moment_ms)).isoformat()


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.name, "stage": reason.stage.value, "sentence": reason.sentence}


def _moment(moment_ms: int | None) -> str:
    return "-" if moment_ms is None else moment_in_words(moment_ms)
