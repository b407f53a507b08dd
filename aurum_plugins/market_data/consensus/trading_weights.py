"""How much each venue's price weighs."""

from __future__ import annotations

import math
from collections.abc import Sequence


def trading_weights(turnovers: Sequence[float]) -> list[float]:
    """Weights by what is traded, none of them above half of all.

    One big venue must not be the consensus alone: a venue that trades more than all others
    together weighs as much as they do.

    Parameters
    ----------
    turnovers : sequence of shape (n,)
        Of 24 hours, all in one currency. What is not finite, or negative, is unknown and counts as
        the smallest known; where none is known (or nothing is left to weigh), all are equal.

    Returns
    -------
    list of shape (n,)
        0 or more, of any sum above 0.

    Examples
    --------
    >>> trading_weights([8.0, 2.0, float("nan")])
    [0.5, 0.25, 0.25]
    """
    known = [turnover for turnover in turnovers if 0 <= turnover < math.inf]
    largest = max(known, default=0.0)
    if not largest > 0:
        return [1.0] * len(turnovers)
    unknown = min(known)
    weights = [(t if 0 <= t < math.inf else unknown) / largest for t in turnovers]
    first = weights.index(1.0)
    weights[first] = 0.0
    others = sum(weights)
    weights[first] = min(1.0, others)
    return weights if others > 0 else [1.0] * len(turnovers)
