"""Feeds on loopback, in the formats that news sites write.

RSS 2.0 as its specification has it (rssboard.org/rss-specification): `guid`, `pubDate` of RFC 822,
`content:encoded`; Atom as RFC 4287: `id`, `updated`, `content`. Conditional requests as RFC 9110:
`If-None-Match` is looked at before `If-Modified-Since`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from xml.sax.saxutils import escape

from loopback_http import Answer, Asked, LoopbackServer

PUBLISHED_S = 1_795_435_200


@dataclass
class Story:
    """One entry."""

    title: str
    guid: str = ""
    link: str = ""
    body: str = ""
    author: str = ""
    published_s: float | None = PUBLISHED_S


def rss(*stories: Story) -> bytes:
    """An RSS 2.0 feed, in this order."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily Chain</title>'
        "<link>https://news.example</link><description>News</description>"
        + "".join(_rss_item(story) for story in stories)
        + "</channel></rss>\n"
    ).encode()


def _rss_item(story: Story) -> str:
    parts = [f"<title>{escape(story.title)}</title>"]
    if story.link:
        parts.append(f"<link>{escape(story.link)}</link>")
    if story.guid:
        parts.append(f'<guid isPermaLink="false">{escape(story.guid)}</guid>')
    if story.published_s is not None:
        parts.append(f"<pubDate>{formatdate(story.published_s, usegmt=True)}</pubDate>")
    if story.author:
        parts.append(f"<dc:creator>{escape(story.author)}</dc:creator>")
    if story.body:
        parts.append(f"<content:encoded><![CDATA[{story.body}]]></content:encoded>")
    return f"<item>{''.join(parts)}</item>"


def atom(*stories: Story) -> bytes:
    """An Atom feed, in this order."""
    entries = "".join(
        f"<entry><id>{escape(story.guid)}</id><title>{escape(story.title)}</title>"
        f'<link href="{escape(story.link)}"/><updated>2026-11-23T12:00:00Z</updated>'
        f"<author><name>{escape(story.author)}</name></author>"
        f'<content type="html">{escape(story.body)}</content></entry>'
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Chain</title><id>urn:chain</id><updated>2026-11-23T12:00:00Z</updated>{entries}"
        "</feed>"
    ).encode()


@dataclass
class LoopbackFeeds:
    """One feed, which may be asked for under any path.

    Attributes
    ----------
    body : bytes
    etag, modified : str
        Empty: not told.
    instead : list of Answer
        These are given first, one each.
    """

    body: bytes = b""
    content_type: str = "application/rss+xml; charset=utf-8"
    etag: str = ""
    modified: str = ""
    instead: list[Answer] = field(default_factory=list)

    def serve(self) -> LoopbackServer:
        """A server that is started where it is entered."""
        return LoopbackServer(self._answer)

    def _answer(self, asked: Asked) -> Answer:
        if self.instead:
            return self.instead.pop(0)
        headers = {"Content-Type": self.content_type}
        if self.etag:
            headers["ETag"] = self.etag
        if self.modified:
            headers["Last-Modified"] = self.modified
        known = asked.headers.get("if-none-match")
        if known is None:
            since = asked.headers.get("if-modified-since")
            is_known = bool(self.modified) and since == self.modified
        else:
            is_known = bool(self.etag) and known == self.etag
        return Answer(304, headers) if is_known else Answer(200, headers, self.body)
