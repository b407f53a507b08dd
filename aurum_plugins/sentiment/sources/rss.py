"""Headlines of a news site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from aurum_plugins.clock import Clock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.sources.feed_posts import feed_posts
from aurum_plugins.sentiment.sources.poll_session import PollSession
from aurum_plugins.sentiment.sources.source import Cursor, Polled

# Entries that are remembered, so that a restart repeats nothing.
MOST_SEEN: Final = 500
_LONGEST_HEADER: Final = 500
_UNCHANGED: Final = 304
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.8, */*;q=0.1"
)


class RssFeed:
    """Reads one feed: RSS 0.9 to 2.0 or Atom.

    Parameters
    ----------
    feed : str
        A name of one's own: "coindesk".
    url : str
        http or https. It may hold a key, so it is never told to anybody.
    interval_s, timeout_s : float
        As of a `Source`.
    clock : Clock

    Attributes
    ----------
    name : str
        "rss:coindesk".

    Raises
    ------
    ConfigurationError
        The address is not of the web.

    Notes
    -----
    The cursor holds what RFC 9110 asks for in conditional requests (`ETag`, `Last-Modified`) and
    hashes of the newest ids: {"etag": ..., "modified": ..., "seen": [...]}.
    """

    def __init__(
        self, feed: str, url: str, *, interval_s: float, timeout_s: float, clock: Clock
    ) -> None:
        if not url.lower().startswith(("http://", "https://")):
            key = f"aurum.sentiment.rss.{feed}"
            raise ConfigurationError(key, "must begin with http:// or https://", url[:20])
        self.name = f"rss:{feed}"
        self.interval_s = interval_s
        self.timeout_s = timeout_s
        self._url = url
        self._clock = clock
        self._session = PollSession(timeout_s, clock)

    def poll(self, cursor: Cursor) -> Polled:
        """Ask for what is new; see `Source`."""
        etag, modified, seen = _text(cursor, "etag"), _text(cursor, "modified"), _seen(cursor)
        headers = {"Accept": _ACCEPT}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        with self._session.poll(self.name):
            answer = self._session.request("GET", self._url, headers=headers)
        if answer.status_code == _UNCHANGED:
            return Polled((), cursor)
        content_type = answer.headers.get("Content-Type", "")
        feed = feed_posts(self.name, answer.content, content_type, self._clock.now_ms())
        by_hash = {_hash(post.post_id): post for post in feed.posts}
        new = [post for hashed, post in by_hash.items() if hashed not in seen]
        # Feeds begin with the newest.
        posts = tuple(reversed(new))
        if all(post.published_ms is not None for post in posts):
            posts = tuple(sorted(posts, key=lambda post: post.published_ms or 0))
        # Of a feed that was cut off, the rest is asked for again.
        found = answer.headers if feed.is_whole else {}
        return Polled(
            posts,
            {
                "etag": found.get("ETag", "")[:_LONGEST_HEADER],
                "modified": found.get("Last-Modified", "")[:_LONGEST_HEADER],
                "seen": _newest(by_hash, seen),
            },
        )


def _newest(found: Iterable[str], seen: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*found, *seen]))[:MOST_SEEN]


def _hash(post_id: str) -> str:
    return hashlib.blake2b(post_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _text(cursor: Cursor, key: str) -> str:
    value = cursor.get(key, "")
    # What cannot be sent as a header's value is not sent.
    fits = isinstance(value, str) and value.isascii() and value.isprintable()
    return value.strip() if fits else ""


def _seen(cursor: Cursor) -> dict[str, None]:
    """Hashes in order, newest first; empty for a cursor that is not ours."""
    seen: Any = cursor.get("seen", ())
    fits = isinstance(seen, list | tuple)
    return dict.fromkeys(hashed for hashed in seen if isinstance(hashed, str)) if fits else {}
