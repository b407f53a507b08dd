from __future__ import annotations

import pytest
from loopback_feeds import PUBLISHED_S, Story, rss

from aurum_plugins.market_data.resilience.venue_errors import VenueAnswerRefused
from aurum_plugins.sentiment.post import LONGEST_TEXT, Post
from aurum_plugins.sentiment.sources import feed_posts as module
from aurum_plugins.sentiment.sources.feed_posts import MOST_ENTRIES, feed_posts

NOW_MS = (PUBLISHED_S + 3_600) * 1_000


def posts(body: bytes, content_type: str = "application/rss+xml") -> tuple[Post, ...]:
    return feed_posts("rss:a", body, content_type, NOW_MS).posts


def post(story: Story) -> Post:
    (found,) = posts(rss(story))
    return found


def test_an_entry_with_all_it_can_have() -> None:
    story = Story(
        "Exchange <em>halts</em> withdrawals",
        guid="g",
        link="https://news.example/1",
        body="<p>All &amp; at once.</p>",
        author="Ann\u202e",
    )
    assert post(story) == Post(
        post_id="g",
        text="Exchange halts withdrawals. All & at once.",
        published_ms=PUBLISHED_S * 1_000,
        author="Ann",
        url="https://news.example/1",
    )


def test_the_description_counts_before_the_whole_text() -> None:
    body = rss(Story("Title", body="Whole")).replace(b"</title><content", b"</title><content", 1)
    body = body.replace(b"<content:encoded>", b"<description>Short</description><content:encoded>")
    assert posts(body)[0].text == "Title. Short"


@pytest.mark.parametrize(
    ("story", "post_id"),
    [
        (Story("T", guid="g", link="https://a.example"), "g"),
        (Story("T", link="https://a.example"), "https://a.example"),
        (Story("T"), "T"),
        (Story("T", guid="g" * 200), "g" * 200),
    ],
)
def test_ids_are_of_the_entry_its_link_or_its_text(story: Story, post_id: str) -> None:
    assert post(story).post_id == post_id


def test_ids_that_are_too_long_become_hashes() -> None:
    one, other = post(Story("T", guid="g" * 201)), post(Story("T", guid="g" * 202))
    assert len(one.post_id) == 64
    assert one.post_id != other.post_id


@pytest.mark.parametrize("published_s", [None, PUBLISHED_S + 3_601, 4e9])
def test_dates_that_are_absent_or_in_the_future_are_not_known(published_s: float | None) -> None:
    assert post(Story("T", published_s=published_s)).published_ms is None


@pytest.mark.parametrize("told", [b"yesterday", b"Mon, 99 Nov 2026 99:00:00 GMT", b"0001-01-01"])
def test_dates_that_make_no_sense_are_not_known(told: bytes) -> None:
    body = rss(Story("T")).replace(b"Mon, 23 Nov 2026 12:00:00 GMT", told)
    assert told in body
    assert posts(body)[0].published_ms is None


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "/relative", "https://a.example/" + "x" * 2_000]
)
def test_links_that_are_not_of_the_web_are_left_out(link: str) -> None:
    assert post(Story("T", guid="g", link=link)).url == ""


def test_entries_without_text_are_left_out_and_long_ones_cut() -> None:
    assert posts(rss(Story("", guid="g"), Story("<br>", guid="h"))) == ()
    assert len(post(Story("T", body="word " * 10_000)).text) <= LONGEST_TEXT


def test_no_more_entries_than_anybody_wants() -> None:
    many = rss(*(Story(f"s{number}") for number in range(MOST_ENTRIES + 10)))
    assert [one.text for one in posts(many)][-1] == f"s{MOST_ENTRIES - 1}"


@pytest.mark.parametrize("content_type", ["text/xml", "text/html", "", "text/xml; charset=utf-8"])
def test_letters_are_read_whatever_the_header_says(content_type: str) -> None:
    assert posts(rss(Story("Größe €")), content_type)[0].text == "Größe €"


def test_another_encoding() -> None:
    body = rss(Story("Größe")).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert posts(body, "application/xml")[0].text == "Größe"


@pytest.mark.parametrize("dialect", ["0.91", "0.92", "2.0"])
def test_dialects(dialect: str) -> None:
    body = rss(Story("T")).replace(b'version="2.0"', f'version="{dialect}"'.encode())
    assert posts(body)[0].text == "T"


def test_rss_1() -> None:
    body = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns="http://purl.org/rss/1.0/"><channel><title>C</title></channel>'
        b'<item rdf:about="https://a.example/1"><title>T</title></item></rdf:RDF>'
    )
    assert [(one.text, one.post_id) for one in posts(body)] == [("T", "https://a.example/1")]


def test_a_whole_feed_says_so_and_a_broken_one_too() -> None:
    body = rss(Story("One"), Story("Two"))
    whole = feed_posts("rss:a", body, "", NOW_MS)
    assert (whole.is_whole, len(whole.posts)) == (True, 2)
    broken = feed_posts("rss:a", body.replace(b"Two", b"T&wo;"), "", NOW_MS)
    assert (broken.is_whole, len(broken.posts)) == (False, 2)
    torn = feed_posts("rss:a", body[: body.index(b"Two") + 2], "", NOW_MS)
    assert (torn.is_whole, [one.text for one in torn.posts]) == (False, ["One"])


def test_whatever_the_parser_raises_is_a_refused_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(module.feedparser, "parse", parse)
    with pytest.raises(VenueAnswerRefused, match="rss:a: feed: it cannot be read: RecursionError"):
        posts(b"<rss/>")


def test_a_year_that_no_calendar_has(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"title": "T", "published_parsed": (0, 1, 1, 0, 0, 0, 0, 1, 0)}
    parsed = module.feedparser.FeedParserDict(entries=[entry], version="rss20", bozo=False)
    monkeypatch.setattr(module.feedparser, "parse", lambda *_, **__: parsed)
    assert posts(b"")[0].published_ms is None
