"""Tweets that a search finds.

As checked in the sources of tweepy 4.17 (`client.py`, `tweet.py`, `user.py`): `GET
/2/tweets/search/recent` with `query`, `since_id`, `max_results` (10 to 100), `next_token`,
`expansions=author_id`, `tweet.fields`, `user.fields`; answers {"data": [...], "includes": {"users":
[...]}, "errors": [...], "meta": {"newest_id", "oldest_id", "result_count", "next_token"}}, without
"data" where nothing was found. It looks seven days back, and answers 400 to an older `since_id`.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import requests
import tweepy
from pydantic import SecretStr
from requests.auth import AuthBase

from aurum_plugins.clock import DAY_MS, HOUR_MS, Clock
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueLimiting,
)
from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.post import Post
from aurum_plugins.sentiment.sources.poll_session import PollSession
from aurum_plugins.sentiment.sources.publication_time import publication_time
from aurum_plugins.sentiment.sources.source import Cursor, Polled

log = logging.getLogger(__name__)

# X charges for each tweet that it gives.
MOST_PAGES: Final = 3
PAGE: Final = 100
# How far it looks back, less an hour for clocks that differ.
OLDEST_MS: Final = 7 * DAY_MS - HOUR_MS
# Ids hold their time: milliseconds since this one, above 22 bits of other things.
FIRST_ID_MS: Final = 1_288_834_974_657
_ID_BITS: Final = 22
_LONGEST_ID: Final = 19
_LONGEST_AUTHOR: Final = 200


class XQuery:
    """Searches recent tweets for one query.

    Parameters
    ----------
    query_name : str
        A name of one's own: "bitcoin".
    query : str
        In X's search language.
    bearer_token : SecretStr
        Of an application.
    interval_s, timeout_s : float
        As of a `Source`.
    clock : Clock

    Attributes
    ----------
    name : str
        "x:bitcoin".

    Notes
    -----
    The cursor is {"since_id": the newest id}.

    References
    ----------
    Times in ids: X's "Snowflake", announced 2010; the epoch is that of its published source.
    """

    def __init__(
        self,
        query_name: str,
        query: str,
        bearer_token: SecretStr,
        *,
        interval_s: float,
        timeout_s: float,
        clock: Clock,
    ) -> None:
        self.name = f"x:{query_name}"
        self.interval_s = interval_s
        self.timeout_s = timeout_s
        self._query = query
        self._clock = clock
        self._session = PollSession(timeout_s, clock)
        self._session.auth = _Bearer(bearer_token)
        # tweepy writes the headers that it knows of to its log: the token is none of them.
        self._client = tweepy.Client(bearer_token="", wait_on_rate_limit=False)
        self._client.session = self._session

    def poll(self, cursor: Cursor) -> Polled:
        """Ask for what is new; see `Source`."""
        since_id = self._since_id(cursor)
        # Nothing is known at first: one page is enough then, and costs least.
        pages = 1 if since_id is None else MOST_PAGES
        posts: dict[int, Post] = {}
        token: str | None = None
        with self._session.poll(self.name):
            for page in range(pages):
                try:
                    found, token = self._page(since_id, token)
                except VenueLimiting as error:
                    if page == 0:
                        raise
                    # To throw away what was paid for would be no better the next time.
                    log.warning("%s; older tweets are left out", error)
                    break
                posts |= found
                if token is None:
                    break
        newest = max([since_id or 0, *posts])
        in_order = tuple(posts[number] for number in sorted(posts))
        return Polled(in_order, {"since_id": str(newest)} if newest else {})

    def _page(self, since_id: int | None, token: str | None) -> tuple[dict[int, Post], str | None]:
        try:
            answer = self._client.search_recent_tweets(
                self._query,
                since_id=since_id,
                next_token=token,
                max_results=PAGE,
                expansions=["author_id"],
                tweet_fields=["created_at"],
                user_fields=["username", "public_metrics"],
            )
            # An answer always has it, also where nothing was found.
            following = answer.meta["result_count"] and answer.meta.get("next_token")
            return self._posts(answer), None if not following else str(following)
        except VenueError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever tweepy makes of a strange answer
            reason = f"it makes no sense: {type(error).__name__}"
            raise VenueAnswerRefused(self.name, "tweets", reason) from None

    def _posts(self, answer: tweepy.Response) -> dict[int, Post]:
        now_ms = self._clock.now_ms()
        users = {user.id: user for user in answer.includes.get("users", ())}
        found = {}
        for tweet in answer.data or ():
            user = users.get(tweet.author_id)
            text = plain_text(tweet.text)
            if text and _time_ms(tweet.id) <= now_ms + HOUR_MS:
                told = tweet.created_at
                found[tweet.id] = Post(
                    post_id=str(tweet.id),
                    text=text,
                    published_ms=told and publication_time(told.timestamp(), now_ms),
                    author=_author(tweet.author_id, user),
                    url=f"https://x.com/i/web/status/{tweet.id}",
                    reach=_followers(user),
                )
        return found

    def _since_id(self, cursor: Cursor) -> int | None:
        told = cursor.get("since_id")
        if not isinstance(told, str) or not told.isdecimal() or len(told) > _LONGEST_ID:
            return None
        now_ms = self._clock.now_ms()
        fits = now_ms - OLDEST_MS < _time_ms(int(told)) <= now_ms + HOUR_MS
        return int(told) if fits else None


class _Bearer(AuthBase):
    """Adds the token where a request is sent, and nowhere before."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


def _time_ms(tweet_id: int) -> int:
    return (tweet_id >> _ID_BITS) + FIRST_ID_MS


def _author(author_id: int | None, user: Any) -> str:
    name = user.username if user is not None else author_id
    return plain_text(str(name or ""), longest=_LONGEST_AUTHOR)


def _followers(user: Any) -> int | None:
    followers = (user.public_metrics or {}).get("followers_count") if user is not None else None
    if isinstance(followers, bool) or not isinstance(followers, int):
        return None
    return max(0, followers)
