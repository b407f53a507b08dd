"""A snapshot in types that JSON knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.decision_document import decision_document
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, DecisionCounts


def snapshot_document(snapshot: BotSnapshot) -> dict[str, Any]:
    """Everything that a snapshot holds.

    Names are those of the fields, times UTC milliseconds, exact numbers text, and numbers that are
    not finite null. Decisions are as `decision_document` has them; the counts have their execution
    rate besides.
    """
    return {
        field.name: plain_document(getattr(snapshot, field.name), snapshot.bot)
        for field in fields(snapshot)
    }


def report_document(reported: Reported[Any] | None) -> dict[str, Any] | None:
    """A report with its time; None for none."""
    if reported is None:
        return None
    return {"at_ms": reported.at_ms, "report": reported.report.as_json()}


def plain_document(value: Any, bot: str) -> Any:
    """Anything of a snapshot or a health in types that JSON knows.

    Parameters
    ----------
    value : object
    bot : str
        Whose decisions there may be in it.
    """
    plain: Any = value
    if isinstance(value, Reported):
        plain = report_document(value)
    elif isinstance(value, Decision):
        plain = plain_document(decision_document(bot, value), bot)
    elif is_dataclass(value):
        plain = {
            field.name: plain_document(getattr(value, field.name), bot) for field in fields(value)
        }
        if isinstance(value, DecisionCounts):
            plain["execution_rate"] = value.execution_rate
    elif isinstance(value, Decimal):
        plain = format(value, "f")
    elif isinstance(value, Enum):
        plain = value.value
    elif isinstance(value, Mapping):
        plain = {str(key): plain_document(inner, bot) for key, inner in value.items()}
    elif isinstance(value, tuple | list):
        plain = [plain_document(inner, bot) for inner in value]
    elif isinstance(value, float) and not math.isfinite(value):
        plain = None
    return plain
