"""The real clients (praw, prawcore) against Reddit on loopback."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_http import Answer, LoopbackServer
from loopback_reddit import CLIENT_ID, CLIENT_SECRET, CREATED_S, LoopbackReddit, submission
from pydantic import SecretStr

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused
from aurum_plugins.sentiment.sources.reddit import Subreddit
from aurum_plugins.sentiment.sources.reddit_client import RedditClient

NOW_MS = (int(CREATED_S) + 86_400) * 1_000
LISTING = "/r/CryptoCurrency/new"
TOKEN = "/api/v1/access_token"


@pytest.fixture
def reddit() -> LoopbackReddit:
    return LoopbackReddit([submission(2, "Second"), submission(1, "First", selftext="Of all")])


@pytest.fixture
def server(reddit: LoopbackReddit) -> Iterator[LoopbackServer]:
    with reddit.serve() as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


def client_of(
    server: LoopbackServer,
    clock: VirtualClock,
    secret: str = CLIENT_SECRET,
    timeout_s: float = 5.0,
) -> RedditClient:
    return RedditClient(
        SecretStr(CLIENT_ID),
        SecretStr(secret),
        timeout_s=timeout_s,
        clock=clock,
        oauth_url=server.url,
        reddit_url=server.url,
    )


def subreddit(client: RedditClient, clock: VirtualClock, name: str = "CryptoCurrency") -> Subreddit:
    return Subreddit(name, client, interval_s=60.0, clock=clock)


@pytest.fixture
def source(server: LoopbackServer, clock: VirtualClock) -> Subreddit:
    return subreddit(client_of(server, clock), clock)


def asked(server: LoopbackServer) -> list[str]:
    return [one.path for one in server.asked]


def test_posts_come_oldest_first_and_nobody_logs_in(
    source: Subreddit, server: LoopbackServer
) -> None:
    first, second = source.poll({}).posts
    assert (first.post_id, first.text) == ("t3_1abc001", "First. Of all")
    assert (first.author, first.reach) == ("satoshi", None)
    assert first.published_ms == (int(CREATED_S) + 1) * 1_000
    assert first.url == "https://www.reddit.com/r/CryptoCurrency/comments/1abc001/a_title/"
    assert second.text == "Second"
    assert asked(server) == [TOKEN, LISTING]
    assert server.asked[0].body == "grant_type=client_credentials"
    assert server.asked[1].query["raw_json"] == "1"
    assert (source.name, source.interval_s, source.timeout_s) == (
        "reddit:CryptoCurrency",
        60.0,
        5.0,
    )


def test_a_user_in_praw_ini_or_the_environment_is_not_logged_in(
    server: LoopbackServer,
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("praw.config.Config.CONFIG", None)
    ini = "[DEFAULT]\nusername=u\npassword=p\nrefresh_token=r\nwindow_size=1\n"
    (tmp_path / "praw.ini").write_text(ini)
    for name in ("username", "password", "refresh_token"):
        monkeypatch.setenv(f"praw_{name}", "somebody")
    monkeypatch.setenv("praw_site", "no-such-section")
    assert len(subreddit(client_of(server, clock), clock).poll({}).posts) == 2
    assert asked(server) == [TOKEN, LISTING]
    assert server.asked[0].body == "grant_type=client_credentials"


def test_an_empty_subreddit_is_an_answer(source: Subreddit, reddit: LoopbackReddit) -> None:
    reddit.posts = []
    polled = source.poll({})
    assert polled.posts == ()
    assert json.loads(json.dumps(polled.cursor)) == {"newest_s": 0.0, "seen": []}


def test_the_cursor_survives_a_restart_and_nothing_is_repeated(
    source: Subreddit, reddit: LoopbackReddit, server: LoopbackServer, clock: VirtualClock
) -> None:
    cursor = json.loads(json.dumps(source.poll({}).cursor))
    reddit.posts.insert(0, submission(3, "Third"))
    restarted = subreddit(client_of(server, clock), clock)
    polled = restarted.poll(cursor)
    assert [post.text for post in polled.posts] == ["Third"]
    assert restarted.poll(polled.cursor).posts == ()


def test_it_goes_on_when_the_newest_post_was_deleted(
    source: Subreddit, reddit: LoopbackReddit
) -> None:
    cursor = source.poll({}).cursor
    reddit.posts = [submission(4, "Fourth"), *reddit.posts[1:]]
    assert [post.text for post in source.poll(cursor).posts] == ["Fourth"]


def test_a_post_that_was_held_back_comes_late_and_an_old_one_never(
    source: Subreddit, reddit: LoopbackReddit
) -> None:
    reddit.posts = [submission(900, "Newest", created_utc=CREATED_S + 9_000)]
    cursor = source.poll({}).cursor
    held_back = submission(800, "Held back", created_utc=CREATED_S + 8_000)
    old = submission(100, "Old", created_utc=CREATED_S)
    reddit.posts += [held_back, old]
    assert [post.text for post in source.poll(cursor).posts] == ["Held back"]


def test_stickied_deleted_and_empty_posts_are_left_out(
    source: Subreddit, reddit: LoopbackReddit
) -> None:
    reddit.posts = [
        submission(9, "Daily discussion", stickied=True, created_utc=CREATED_S - 500_000),
        submission(8, "[deleted by user]", author="[deleted]"),
        submission(7, "Gone", selftext="[removed]"),
        submission(6, "Taken", removed_by_category="moderator"),
        submission(5, "  "),
        submission(4, "No author", author=None),
        submission(3, "A [link](https://x.example/a) &amp; 3 < 4", selftext=None),
    ]
    posts = source.poll({}).posts
    assert [post.text for post in posts] == ["A [link](https://x.example/a) & 3 < 4", "No author"]
    assert posts[1].author == ""


def test_links_of_the_body_become_their_text(source: Subreddit, reddit: LoopbackReddit) -> None:
    body = "See [the *report*](https://a.example/x_(1)) and [that](https://b.example) 5 < 6\n\nnow"
    reddit.posts = [submission(1, "T", selftext=body)]
    (post,) = source.poll({}).posts
    assert "that 5 < 6 now" in post.text


def test_a_date_in_the_future_is_not_believed(source: Subreddit, reddit: LoopbackReddit) -> None:
    reddit.posts = [
        submission(2, "Of 2100", created_utc=4_102_444_800.0),
        submission(1, "Nonsense", created_utc="yesterday"),
    ]
    polled = source.poll({})
    assert [post.published_ms for post in polled.posts] == [None, None]
    assert polled.cursor["newest_s"] <= NOW_MS / 1_000


def test_a_burst_is_read_page_by_page_until_something_is_known(
    source: Subreddit, reddit: LoopbackReddit, server: LoopbackServer
) -> None:
    cursor = source.poll({}).cursor
    reddit.posts = [submission(n, f"post {n}") for n in range(250, 2, -1)] + reddit.posts
    polled = source.poll(cursor)
    assert [post.text for post in polled.posts] == [f"post {n}" for n in range(3, 251)]
    assert asked(server).count(LISTING) == 1 + 3
    assert server.asked[-1].query["after"] == "t3_1abc051"


def test_at_first_one_page_is_read_and_after_a_burst_three_at_most(
    source: Subreddit, reddit: LoopbackReddit, server: LoopbackServer
) -> None:
    reddit.posts = [submission(n, f"post {n}") for n in range(150, 0, -1)]
    cursor = source.poll({}).cursor
    assert asked(server).count(LISTING) == 1
    reddit.posts = [submission(n, f"post {n}") for n in range(990, 200, -1)]
    polled = source.poll(cursor)
    assert len(polled.posts) == 300
    assert asked(server).count(LISTING) == 1 + 3
    assert len(polled.cursor["seen"]) == 400


def test_a_token_that_ended_is_renewed_once(
    source: Subreddit, reddit: LoopbackReddit, server: LoopbackServer
) -> None:
    cursor = source.poll({}).cursor
    reddit.end_tokens()
    assert source.poll(cursor).posts == ()
    assert asked(server) == [TOKEN, LISTING, LISTING, TOKEN, LISTING]


def test_wrong_credentials_are_refused_and_never_told(
    server: LoopbackServer, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_of(server, clock, secret="wrong-and-secret")
    source = subreddit(client, clock)
    with pytest.raises(CredentialsRefused, match="reddit:CryptoCurrency: poll: HTTP status 401"):
        source.poll({})
    assert asked(server) == [TOKEN]
    assert "wrong-and-secret" not in f"{caplog.text}{client!r}{source!r}"


@pytest.mark.parametrize("status", [401, 403])
def test_a_subreddit_that_we_may_not_read(
    source: Subreddit, reddit: LoopbackReddit, status: int
) -> None:
    reddit.instead += [Answer(status, {}, b'{"reason": "private", "error": 403}')] * 2
    with pytest.raises(CredentialsRefused, match=f"HTTP status {status}"):
        source.poll({})


def test_a_token_with_an_error_in_it(source: Subreddit, reddit: LoopbackReddit) -> None:
    reddit.token_instead.append(Answer(200, {}, b'{"error": "invalid_grant"}'))
    with pytest.raises(CredentialsRefused, match="no token for these credentials"):
        source.poll({})


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(302, {"Location": "/subreddits/search"}), VenueRefuses, "no such subreddit"),
        (Answer(404, {}, b"{}"), VenueRefuses, "HTTP status 404"),
        (Answer(451, {}, b"{}"), VenueRefuses, "HTTP status 451"),
        (Answer(500, {}, b"oops"), VenueFailing, "HTTP status 500"),
        (Answer(503, {}, b"<html>"), VenueFailing, "HTTP status 503"),
        (Answer(200, {}, b"<html>over capacity"), VenueAnswerRefused, "not JSON"),
        (Answer(200, {}, b'{"kind": "Listing", "data": {"chil'), VenueAnswerRefused, "not JSON"),
        (Answer(200, {}, b"[]"), VenueAnswerRefused, "makes no sense"),
        (Answer(200, {}, b"7"), VenueAnswerRefused, "makes no sense"),
        (Answer(200, {}, b"null"), VenueAnswerRefused, "makes no sense"),
        (Answer(200, {}, b'{"kind": "Listing", "data": {}}'), VenueAnswerRefused, "no sense"),
        (Answer(200, {}, b'{"kind": "t2", "data": {"name": "x"}}'), VenueAnswerRefused, "no sense"),
        (Answer(200, {}, b'{"kind": "Listing"', torn=True), VenueUnreachable, "poll: "),
        (
            Answer(200, {"x-ratelimit-remaining": "many", "x-ratelimit-used": "?"}, b"{}"),
            VenueAnswerRefused,
            "makes no sense: ValueError",
        ),
    ],
)
def test_strange_answers(
    source: Subreddit,
    reddit: LoopbackReddit,
    server: LoopbackServer,
    answer: Answer,
    kind: type[VenueError],
    reason: str,
) -> None:
    reddit.instead.append(answer)
    with pytest.raises(VenueError, match=reason) as caught:
        source.poll({})
    assert type(caught.value) is kind
    # Whether to ask again is for our own guard to say, not for the client.
    assert asked(server) == [TOKEN, LISTING]
    assert len(source.poll({}).posts) == 2


def test_things_that_are_no_submissions_are_passed_over(
    source: Subreddit, reddit: LoopbackReddit
) -> None:
    odd = [{"id": "x", "title": "no name"}, {"name": 7}, {"name": "t3_" + "x" * 300}]
    reddit.posts = [submission(2, "Whole", author={"name": 1}, permalink=3), *odd]
    assert [post.text for post in source.poll({}).posts] == ["Whole"]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "1000", "x-ratelimit-reset": "90"},
        {"Retry-After": "90"},
    ],
)
def test_too_many_requests_are_told_to_all_that_share_the_client(
    reddit: LoopbackReddit,
    server: LoopbackServer,
    clock: VirtualClock,
    headers: dict[str, str],
) -> None:
    client = client_of(server, clock)
    one, other = subreddit(client, clock), subreddit(client, clock, "Bitcoin")
    reddit.instead.append(Answer(429, headers, b'{"message": "Too Many Requests", "error": 429}'))
    with pytest.raises(VenueLimiting, match="HTTP status 429") as caught:
        one.poll({})
    assert caught.value.retry_after_s == 90.0
    clock.advance(30_000)
    with pytest.raises(BudgetSpent, match=r"reddit:Bitcoin: posts: .*in 60 s") as spent:
        other.poll({})
    assert spent.value.retry_after_s == 60.0
    assert len(server.asked) == 2
    clock.advance(60_000)
    assert len(other.poll({}).posts) == 2


def test_the_last_request_of_a_window_is_answered_and_the_next_is_not_sent(
    source: Subreddit, reddit: LoopbackReddit, server: LoopbackServer, clock: VirtualClock
) -> None:
    reddit.limits = ("0.0", "1000", "120")
    cursor = source.poll({}).cursor
    began_s = time.monotonic()
    with pytest.raises(BudgetSpent) as spent:
        source.poll(cursor)
    assert spent.value.retry_after_s == 120.0
    assert time.monotonic() - began_s < 1.0
    assert asked(server) == [TOKEN, LISTING]


def test_praw_that_waits_to_ask_less_is_no_failure_of_reddit(
    reddit: LoopbackReddit, server: LoopbackServer, clock: VirtualClock
) -> None:
    # prawcore spreads what is left over the window: here it waits for about a second.
    reddit.limits = ("1", "999", "2")
    source = subreddit(client_of(server, clock, timeout_s=0.5), clock)
    cursor = source.poll({}).cursor
    with pytest.raises(BudgetSpent, match=r"not asked within 0\.5 s"):
        source.poll(cursor)


def test_a_slow_answer_ends_when_its_time_is_over(
    reddit: LoopbackReddit, server: LoopbackServer, clock: VirtualClock
) -> None:
    source = subreddit(client_of(server, clock, timeout_s=0.4), clock)
    reddit.instead.append(Answer(200, {}, b" " * 1_000, drip_s=0.05))
    began_s = time.monotonic()
    with pytest.raises(VenueUnreachable, match=r"no answer within 0\.4 s"):
        source.poll({})
    assert time.monotonic() - began_s < 1.5


@pytest.mark.parametrize("cursor", [{"seen": 7, "newest_s": "x"}, {"seen": [1, None]}, {"a": 1}])
def test_a_cursor_that_is_not_ours_counts_as_none(source: Subreddit, cursor: dict) -> None:
    assert len(source.poll(cursor).posts) == 2
