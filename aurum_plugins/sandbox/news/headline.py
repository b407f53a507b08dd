"""A headline of the simulated news."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headline:
    """One item of a feed.

    Attributes
    ----------
    headline_id : str
        Unique among all feeds.
    title : str
    published_ms : int
        UTC milliseconds.
    feed : str
        The only feed that has it; empty: every feed.
    """

    headline_id: str
    title: str
    published_ms: int
    feed: str = ""
