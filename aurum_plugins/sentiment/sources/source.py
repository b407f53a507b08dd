"""What every source does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aurum_plugins.sentiment.post import Post

# What a source has to remember from one poll to the next, as JSON can hold it. Empty at first.
Cursor = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought.

    Attributes
    ----------
    posts : tuple of Post
        New since the cursor, oldest first. A source may repeat itself: whoever takes them looks at
        `post_id`.
    cursor : Cursor
        To be given to the next poll, also after a restart.
    """

    posts: tuple[Post, ...]
    cursor: Cursor


class Source(Protocol):
    """Asks one feed, subreddit or query.

    Attributes
    ----------
    name : str
        "rss:coindesk"; unique among the sources.
    interval_s : float
        Seconds between two polls.
    timeout_s : float
        A poll takes no longer.
    """

    @property
    def name(self) -> str:
        """Unique among the sources."""

    @property
    def interval_s(self) -> float:
        """Seconds between two polls."""

    @property
    def timeout_s(self) -> float:
        """A poll takes no longer."""

    def poll(self, cursor: Cursor) -> Polled:
        """Ask once; blocks.

        Raises
        ------
        aurum_plugins.market_data.resilience.venue_errors.VenueError
            With the source's name as its venue. `VenueLimiting` with the seconds to wait,
            `VenueFailing` for 5xx, `VenueUnreachable` for no whole answer in time,
            `VenueAnswerRefused` for one that makes no sense.
        aurum_plugins.sentiment.sources.credentials_refused.CredentialsRefused
            401 or 403: to ask again with the same credentials is of no use.
        """
