"""Decisions as rows of the table `decisions`, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import RowMapping

from aurum_plugins.database.database import Database
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.figures import storable_figures
from aurum_plugins.reasons import Action, Reason


def row_of(bot: str, timeframe: str, strategy: str, decision: Decision) -> dict[str, Any]:
    """A row to be written, every column filled."""
    return {
        "bot": bot,
        "pair": decision.pair,
        "timeframe": timeframe,
        "candle_ms": int(decision.candle_ms),
        "action": decision.action.name,
        "signal": decision.signal.name,
        "verdict": decision.verdict.value,
        "reason": decision.reason.name,
        "figures": {
            "signal": storable_figures(decision.figures),
            "outcome": storable_figures(decision.outcome),
        },
        "attempts": decision.attempts,
        "decided_ms": decision.decided_ms,
        "settled_ms": decision.settled_ms,
        "strategy": strategy,
    }


def decision_of(row: RowMapping) -> Decision:
    """A row that was read.

    Raises
    ------
    KeyError, ValueError, TypeError
        If it holds what this version of the code does not know: see `understood`.
    """
    figures = row["figures"]
    return Decision(
        pair=row["pair"],
        timeframe=row["timeframe"],
        candle_ms=row["candle_ms"],
        action=Action[row["action"]],
        signal=Reason[row["signal"]],
        verdict=Verdict(row["verdict"]),
        reason=Reason[row["reason"]],
        decided_ms=row["decided_ms"],
        strategy=row["strategy"],
        figures=figures["signal"],
        outcome=figures["outcome"],
        attempts=row["attempts"],
        settled_ms=row["settled_ms"],
    )


@contextmanager
def understood(database: Database) -> Iterator[None]:
    """Let a row that makes no sense be a fault of the database, as any other.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
    """
    try:
        yield
    except (KeyError, ValueError, TypeError) as error:
        reason = f"a decision in it is not understood ({error}): was it written by a newer version?"
        raise DatabaseUnavailable(database.url, reason) from error
