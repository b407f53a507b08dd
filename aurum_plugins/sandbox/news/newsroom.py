"""Which headlines a feed has at a moment."""

from __future__ import annotations

from collections import deque
from typing import Final

from aurum_plugins.clock import Clock
from aurum_plugins.sandbox.news.dull_headlines import dull_headlines
from aurum_plugins.sandbox.news.headline import Headline

# As many as feeds of news usually have.
FEED_LENGTH: Final = 25
MOST_POSTED: Final = 500


class Newsroom:
    """Keeps what was posted, between headlines that are there anyway.

    Parameters
    ----------
    clock : Clock
    seed : int
        Fixes the headlines that are there anyway.
    """

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._posted: deque[Headline] = deque(maxlen=MOST_POSTED)
        self._count = 0

    def post(self, title: str, feed: str = "") -> Headline:
        """Publish a headline now, in one feed or in all.

        Parameters
        ----------
        title : str
        feed : str
            Empty: every feed.
        """
        self._count += 1
        now_ms = self._clock.now_ms()
        # The time tells apart what was posted before a restart.
        made = Headline(f"posted-{now_ms}-{self._count}", title, now_ms, feed)
        self._posted.append(made)
        return made

    def feed(self, name: str, shift_ms: int = 0) -> tuple[Headline, ...]:
        """The newest `FEED_LENGTH` headlines of a feed, the newest first.

        Parameters
        ----------
        name : str
            Any; empty: the feed with what was posted for all alone.
        shift_ms : int
            As of now plus so many milliseconds; 0 or less.
        """
        now_ms = self._clock.now_ms() + shift_ms
        posted = [
            one for one in self._posted if one.published_ms <= now_ms and one.feed in ("", name)
        ]
        dull = dull_headlines(self._seed, now_ms, FEED_LENGTH)
        # Of those posted in one millisecond the last comes first: the sort keeps their order.
        found = sorted((*reversed(posted), *dull), key=lambda one: -one.published_ms)
        return tuple(found[:FEED_LENGTH])
