"""X's recent search on loopback.

The shapes are those that tweepy 4.17 reads (`client.py`, `tweet.py`, `user.py`, `errors.py`) and
that X's pages on `GET /2/tweets/search/recent` describe: ids as strings, users of the expansion
under `includes`, `meta` with newest_id, oldest_id, result_count and next_token, problems with
`title`, `detail`, `type` and `status`, and `x-rate-limit-limit`, `-remaining` and `-reset` (seconds
since 1970) with every answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import requests
from loopback_http import Answer, Asked, LoopbackServer
from requests.adapters import HTTPAdapter

TOKEN = "AAAA-bearer"
HOST = "https://api.twitter.com"
FIRST_ID_MS = 1_288_834_974_657
RESET_S = 1_795_436_100


def tweet_id(at_ms: int, number: int = 0) -> int:
    """The id of a tweet of that time."""
    return ((at_ms - FIRST_ID_MS) << 22) + number


def tweet(number: int, text: str, **changes: Any) -> dict[str, Any]:
    """What X says of a tweet with that id."""
    return {
        "id": str(number),
        "text": text,
        "author_id": "12",
        "created_at": "2026-11-23T11:59:00.000Z",
        "edit_history_tweet_ids": [str(number)],
    } | changes


USER = {
    "id": "12",
    "name": "Satoshi",
    "username": "satoshi",
    "public_metrics": {"followers_count": 21_000, "following_count": 1, "tweet_count": 2},
}


def problem(status: int, title: str, **headers: str) -> Answer:
    """An error as X v2 writes it."""
    told = {"title": title, "detail": title, "type": "about:blank", "status": status}
    return _json(told, status, headers)


@dataclass
class LoopbackX:
    """Speaks as api.twitter.com does.

    Attributes
    ----------
    tweets : list of dict
        Newest first.
    users : list of dict
    errors : list of dict
        Partial ones, beside the data.
    page : int
        Tweets of one answer at most.
    instead : list of Answer
        Given first, one each.
    """

    tweets: list[dict[str, Any]] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=lambda: [dict(USER)])
    errors: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    instead: list[Answer] = field(default_factory=list)

    def serve(self) -> LoopbackServer:
        """A server that is started where it is entered."""
        return LoopbackServer(self._answer)

    def _answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "Unauthorized")
        if asked.path != "/2/tweets/search/recent":
            return problem(404, "Not Found")
        if self.instead:
            return self.instead.pop(0)
        since = int(asked.query.get("since_id", 0))
        found = [one for one in self.tweets if int(one["id"]) > since]
        begin = int(asked.query.get("next_token", "page0").removeprefix("page"))
        size = min(self.page, int(asked.query["max_results"]))
        given = found[begin : begin + size]
        told: dict[str, Any] = {"meta": {"result_count": len(given)}}
        if given:
            told["data"] = given
            told["includes"] = {"users": self.users}
            told["meta"] |= {"newest_id": given[0]["id"], "oldest_id": given[-1]["id"]}
        if begin + size < len(found):
            told["meta"]["next_token"] = f"page{begin + size}"
        if self.errors:
            told["errors"] = self.errors
        limits = {
            "x-rate-limit-limit": "60",
            "x-rate-limit-remaining": "59",
            "x-rate-limit-reset": str(RESET_S),
        }
        return _json(told, 200, limits)


class ToLoopback(HTTPAdapter):
    """Sends what is meant for a host to another address, over plain HTTP.

    Parameters
    ----------
    beneath : HTTPAdapter
        Sends it.
    host, url : str
    """

    def __init__(self, beneath: HTTPAdapter, host: str, url: str) -> None:
        super().__init__()
        self._beneath, self._host, self._url = beneath, host, url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        assert request.url is not None
        request.url = request.url.replace(self._host, self._url, 1)
        return self._beneath.send(request, *args, **kwargs)

    def close(self) -> None:
        self._beneath.close()


def _json(told: Any, status: int, headers: dict[str, str]) -> Answer:
    headers = {"Content-Type": "application/json; charset=utf-8", **headers}
    return Answer(status, headers, json.dumps(told).encode())
