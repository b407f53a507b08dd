"""How a source is doing, and where its collector goes on."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.sentiment.sources.source import Cursor


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as it was last polled.

    Attributes
    ----------
    source : str
    cursor : Cursor
        For the next poll; empty before the first that was answered.
    polled_ms : int
        UTC milliseconds of the last poll, answered or not.
    answered_ms : int or None
        Of the last poll that was answered; None if there was none.
    fault : str
        What became of the last poll, in words; empty if it was answered. Untrusted; plain.
    items : int
        Since the first poll.
    """

    source: str
    cursor: Cursor
    polled_ms: int
    answered_ms: int | None
    fault: str
    items: int
