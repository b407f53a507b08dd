"""The rules' score, corrected by weights that were learned from labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from aurum_plugins.sentiment.scoring.evidence import evidence
from aurum_plugins.sentiment.scoring.label import THRESHOLD
from aurum_plugins.sentiment.scoring.text_figures import text_figures
from aurum_plugins.sentiment.scoring.vader_scorer import Term, VaderScorer
from aurum_plugins.sentiment.scoring.weights import Weights, load_weights

_WEIGHTS: Final = "learned-1"


class LearnedScorer:
    """Scores by the most likely class, and by how likely it is.

    A text that is most likely neutral has a score within `THRESHOLD` of 0, any other one beyond:
    `label_of` gives the most likely class. What is not about crypto at all is neutral.

    Parameters
    ----------
    weights : Weights, optional
        Those of the package by default.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._rules = VaderScorer()
        self._weights = weights or load_weights(_WEIGHTS)

    @property
    def version(self) -> str:
        """Name and version, kept beside every score."""
        return f"{self._rules.version}+{self._weights.version}"

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Scores of n texts in [-1, 1], shape (n,); 0 is neutral."""
        return np.array([self._score(text) for text in texts], dtype=np.float64)

    def explain(self, text: str) -> tuple[Term, ...]:
        """The terms that counted by a rule, in their order in the text."""
        return self._rules.explain(text)

    def _score(self, text: str) -> float:
        read = self._rules.read(text)
        if read is None:
            return 0.0
        figures = text_figures(read.words, read.units, read.score)
        bad, neutral, good = self._weights.probabilities(
            evidence(read.words, read.units), figures
        ).tolist()
        lean = good - bad
        if neutral >= max(good, bad):
            return float(THRESHOLD * lean)
        return float((THRESHOLD if lean > 0 else -THRESHOLD) + (1 - THRESHOLD) * lean)
