"""An item that reports a bad event, with what a shock needs of it."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.sentiment.scored_item import Event


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """Read back from the store; suppressed items are not among them.

    Attributes
    ----------
    seen_ms : int
        UTC milliseconds.
    source : str
    text : str
        Untrusted; plain.
    subjects : tuple of str
        As of `ScoredItem`.
    event : Event
    weight : float
        Above 0.
    """

    seen_ms: int
    source: str
    text: str
    subjects: tuple[str, ...]
    event: Event
    weight: float
