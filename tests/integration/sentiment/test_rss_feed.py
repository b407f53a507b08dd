"""The real clients (requests, feedparser) against a feed on loopback."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import json
import logging
import ssl
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from loopback_feeds import PUBLISHED_S, LoopbackFeeds, Story, atom, rss
from loopback_http import Answer, LoopbackServer

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources import poll_session
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused
from aurum_plugins.sentiment.sources.rss import RssFeed

NOW_MS = (PUBLISHED_S + 3_600) * 1_000
OLD = Story("Bitcoin rises", guid="g-1", link="https://news.example/1", author="Ann")
NEW = Story("Exchange halts withdrawals", guid="g-2", published_s=PUBLISHED_S + 60)


@pytest.fixture
def feeds() -> LoopbackFeeds:
    return LoopbackFeeds(rss(NEW, OLD))


@pytest.fixture
def server(feeds: LoopbackFeeds) -> Iterator[LoopbackServer]:
    with feeds.serve() as server:
        yield server


def feed(url: str, timeout_s: float = 5.0) -> RssFeed:
    clock = VirtualClock(NOW_MS)
    return RssFeed("chain", url, interval_s=60.0, timeout_s=timeout_s, clock=clock)


@pytest.fixture
def source(server: LoopbackServer) -> RssFeed:
    return feed(f"{server.url}/rss")


def test_posts_come_oldest_first_with_all_that_the_feed_says(source: RssFeed) -> None:
    old, new = source.poll({}).posts
    assert (old.post_id, old.text, old.author) == ("g-1", "Bitcoin rises", "Ann")
    assert old.url == "https://news.example/1"
    assert old.published_ms == PUBLISHED_S * 1_000
    assert old.reach is None
    assert new.text == "Exchange halts withdrawals"
    assert (source.name, source.interval_s, source.timeout_s) == ("rss:chain", 60.0, 5.0)


def test_an_atom_feed_is_read_as_well(source: RssFeed, feeds: LoopbackFeeds) -> None:
    feeds.body = atom(
        Story("Ether", "urn:1", "https://news.example/e", "<p>It <b>falls</b></p>", "Bo")
    )
    feeds.content_type = "application/atom+xml"
    (post,) = source.poll({}).posts
    assert (post.text, post.author, post.post_id) == ("Ether. It falls", "Bo", "urn:1")
    assert post.url == "https://news.example/e"


def test_an_empty_feed_is_an_answer(source: RssFeed, feeds: LoopbackFeeds) -> None:
    feeds.body = rss()
    assert source.poll({}).posts == ()


def test_what_did_not_change_is_not_sent_again(
    source: RssFeed, feeds: LoopbackFeeds, server: LoopbackServer
) -> None:
    feeds.etag, feeds.modified = '"v1"', "Mon, 23 Nov 2026 12:00:00 GMT"
    cursor = source.poll({}).cursor
    again = source.poll(cursor)
    assert again.posts == ()
    assert again.cursor == cursor
    sent = server.asked[-1].headers
    assert sent["if-none-match"] == '"v1"'
    assert sent["if-modified-since"] == "Mon, 23 Nov 2026 12:00:00 GMT"


def test_the_cursor_survives_a_restart_and_nothing_is_repeated(
    source: RssFeed, feeds: LoopbackFeeds, server: LoopbackServer
) -> None:
    cursor = json.loads(json.dumps(source.poll({}).cursor))
    feeds.body = rss(Story("A third", guid="g-3"), NEW, OLD)
    restarted = feed(f"{server.url}/rss")
    assert [post.post_id for post in restarted.poll(cursor).posts] == ["g-3"]


def test_an_entry_that_stands_twice_comes_once(source: RssFeed, feeds: LoopbackFeeds) -> None:
    feeds.body = rss(NEW, NEW, OLD)
    assert [post.post_id for post in source.poll({}).posts] == ["g-1", "g-2"]


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after_s"),
    [
        (401, {}, CredentialsRefused, None),
        (403, {}, CredentialsRefused, None),
        (404, {}, VenueRefuses, None),
        (408, {}, VenueUnreachable, None),
        (410, {}, VenueRefuses, None),
        (429, {}, VenueLimiting, None),
        (429, {"Retry-After": "120"}, VenueLimiting, 120.0),
        (429, {"Retry-After": formatdate(NOW_MS / 1_000 + 90, usegmt=True)}, VenueLimiting, 90.0),
        (429, {"Retry-After": "1e12"}, VenueLimiting, 3_600.0),
        (429, {"Retry-After": "soon"}, VenueLimiting, None),
        (500, {}, VenueFailing, None),
        (502, {}, VenueFailing, None),
        (503, {}, VenueFailing, None),
        (503, {"Retry-After": "30"}, VenueLimiting, 30.0),
    ],
)
def test_statuses(
    source: RssFeed,
    feeds: LoopbackFeeds,
    status: int,
    headers: dict[str, str],
    kind: type[VenueError],
    retry_after_s: float | None,
) -> None:
    feeds.instead.append(Answer(status, headers, b"<html>no</html>"))
    with pytest.raises(VenueError, match=f"rss:chain: poll: HTTP status {status}") as caught:
        source.poll({})
    assert type(caught.value) is kind
    assert caught.value.retry_after_s == retry_after_s
    # The next one is answered: an error leaves nothing behind.
    assert len(source.poll({}).posts) == 2


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"<!doctype html><html><body>Just a moment<br></body></html>", "text/html", "no feed"),
        (b"<html><body><item><title>x</title></item></body></html>", "text/html", "no feed"),
        (b'{"articles": []}', "application/json", "no feed"),
        (b"", "application/xml", "no feed"),
        (b"\x00\xff\xfe\x01", "application/xml", "no feed"),
        (b"<rss version='2.0'><channel><title>", "application/xml", "badly formed"),
    ],
)
def test_what_is_no_feed_is_refused(
    source: RssFeed, feeds: LoopbackFeeds, body: bytes, content_type: str, reason: str
) -> None:
    feeds.instead.append(Answer(200, {"Content-Type": content_type}, body))
    with pytest.raises(VenueAnswerRefused, match=reason):
        source.poll({})


def test_a_badly_formed_feed_that_holds_entries_is_used(
    source: RssFeed, feeds: LoopbackFeeds
) -> None:
    feeds.body = rss(NEW, OLD).replace(b"Bitcoin rises", b"Bitcoin & co rise &nope;")
    feeds.etag = '"bad"'
    polled = source.poll({})
    assert [post.text for post in polled.posts] == ["Bitcoin & co rise &nope;", NEW.title]
    assert polled.cursor["etag"] == ""


def test_a_feed_that_was_cut_off_gives_the_whole_entries_and_is_asked_again(
    source: RssFeed, feeds: LoopbackFeeds
) -> None:
    feeds.etag = '"v1"'
    whole = feeds.body
    feeds.body = whole[: whole.index(b"Bitcoin rises") + 7]
    polled = source.poll({})
    assert [post.post_id for post in polled.posts] == ["g-2"]
    feeds.body = whole
    assert [post.text for post in source.poll(polled.cursor).posts] == ["Bitcoin rises"]


def test_a_torn_body_is_no_answer(source: RssFeed, feeds: LoopbackFeeds) -> None:
    feeds.instead.append(Answer(200, {}, rss(NEW)[:200], torn=True))
    with pytest.raises(VenueUnreachable, match="rss:chain: poll: "):
        source.poll({})


def test_nobody_listens(server: LoopbackServer) -> None:
    with pytest.raises(VenueUnreachable, match="ConnectionError"):
        feed("http://127.0.0.1:9/rss").poll({})


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"x" * 1_000, drip_s=0.05),
        Answer(head_drip_s=0.05, headers={"X-Long": "x" * 1_000}),
        Answer(body=rss(NEW) + b" " * 1_000, drip_s=0.001, has_length=False),
        Answer(body=b" " * 50, drip_s=3.0),
    ],
    ids=["a drip of a body", "a drip of headers", "a drip without an end", "silence"],
)
def test_a_slow_answer_ends_when_its_time_is_over(
    server: LoopbackServer, feeds: LoopbackFeeds, answer: Answer
) -> None:
    feeds.instead.append(answer)
    source = feed(f"{server.url}/rss", timeout_s=0.4)
    began_s = time.monotonic()
    with pytest.raises(VenueUnreachable, match=r"no answer within 0\.4 s"):
        source.poll({})
    assert time.monotonic() - began_s < 1.5
    assert len(source.poll({}).posts) == 2


def test_an_endless_answer_is_cut_off(
    source: RssFeed, feeds: LoopbackFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_session, "LONGEST_ANSWER", 10_000)
    bomb = gzip.compress(b" " * 1_000_000)
    feeds.instead.append(Answer(200, {"Content-Encoding": "gzip"}, bomb))
    with pytest.raises(VenueAnswerRefused, match="more than 10000 bytes"):
        source.poll({})


def test_a_body_that_is_compressed_wrongly(source: RssFeed, feeds: LoopbackFeeds) -> None:
    feeds.instead.append(Answer(200, {"Content-Encoding": "gzip"}, b"not gzip at all"))
    with pytest.raises(VenueAnswerRefused, match="compressed wrongly"):
        source.poll({})


def test_three_redirects_are_followed_and_no_more(source: RssFeed, feeds: LoopbackFeeds) -> None:
    redirect = Answer(302, {"Location": "/elsewhere"})
    feeds.instead.extend([redirect] * 3)
    assert len(source.poll({}).posts) == 2
    feeds.instead.extend([redirect] * 4)
    with pytest.raises(VenueRefuses, match="more than 3 redirects"):
        source.poll({})


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x"])
def test_a_redirect_leads_to_the_web_or_nowhere(
    source: RssFeed, feeds: LoopbackFeeds, location: str
) -> None:
    feeds.instead.append(Answer(301, {"Location": location}))
    with pytest.raises(VenueRefuses, match="not of the web"):
        source.poll({})


def test_a_key_in_the_address_is_told_to_nobody(
    server: LoopbackServer, feeds: LoopbackFeeds, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="aurum_plugins")
    source = feed("http://127.0.0.1:9/rss?auth_token=hush")
    with pytest.raises(VenueUnreachable) as caught:
        source.poll({})
    assert "hush" not in f"{caught.value}{caught.value!r}{source!r}{caplog.text}"
    assert caught.value.__suppress_context__


def test_the_rest_of_a_burst_is_remembered_within_bounds(
    source: RssFeed, feeds: LoopbackFeeds
) -> None:
    feeds.body = rss(*(Story(f"story {number}", guid=f"n-{number}") for number in range(600)))
    polled = source.poll({})
    assert len(polled.posts) == 500
    assert len(polled.cursor["seen"]) == 500
    assert len(json.dumps(polled.cursor)) < 12_000
    assert source.poll(polled.cursor).posts == ()


def test_entities_of_a_doctype_do_not_explode(source: RssFeed, feeds: LoopbackFeeds) -> None:
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lols}]>'
    feeds.body = doctype.encode() + rss(Story("&l11;", guid="b")).partition(b"?>")[2]
    feeds.body = feeds.body.replace(b"&amp;l11;", b"&l11;")
    (post,) = source.poll({}).posts
    assert len(post.text) < 100


@pytest.fixture
def secure_server(
    feeds: LoopbackFeeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LoopbackServer]:
    """The same over TLS, with a certificate that requests is told to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(loopback, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    trusted, whole = tmp_path / "trusted.pem", tmp_path / "whole.pem"
    trusted.write_bytes(certificate.public_bytes(pem))
    whole.write_bytes(certificate.public_bytes(pem) + secret)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    server = feeds.serve()
    server.secure(context)
    with server:
        yield server


def test_over_tls_it_is_read_and_ends_in_time_as_well(
    secure_server: LoopbackServer, feeds: LoopbackFeeds
) -> None:
    source = feed(f"{secure_server.url}/rss", timeout_s=0.6)
    assert len(source.poll({}).posts) == 2
    feeds.instead.append(Answer(body=b"x" * 1_000, drip_s=0.05))
    with pytest.raises(VenueUnreachable, match=r"no answer within 0\.6 s"):
        source.poll({})


def test_a_certificate_that_nobody_trusts_is_no_answer(
    secure_server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(VenueUnreachable, match="SSLError"):
        feed(f"{secure_server.url}/rss").poll({})
