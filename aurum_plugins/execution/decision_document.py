"""A decision for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurum_plugins.execution.explanation import explain
from aurum_plugins.execution.iso_moment import iso

if TYPE_CHECKING:
    from aurum_plugins.execution.decision import Decision
    from aurum_plugins.reasons import Reason


def decision_document(bot: str, decision: Decision) -> dict[str, Any]:
    """A decision as JSON, times in ISO 8601."""
    return {
        "bot": bot,
        "pair": decision.pair,
        "timeframe": decision.timeframe,
        "candle": iso(decision.candle_ms),
        "action": decision.action.name.lower(),
        "signal": reason_document(decision.signal),
        "verdict": decision.verdict.value,
        "reason": reason_document(decision.reason),
        "figures": dict(decision.figures),
        "outcome": dict(decision.outcome),
        "attempts": decision.attempts,
        "decided": iso(decision.decided_ms),
        "settled": None if decision.settled_ms is None else iso(decision.settled_ms),
        "strategy": decision.strategy,
        "explanation": explain(decision),
    }


def reason_document(reason: Reason) -> dict[str, Any]:
    """A reason as JSON."""
    return {"code": reason.name, "stage": reason.stage.value, "sentence": reason.sentence}
