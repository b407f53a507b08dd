"""What the suppression of duplicates must remember over a restart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecentItem:
    """An item that was seen lately, whether it counted or not.

    Attributes
    ----------
    text_hash : str
    author : str
        Empty if not known.
    source : str
    seen_ms : int
        UTC milliseconds.
    text : str
        Untrusted; plain.
    published_ms : int or None
        UTC milliseconds by the source's own clock; None if it did not say.
    """

    text_hash: str
    author: str
    source: str
    seen_ms: int
    text: str = ""
    published_ms: int | None = None
