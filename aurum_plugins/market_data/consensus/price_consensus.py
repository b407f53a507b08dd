"""What venues agree on, or why they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aurum_plugins.refusal import Figure


class Exclusion(StrEnum):
    """Why a venue's quote does not count."""

    STALE = "its quote is too old"
    NO_RATE = "its currency cannot be converted"
    OUTLIER = "its price is far from the others'"
    DISTRUSTED = "it was far from the others before"
    NO_PRICE = "its price is not a number above 0"
    CROSSED = "its bid is above its ask"
    WIDE = "its bid and ask are far apart"


class Dissent(StrEnum):
    """Why there is no consensus."""

    NOT_ASKED = "the pair is not watched"
    NO_QUOTES = "no venue quotes the pair"
    NO_QUORUM = "too few venues have a quote that counts"
    DISAGREEMENT = "the venues disagree"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a consensus is: the product of its parts, each in [0, 1].

    Attributes
    ----------
    coverage : float
        Venues that count, as a share of those that could quote the pair.
    agreement : float
        1 where they name one price, 0 where they are as far apart as is allowed.
    freshness : float
        1 where all quotes are of this moment, 0 where the oldest is as old as is allowed.
    """

    coverage: float
    agreement: float
    freshness: float

    @property
    def score(self) -> float:
        """In [0, 1]."""
        return self.coverage * self.agreement * self.freshness


@dataclass(frozen=True, slots=True)
class Consensus:
    """A price that enough venues agree on.

    Attributes
    ----------
    pair : str
    price : float
        Quote currency of the pair.
    venues : tuple of str
        Whose quotes count.
    excluded : mapping of str to Exclusion
        By venue.
    largest_deviation_bps : float
        Of the quotes that count, from `price`.
    quality : Quality
    at_ms : int
        Time of the oldest quote that counts, UTC milliseconds.
    """

    pair: str
    price: float
    venues: tuple[str, ...]
    excluded: Mapping[str, Exclusion]
    largest_deviation_bps: float
    quality: Quality
    at_ms: int


@dataclass(frozen=True, slots=True)
class NoConsensus:
    """No price that enough venues agree on.

    Attributes
    ----------
    pair : str
    dissent : Dissent
    excluded : mapping of str to Exclusion
        By venue.
    figures : mapping of str to number or str
        What was compared with what; the name says the unit.
    """

    pair: str
    dissent: Dissent
    excluded: Mapping[str, Exclusion] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
