"""One price as basis points of another."""

from __future__ import annotations

import math

BPS = 1e4


def basis_points(part: float, whole: float) -> float:
    """Give `part` / `whole` in bps; NaN if it is not finite, or `whole` is not positive.

    Parameters
    ----------
    part, whole : float
        Quote currency.

    Examples
    --------
    >>> basis_points(0.5, 100.0)
    50.0
    """
    if not whole > 0:
        return math.nan
    share = part / whole * BPS
    return share if math.isfinite(share) else math.nan
