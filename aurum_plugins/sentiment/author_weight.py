"""How much it counts who says it."""

from __future__ import annotations

import math
from typing import Final

LOWEST: Final = 0.5
HIGHEST: Final = 1.5
# Followers or karma of an author who counts as one of whom nothing is known does.
USUAL_REACH: Final = 1_000
# What ten times the reach adds.
A_DECADE: Final = 0.25


def author_weight(reach: int | None) -> float:
    """Weight in [0.5, 1.5]; 1 where the author's reach is not known.

    Grows with the logarithm of the reach, so that nobody with a million followers outweighs
    everybody else.

    Examples
    --------
    >>> [author_weight(reach) for reach in (None, 0, 10, 1_000, 100_000, 10**8)]
    [1.0, 0.5, 0.5, 1.0, 1.5, 1.5]
    """
    if reach is None:
        return 1.0
    decades = math.log10(max(reach, 1) / USUAL_REACH)
    return min(max(1.0 + A_DECADE * decades, LOWEST), HIGHEST)
