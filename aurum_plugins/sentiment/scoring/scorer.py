"""What every scorer does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Scorer(Protocol):
    """Says how good or bad texts are for the price of what they are about."""

    @property
    def version(self) -> str:
        """Name and version, kept beside every score: "vader-crypto-1+learned-1"."""

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Scores of n texts in [-1, 1], shape (n,); 0 is neutral."""
