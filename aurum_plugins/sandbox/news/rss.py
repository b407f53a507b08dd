"""Headlines as RSS."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formatdate
from xml.etree.ElementTree import Element, SubElement, tostring

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.news.headline import Headline


def rss(name: str, address: str, headlines: Sequence[Headline]) -> bytes:
    """A feed as a document of RSS 2.0.

    Parameters
    ----------
    name : str
        Of the feed.
    address : str
        Where it was asked for.
    headlines : sequence of Headline
        Newest first.

    References
    ----------
    RSS Advisory Board, RSS 2.0 Specification: channel has title, link and description; dates are
    RFC 822's; a guid that is no address says so.
    """
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", f"Simulated news: {name}" if name else "Simulated news")
    _add(channel, "link", address)
    _add(channel, "description", "Headlines of the simulated exchange.")
    if headlines:
        _add(channel, "lastBuildDate", http_date(headlines[0].published_ms))
    for headline in headlines:
        item = SubElement(channel, "item")
        _add(item, "title", headline.title)
        _add(item, "guid", headline.headline_id).set("isPermaLink", "false")
        _add(item, "pubDate", http_date(headline.published_ms))
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def http_date(at_ms: int) -> str:
    """A moment, UTC milliseconds, as RFC 822 and HTTP write it."""
    return formatdate(at_ms / SECOND_MS, usegmt=True)


def _add(parent: Element, tag: str, text: str) -> Element:
    child = SubElement(parent, tag)
    child.text = text
    return child
