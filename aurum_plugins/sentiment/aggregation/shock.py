"""A shock: bad news of the kind that moves prices at once."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.sentiment.scored_item import EventKind


@dataclass(frozen=True, slots=True)
class Shock:
    """A shock that is on.

    Attributes
    ----------
    subject : str
        A coin, "@" and an exchange, or `MARKET`.
    kind : EventKind
        Of the item that weighed most.
    headline : str
        Its text; untrusted.
    source : str
        Its source.
    since_ms : int
        UTC milliseconds at which the shock began.
    level : float
        Sum of severity times weight now, older ones less.
    items : int
        Items since it began, and those that brought it about.
    """

    subject: str
    kind: EventKind
    headline: str
    source: str
    since_ms: int
    level: float
    items: int
