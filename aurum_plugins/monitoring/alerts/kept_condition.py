"""A condition as it may be kept and shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.refusal import Figure
from aurum_plugins.sentiment.one_line import one_line

# Of the columns.
LONGEST_RULE: Final = 40
LONGEST_SUBJECT: Final = 200
_LONGEST_TEXT: Final = 600
_LONGEST_FIGURE: Final = 200


def kept_conditions(conditions: Iterable[Condition]) -> Mapping[tuple[str, str], Condition]:
    """One for each rule and subject, the worst; texts in one line, figures as JSON has them."""
    kept: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        one = _kept(condition)
        other = kept.get(one.key)
        if other is None or one.severity.rank > other.severity.rank:
            kept[one.key] = one
    return kept


def _kept(condition: Condition) -> Condition:
    return Condition(
        rule=one_line(condition.rule, LONGEST_RULE),
        severity=condition.severity,
        text=one_line(condition.text, _LONGEST_TEXT),
        subject=one_line(condition.subject, LONGEST_SUBJECT),
        figures={str(name): _figure(value) for name, value in condition.figures.items()},
    )


def _figure(value: Figure) -> Figure:
    if isinstance(value, str):
        return one_line(value, _LONGEST_FIGURE)
    # JSON has no NaN.
    return value if math.isfinite(value) else str(float(value))
