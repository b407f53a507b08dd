"""Reddit, read with an application's credentials and no user's.

As checked in the sources of praw 8.0 and prawcore 4.0: `ReadOnlyAuthorizer` posts
`grant_type=client_credentials` to `/api/v1/access_token`; `/r/<name>/new` answers with a `Listing`
of `t3` things; `x-ratelimit-remaining`, `-used` and `-reset` (seconds) come with every answer, and
prawcore waits by them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

import praw
import prawcore
import requests
from pydantic import SecretStr

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    VenueAnswerRefused,
    VenueError,
    VenueLimiting,
    VenueRefuses,
)
from aurum_plugins.sentiment.sources.answer_status import LONGEST_PAUSE_S
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused
from aurum_plugins.sentiment.sources.poll_session import USER_AGENT, PollSession

Row = Mapping[str, Any]

OAUTH_URL: Final = "https://oauth.reddit.com"
REDDIT_URL: Final = "https://www.reddit.com"
# Reddit's own limit.
PAGE: Final = 100
# The kind of a post, and what its name begins with.
SUBMISSION: Final = "t3"
# Statuses and lost connections never come this far: `PollSession` has named them before.
_OF_CLASSES: Final[Mapping[type[Exception], tuple[type[VenueError], str]]] = {
    prawcore.OAuthException: (CredentialsRefused, "no token for these credentials"),
    prawcore.Redirect: (VenueRefuses, "there is no such subreddit"),
    prawcore.BadJSON: (VenueAnswerRefused, "it is not JSON"),
}


class RedditClient:
    """What several subreddits share: a token, and how often we may ask.

    Parameters
    ----------
    client_id, client_secret : SecretStr
        Of an application of type "script" or "web app".
    timeout_s : float
        For a whole poll.
    clock : Clock
    oauth_url, reddit_url : str
        Where Reddit is.
    """

    def __init__(
        self,
        client_id: SecretStr,
        client_secret: SecretStr,
        *,
        timeout_s: float,
        clock: Clock,
        oauth_url: str = OAUTH_URL,
        reddit_url: str = REDDIT_URL,
    ) -> None:
        self.timeout_s = timeout_s
        self._client_id = client_id
        self._client_secret = client_secret
        self._oauth_url, self._reddit_url = oauth_url, reddit_url
        self._clock = clock
        self._resumes_ms = 0
        self._reddit: praw.Reddit | None = None
        self._session = PollSession(timeout_s, clock)
        self._session.hooks["response"].append(self._note_limits)

    def poll(self, source: str) -> AbstractContextManager[None]:
        """Pages may be asked for in here; see `PollSession.poll`."""
        return self._session.poll(source)

    def page(self, source: str, subreddit: str, after: str | None) -> list[Row]:
        """Newest submissions of a subreddit, newest first, `PAGE` at most.

        Parameters
        ----------
        source : str
            Its name, for errors.
        subreddit : str
            Without "r/".
        after : str or None
            Name of the submission that the page before ended with.

        Returns
        -------
        list of mapping
            What Reddit says of each.

        Raises
        ------
        VenueError
            As a `Source`.
        """
        left_s = (self._resumes_ms - self._clock.now_ms()) / SECOND_MS
        if left_s > 0:
            reason = f"not asked, Reddit allows it in {left_s:.0f} s"
            raise BudgetSpent(source, "posts", reason, retry_after_s=left_s)
        was_open = self._reddit is not None
        try:
            return self._ask(source, subreddit, after)
        except CredentialsRefused:
            # Perhaps of a token that has ended, and not of the credentials themselves.
            self._reddit = None
            if not was_open:
                raise
        except VenueLimiting as error:
            if error.was_asked and error.retry_after_s is not None:
                self._wait(error.retry_after_s)
            raise
        return self._ask(source, subreddit, after)

    def _ask(self, source: str, subreddit: str, after: str | None) -> list[Row]:
        params: dict[str, str | int] = {"limit": PAGE}
        if after is not None:
            params["after"] = after
        try:
            self._reddit = self._reddit or self._open()
            # praw's listings ask again for whatever a post lacks, and fail where its author does.
            told = self._reddit.request(method="GET", path=f"r/{subreddit}/new", params=params)
            return _submissions(told)
        except Exception as error:  # noqa: BLE001 - whatever praw makes of a strange answer
            raise _understood(source, error) from None

    def _open(self) -> praw.Reddit:
        # All that a praw.ini or the environment could add is named, so that nobody is logged in
        # and nothing is sent elsewhere.
        reddit = praw.Reddit(
            "DEFAULT",
            client_id=self._client_id.get_secret_value(),
            client_secret=self._client_secret.get_secret_value(),
            username=None,
            password=None,
            refresh_token=None,
            redirect_uri=None,
            user_agent=USER_AGENT,
            check_for_updates=False,
            check_for_async=False,
            timeout=math.ceil(self.timeout_s),
            window_size=prawcore.const.WINDOW_SIZE,
            requestor_kwargs={"session": self._session},
            oauth_url=self._oauth_url,
            reddit_url=self._reddit_url,
        )
        reddit.read_only = True
        return reddit

    def _note_limits(self, response: requests.Response, **_: Any) -> None:
        """Remember that nothing is left, so that praw does not wait for it in a poll."""
        try:
            left = float(response.headers["x-ratelimit-remaining"])
            reset_s = float(response.headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        if left < 1 and math.isfinite(reset_s):
            self._wait(reset_s)

    def _wait(self, seconds: float) -> None:
        until_ms = self._clock.now_ms() + math.ceil(min(seconds, LONGEST_PAUSE_S) * SECOND_MS)
        self._resumes_ms = max(self._resumes_ms, until_ms)


def _submissions(told: Any) -> list[Row]:
    if told["kind"] != "Listing":
        raise TypeError
    children = [child for child in told["data"]["children"] if child["kind"] == SUBMISSION]
    return [child["data"] for child in children if isinstance(child["data"], dict)]


def _understood(source: str, error: Exception) -> VenueError:
    if isinstance(error, prawcore.RequestException):
        error = error.original_exception
    if isinstance(error, VenueError):
        return error
    for kind, (meaning, reason) in _OF_CLASSES.items():
        if isinstance(error, kind):
            return meaning(source, "posts", reason)
    return VenueAnswerRefused(source, "posts", f"it makes no sense: {type(error).__name__}")
