"""A refusal whose figures can be written down whatever they are."""

from __future__ import annotations

import math

from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal


def refuse(reason: Reason, **figures: object) -> Refusal:
    """Refuse, with figures that JSON can hold.

    What is no finite number is named in words: "nan", "inf", or its type such as "bool".

    Examples
    --------
    >>> refuse(Reason.NOT_FINITE, price=float("nan")).figures
    {'price': 'nan'}
    """
    return Refusal(reason, {name: _figure(value) for name, value in figures.items()})


def _figure(value: object) -> Figure:
    if isinstance(value, str):
        return value
    number = finite(value)
    if math.isnan(number):
        return str(value) if isinstance(value, float) else type(value).__name__
    return int(number) if isinstance(value, int) else number
