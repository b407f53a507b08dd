"""The bytes of a feed as posts."""

from __future__ import annotations

import calendar
import hashlib
import xml.sax
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import feedparser

from aurum_plugins.market_data.resilience.venue_errors import VenueAnswerRefused
from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.post import Post
from aurum_plugins.sentiment.sources.publication_time import publication_time

MOST_ENTRIES: Final = 500
LONGEST_ID: Final = 200
LONGEST_AUTHOR: Final = 200
LONGEST_URL: Final = 2_000
# How a whole feed ends: RSS 2.0, Atom, RSS 1.0.
_ENDS: Final = (b"</rss>", b"</feed>", b"</rdf:rdf>")


@dataclass(frozen=True, slots=True)
class FeedPosts:
    """What a feed holds.

    Attributes
    ----------
    posts : tuple of Post
        In the feed's order, `MOST_ENTRIES` at most.
    is_whole : bool
        Whether it could be read to its end; where not, more may come with the next poll.
    """

    posts: tuple[Post, ...]
    is_whole: bool


def feed_posts(source: str, body: bytes, content_type: str, now_ms: int) -> FeedPosts:
    """Read a feed of any dialect, however badly formed.

    Parameters
    ----------
    source : str
        Name of the source, for errors.
    body : bytes
        Untrusted.
    content_type : str
        The answer's header, for the encoding.
    now_ms : int
        UTC milliseconds; dates after it are not believed.

    Returns
    -------
    FeedPosts
        Without entries that have neither title nor body, and without the last one of a feed that
        was cut off.

    Raises
    ------
    VenueAnswerRefused
        It is no feed (a page of HTML, say), or too badly formed to hold an entry.
    """
    headers = {"content-type": content_type} if content_type else {}
    try:
        # What would be sanitized is removed altogether, in plain_text.
        parsed = feedparser.parse(
            body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        entries = list(parsed.entries[: MOST_ENTRIES + 1])
        is_whole = not isinstance(parsed.get("bozo_exception"), xml.sax.SAXException)
        if not is_whole and not body.rstrip()[-20:].lower().endswith(_ENDS):
            entries = entries[:-1]
        posts = [_post(entry, now_ms) for entry in entries[:MOST_ENTRIES]]
        is_feed = bool(parsed.get("version"))
    except Exception as error:
        reason = f"it cannot be read: {type(error).__name__}"
        raise VenueAnswerRefused(source, "feed", reason) from error
    if not is_feed:
        raise VenueAnswerRefused(source, "feed", "it is no feed")
    if not is_whole and not posts:
        raise VenueAnswerRefused(source, "feed", "it is badly formed, and holds no entry")
    return FeedPosts(tuple(post for post in posts if post is not None), is_whole)


def _post(entry: dict[str, Any], now_ms: int) -> Post | None:
    text = plain_text(str(entry.get("title") or ""), _body(entry))
    if not text:
        return None
    link = str(entry.get("link") or "").strip()
    return Post(
        post_id=_id(str(entry.get("id") or "").strip() or link or text),
        text=text,
        published_ms=_published_ms(entry, now_ms),
        author=plain_text(str(entry.get("author") or ""), longest=LONGEST_AUTHOR),
        url=_url(link),
    )


def _body(entry: Mapping[str, Any]) -> str:
    if entry.get("summary"):
        return str(entry["summary"])
    contents = entry.get("content") or [{}]
    return str(contents[0].get("value") or "")


def _id(told: str) -> str:
    if len(told) <= LONGEST_ID and told.isprintable():
        return told
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _published_ms(entry: dict[str, Any], now_ms: int) -> int | None:
    # feedparser's own `get` answers the one for the other, and warns.
    told = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
    try:
        return None if told is None else publication_time(calendar.timegm(told), now_ms)
    except (ValueError, OverflowError):
        return None


def _url(link: str) -> str:
    of_web = link.lower().startswith(("http://", "https://"))
    return link if of_web and len(link) <= LONGEST_URL and link.isprintable() else ""
