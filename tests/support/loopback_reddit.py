"""Reddit on loopback: tokens for applications, and listings.

The shapes are those that prawcore 4.0 and praw 8.0 read (their `auth.py`, `sessions.py`,
`rate_limit.py`, `listing.py`) and that Reddit's API pages describe (reddit.com/dev/api: listings
with `after` and `limit`, things with `kind` and `data`): the token's answer holds access_token,
token_type, expires_in and scope; wrong credentials get 401 with a JSON message; a token that is no
longer good gets 401 with `www-authenticate: Bearer realm="reddit", error="invalid_token"`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from loopback_http import Answer, Asked, LoopbackServer

CLIENT_ID = "an-application"
CLIENT_SECRET = "its-own-password"
CREATED_S = 1_795_435_200.0
MOST = 100


def submission(number: int, title: str, **changes: Any) -> dict[str, Any]:
    """What Reddit says of a text post; the numbers are its age, the highest the newest."""
    post_id = f"1abc{number:03d}"
    return {
        "id": post_id,
        "name": f"t3_{post_id}",
        "title": title,
        "selftext": "",
        "is_self": True,
        "author": "satoshi",
        "author_fullname": "t2_1",
        "created": CREATED_S + number,
        "created_utc": CREATED_S + number,
        "subreddit": "CryptoCurrency",
        "subreddit_id": "t5_2wlj3",
        "permalink": f"/r/CryptoCurrency/comments/{post_id}/a_title/",
        "url": f"https://www.reddit.com/r/CryptoCurrency/comments/{post_id}/a_title/",
        "score": 1,
        "ups": 1,
        "num_comments": 0,
        "stickied": False,
        "over_18": False,
        "removed_by_category": None,
        "distinguished": None,
        "link_flair_text": None,
        "edited": False,
    } | changes


@dataclass
class LoopbackReddit:
    """Speaks as oauth.reddit.com and www.reddit.com do, in one.

    Attributes
    ----------
    posts : list of dict
        Newest first.
    instead : list of Answer
        Given in place of listings, one each.
    token_instead : list of Answer
        Given in place of tokens.
    limits : tuple of str
        Remaining, used and seconds to the reset, as the headers say.
    """

    posts: list[dict[str, Any]] = field(default_factory=list)
    instead: list[Answer] = field(default_factory=list)
    token_instead: list[Answer] = field(default_factory=list)
    limits: tuple[str, str, str] = ("996.0", "4", "300")
    tokens: int = 0

    def serve(self) -> LoopbackServer:
        """A server that is started where it is entered."""
        return LoopbackServer(self._answer)

    def end_tokens(self) -> None:
        """From now on no token that was given is good."""
        self.tokens += 1

    @property
    def limit_headers(self) -> dict[str, str]:
        names = ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset")
        return dict(zip(names, self.limits, strict=True))

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return self._token(asked)
        if asked.headers.get("authorization") != f"bearer token-{self.tokens}":
            told = 'Bearer realm="reddit", error="invalid_token"'
            return _json({"message": "Unauthorized", "error": 401}, 401, {"www-authenticate": told})
        if self.instead:
            return self.instead.pop(0)
        if asked.path.startswith("/r/") and asked.path.endswith("/new"):
            return _json(self._listing(asked), 200, self.limit_headers)
        return _json({"message": "Not Found", "error": 404}, 404, {})

    def _token(self, asked: Asked) -> Answer:
        if self.token_instead:
            return self.token_instead.pop(0)
        given = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.method != "POST" or asked.headers.get("authorization") != f"Basic {given}":
            return _json({"message": "Unauthorized", "error": 401}, 401, {})
        if parse_qs(asked.body)["grant_type"] != ["client_credentials"]:
            return _json({"error": "unsupported_grant_type"}, 200, {})
        self.tokens += 1
        token = {
            "access_token": f"token-{self.tokens}",
            "token_type": "bearer",
            "expires_in": 86_400,
            "scope": "*",
        }
        return _json(token, 200, {})

    def _listing(self, asked: Asked) -> dict[str, Any]:
        limit = min(int(asked.query.get("limit", 25)), MOST)
        names = [post.get("name") for post in self.posts]
        after = asked.query.get("after")
        begin = names.index(after) + 1 if after is not None and after in names else 0
        page = self.posts[begin : begin + limit]
        is_last = begin + limit >= len(self.posts)
        return {
            "kind": "Listing",
            "data": {
                "after": None if is_last else page[-1].get("name"),
                "dist": len(page),
                "modhash": None,
                "geo_filter": "",
                "children": [{"kind": "t3", "data": post} for post in page],
                "before": None,
            },
        }


def _json(told: Any, status: int, headers: dict[str, str]) -> Answer:
    headers = {"Content-Type": "application/json; charset=UTF-8", **headers}
    return Answer(status, headers, json.dumps(told).encode())
