"""Which venues are not believed for a while, because they were far from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aurum_plugins.refusal import Figure

# One round may be an accident of timing.
ROUNDS_TO_DISTRUST = 2


@dataclass(frozen=True, slots=True)
class TrustChange:
    """A venue is distrusted, or trusted again.

    Attributes
    ----------
    venue : str
    trusted : bool
        From now on.
    at_ms : int
        UTC milliseconds.
    figures : mapping of str to number or str
        What it was judged by.
    """

    venue: str
    trusted: bool
    at_ms: int
    figures: Mapping[str, Figure] = field(default_factory=dict)


class Trust:
    """Distrusts a venue that is far from the others twice in a row, until it mends its ways.

    A round of a venue is one answer of it with all its quotes. It is a bad one where at least half
    of the pairs that it could be judged on were outliers. A round in which it could be judged on
    none, because too few others quote, says nothing and changes nothing.

    Parameters
    ----------
    rounds : int
        Good rounds in a row after which a distrusted venue is trusted again; 1 or more.

    Attributes
    ----------
    distrusted : frozenset of str
        Venues. Replaced, never changed: any thread may read it.
    """

    def __init__(self, rounds: int) -> None:
        self.distrusted: frozenset[str] = frozenset()
        self._rounds = rounds
        self._bad: dict[str, int] = {}
        self._good: dict[str, int] = {}

    def note(self, venue: str, outliers: int, judged: int, at_ms: int) -> TrustChange | None:
        """Remember one round of a venue, and give what it changes.

        Parameters
        ----------
        venue : str
        outliers, judged : int
            Pairs on which it was far from the others, of those on which that could be told.
        at_ms : int
            UTC milliseconds.
        """
        if judged == 0:
            return None
        is_bad = 2 * outliers >= judged
        self._bad[venue] = self._bad.get(venue, 0) + 1 if is_bad else 0
        self._good[venue] = 0 if is_bad else self._good.get(venue, 0) + 1
        figures: dict[str, Figure] = {"outliers": outliers, "judged": judged}
        if venue not in self.distrusted and self._bad[venue] >= ROUNDS_TO_DISTRUST:
            self.distrusted |= {venue}
            return TrustChange(venue, False, at_ms, {**figures, "bad_rounds": self._bad[venue]})
        if venue in self.distrusted and self._good[venue] >= self._rounds:
            self.distrusted -= {venue}
            return TrustChange(venue, True, at_ms, {**figures, "good_rounds": self._good[venue]})
        return None
