"""The real client (tweepy) against X on loopback."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import pytest
from loopback_http import Answer, LoopbackServer
from loopback_x import HOST, TOKEN, LoopbackX, ToLoopback, problem, tweet, tweet_id
from pydantic import SecretStr

from aurum_plugins.clock import DAY_MS, VirtualClock
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused
from aurum_plugins.sentiment.sources.x import XQuery

NOW_MS = 1_795_435_200_000
OLD_ID = tweet_id(NOW_MS - 120_000)
NEW_ID = tweet_id(NOW_MS - 60_000)


@pytest.fixture
def x() -> LoopbackX:
    return LoopbackX([tweet(NEW_ID, "New &amp; bad"), tweet(OLD_ID, "Old")])


@pytest.fixture
def server(x: LoopbackX) -> Iterator[LoopbackServer]:
    with x.serve() as server:
        yield server


def query(server: LoopbackServer, timeout_s: float = 5.0, token: str = TOKEN) -> XQuery:
    source = XQuery(
        "bitcoin",
        "$BTC lang:en -is:retweet",
        SecretStr(token),
        interval_s=900.0,
        timeout_s=timeout_s,
        clock=VirtualClock(NOW_MS),
    )
    session = source._session
    session.mount(HOST, ToLoopback(session.get_adapter("https://"), HOST, server.url))
    return source


@pytest.fixture
def source(server: LoopbackServer) -> XQuery:
    return query(server)


def test_tweets_come_oldest_first_with_who_wrote_them(
    source: XQuery, server: LoopbackServer
) -> None:
    old, new = source.poll({}).posts
    assert (old.post_id, old.text, old.author) == (str(OLD_ID), "Old", "satoshi")
    assert old.reach == 21_000
    assert old.published_ms == NOW_MS - 60_000
    assert old.url == f"https://x.com/i/web/status/{OLD_ID}"
    assert new.text == "New & bad"
    (one,) = server.asked
    assert one.path == "/2/tweets/search/recent"
    assert one.query["query"] == "$BTC lang:en -is:retweet"
    assert one.query["expansions"] == "author_id"
    assert one.query["user.fields"] == "username,public_metrics"
    assert "since_id" not in one.query
    assert (source.name, source.interval_s, source.timeout_s) == ("x:bitcoin", 900.0, 5.0)


def test_nothing_found_is_an_answer_and_keeps_the_cursor(
    source: XQuery, x: LoopbackX, server: LoopbackServer
) -> None:
    x.tweets = []
    assert source.poll({}) == source.poll({"since_id": "junk"})
    cursor = {"since_id": str(OLD_ID)}
    polled = source.poll(cursor)
    assert (polled.posts, polled.cursor) == ((), cursor)
    assert server.asked[-1].query["since_id"] == str(OLD_ID)


def test_the_cursor_survives_a_restart_and_nothing_is_repeated(
    source: XQuery, x: LoopbackX, server: LoopbackServer
) -> None:
    cursor = json.loads(json.dumps(source.poll({}).cursor))
    assert cursor == {"since_id": str(NEW_ID)}
    x.tweets.insert(0, tweet(NEW_ID + 1, "Newest"))
    assert [post.text for post in query(server).poll(cursor).posts] == ["Newest"]


def test_a_tweet_that_is_given_twice_comes_once(source: XQuery, x: LoopbackX) -> None:
    x.tweets = [x.tweets[0], x.tweets[0], x.tweets[1]]
    assert len(source.poll({}).posts) == 2


@pytest.mark.parametrize(
    "since_id",
    [str(tweet_id(NOW_MS - 7 * DAY_MS)), str(tweet_id(NOW_MS + DAY_MS)), "9" * 30, "-1", 12, None],
)
def test_an_id_that_x_would_refuse_is_not_sent(
    source: XQuery, server: LoopbackServer, since_id: object
) -> None:
    assert len(source.poll({"since_id": since_id}).posts) == 2
    assert "since_id" not in server.asked[0].query


def test_more_pages_are_read_after_the_first_poll_but_not_without_end(
    source: XQuery, x: LoopbackX, server: LoopbackServer
) -> None:
    x.page = 2
    x.tweets = [tweet(NEW_ID + n, f"t{n}") for n in range(9, 0, -1)]
    assert [post.text for post in source.poll({}).posts] == ["t8", "t9"]
    assert len(server.asked) == 1
    polled = source.poll({"since_id": str(NEW_ID)})
    assert [post.text for post in polled.posts] == [f"t{n}" for n in range(4, 10)]
    assert len(server.asked) == 1 + 3
    assert polled.cursor == {"since_id": str(NEW_ID + 9)}


def test_what_was_got_before_the_limit_is_kept(
    source: XQuery, x: LoopbackX, server: LoopbackServer, caplog: pytest.LogCaptureFixture
) -> None:
    x.page = 1
    real = server.answer

    def answer(asked: object) -> Answer:
        return problem(429, "Too Many Requests") if len(server.asked) > 1 else real(asked)

    server.answer = answer
    polled = source.poll({"since_id": str(OLD_ID - 1)})
    assert [post.post_id for post in polled.posts] == [str(NEW_ID)]
    assert polled.cursor == {"since_id": str(NEW_ID)}
    assert "older tweets are left out" in caplog.text


def test_partial_errors_beside_the_tweets_are_borne(source: XQuery, x: LoopbackX) -> None:
    x.errors = [{"title": "Not Found Error", "resource_type": "user", "detail": "Gone"}]
    x.users = []
    posts = source.poll({}).posts
    assert [(post.author, post.reach) for post in posts] == [("12", None)] * 2


@pytest.mark.parametrize("followers", ["many", None, True])
def test_a_reach_that_is_no_number_is_not_known(
    source: XQuery, x: LoopbackX, followers: object
) -> None:
    x.users[0]["public_metrics"] = {"followers_count": followers}
    assert {post.reach for post in source.poll({}).posts} == {None}


def test_a_tweet_from_the_future_is_left_out(source: XQuery, x: LoopbackX) -> None:
    x.tweets = [tweet(2**62, "From the future"), tweet(NEW_ID, "<b></b>"), tweet(OLD_ID, "Old")]
    x.tweets[2]["created_at"] = "2099-01-01T00:00:00.000Z"
    polled = source.poll({})
    assert [(post.text, post.published_ms) for post in polled.posts] == [("Old", None)]
    assert polled.cursor == {"since_id": str(OLD_ID)}


@pytest.mark.parametrize(
    ("answer", "kind", "reason", "retry_after_s"),
    [
        (problem(400, "Invalid Request"), VenueRefuses, "HTTP status 400", None),
        (problem(401, "Unauthorized"), CredentialsRefused, "HTTP status 401", None),
        (problem(403, "Forbidden"), CredentialsRefused, "HTTP status 403", None),
        (Answer(403, {}, b"[not json"), CredentialsRefused, "HTTP status 403", None),
        (
            problem(429, "Too Many Requests", **{"x-rate-limit-reset": str(NOW_MS // 1000 + 500)}),
            VenueLimiting,
            "HTTP status 429",
            500.0,
        ),
        (
            problem(429, "Too Many", **{"x-rate-limit-reset": "1"}),
            VenueLimiting,
            "HTTP status 429",
            0.0,
        ),
        (
            problem(429, "Too Many", **{"x-rate-limit-reset": "soon"}),
            VenueLimiting,
            "HTTP status 429",
            None,
        ),
        (problem(500, "Internal"), VenueFailing, "HTTP status 500", None),
        (Answer(503, {}, b"<html>"), VenueFailing, "HTTP status 503", None),
        (Answer(200, {}, b"<html>"), VenueAnswerRefused, "makes no sense", None),
        (Answer(200, {}, b"[]"), VenueAnswerRefused, "makes no sense", None),
        (Answer(200, {}, b"{}"), VenueAnswerRefused, "makes no sense", None),
        (Answer(200, {}, b'{"errors": [{"title": "x"}]}'), VenueAnswerRefused, "no sense", None),
        (
            Answer(200, {}, b'{"data": [{"text": "no id"}], "meta": {"result_count": 1}}'),
            VenueAnswerRefused,
            "makes no sense: KeyError",
            None,
        ),
        (Answer(200, {}, b'{"data"', torn=True), VenueUnreachable, "poll: ", None),
    ],
)
def test_strange_answers(
    source: XQuery,
    x: LoopbackX,
    server: LoopbackServer,
    answer: Answer,
    kind: type[VenueError],
    reason: str,
    retry_after_s: float | None,
) -> None:
    x.instead.append(answer)
    with pytest.raises(VenueError, match=f"x:bitcoin: .*{reason}") as caught:
        source.poll({})
    assert type(caught.value) is kind
    assert caught.value.retry_after_s == retry_after_s
    assert len(server.asked) == 1
    assert len(source.poll({}).posts) == 2


def test_the_token_is_told_to_x_alone(
    server: LoopbackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = query(server, token="never-tell-this")
    with pytest.raises(CredentialsRefused):
        source.poll({})
    assert server.asked[0].headers["authorization"] == "Bearer never-tell-this"
    assert "tweepy" in {record.name.partition(".")[0] for record in caplog.records}
    assert "never-tell-this" not in f"{caplog.text}{source!r}{vars(source)}"


def test_a_slow_answer_ends_when_its_time_is_over(x: LoopbackX, server: LoopbackServer) -> None:
    source = query(server, timeout_s=0.4)
    x.instead.append(Answer(200, {}, b" " * 1_000, drip_s=0.05))
    began_s = time.monotonic()
    with pytest.raises(VenueUnreachable, match=r"no answer within 0\.4 s"):
        source.poll({})
    assert time.monotonic() - began_s < 1.5
