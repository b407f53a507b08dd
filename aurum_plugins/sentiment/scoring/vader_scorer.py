"""VADER's words and normalisation, with a lexicon and a grammar of finance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from vaderSentiment.vaderSentiment import normalize

from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.grammar import apply
from aurum_plugins.sentiment.scoring.lexicon import load_lexicon
from aurum_plugins.sentiment.scoring.reading import Unit, read_text

_LEXICON: Final = "crypto-1"
# Below this a term is not worth a mention.
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Term:
    """A term that counted.

    Attributes
    ----------
    text : str
        Its words, lower-case.
    rule : str
        Name of the rule by which it counted.
    value : float
        On VADER's scale.
    """

    text: str
    rule: str
    value: float


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the rules understand it.

    Attributes
    ----------
    words : list of str
    units : list of Unit
        After the grammar was applied.
    score : float
        In [-1, 1].
    """

    words: list[str]
    units: list[Unit]
    score: float


class VaderScorer:
    """Scores by words, idioms and rules; the same text always gets the same score.

    What is not about crypto at all is neutral, however good or bad it sounds.
    """

    def __init__(self) -> None:
        self._lexicon = load_lexicon(_LEXICON)
        self._linker = EntityLinker()

    @property
    def version(self) -> str:
        """Name and version, kept beside every score."""
        return f"vader-{self._lexicon.version}"

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Scores of n texts in [-1, 1], shape (n,); 0 is neutral."""
        return np.array([self._score(text) for text in texts], dtype=np.float64)

    def read(self, text: str) -> Read | None:
        """Understand a text; None if it is not about crypto at all."""
        if not self._linker.relevant(text):
            return None
        words, units = read_text(text, self._lexicon)
        apply(units)
        total = sum(unit.value for unit in units)
        return Read(words, units, float(normalize(total)) if total else 0.0)

    def explain(self, text: str) -> tuple[Term, ...]:
        """The terms that counted, in their order in the text."""
        read = self.read(text)
        if read is None:
            return ()
        return tuple(
            Term(" ".join(read.words[unit.start : unit.end]), unit.rule, unit.value)
            for unit in read.units
            if abs(unit.value) > _NOTHING
        )

    def _score(self, text: str) -> float:
        read = self.read(text)
        return 0.0 if read is None else read.score
