"""Posts of a subreddit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from aurum_plugins.clock import HOUR_MS, SECOND_MS, Clock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.plain_text import plain_text
from aurum_plugins.sentiment.post import Post
from aurum_plugins.sentiment.sources.publication_time import publication_time
from aurum_plugins.sentiment.sources.reddit_client import PAGE, REDDIT_URL, RedditClient, Row
from aurum_plugins.sentiment.sources.source import Cursor, Polled

# After a burst, and after a restart.
MOST_PAGES: Final = 3
MOST_SEEN: Final = 500
# A post that moderators held back appears where it belongs by its age.
HELD_BACK_S: Final = HOUR_MS / SECOND_MS
# In the year 5138.
_LATEST_S: Final = 1e11
_NAME: Final = re.compile(r"[A-Za-z0-9_]{2,50}")
_POST_ID: Final = re.compile(r"t3_[0-9a-z]{1,20}")
_LINK: Final = re.compile(r"\[([^\[\]]*+)\]\([^()\s]*+\)")
# What Reddit writes in place of what was taken away.
_GONE: Final = frozenset({"[deleted]", "[removed]", "[deleted by user]"})


class Subreddit:
    """Reads the newest posts of one subreddit.

    Parameters
    ----------
    subreddit : str
        Without "r/".
    client : RedditClient
        Others may share it.
    interval_s : float
        As of a `Source`.
    clock : Clock

    Attributes
    ----------
    name : str
        "reddit:CryptoCurrency".

    Raises
    ------
    ConfigurationError
        Nothing on Reddit can have that name.

    Notes
    -----
    The cursor is {"newest_s": time of the newest post, "seen": [newest ids]}. Reddit can be asked
    for what came before a named post, but answers nothing at all, for ever, once that post is
    deleted; so the newest page is read, and more only if all of it is new. The author's karma would
    cost a request a post, so `reach` is not known.
    """

    def __init__(
        self, subreddit: str, client: RedditClient, *, interval_s: float, clock: Clock
    ) -> None:
        if _NAME.fullmatch(subreddit) is None:
            rule = 'must be names of subreddits, without "r/"'
            raise ConfigurationError("aurum.sentiment.reddit.subreddits", rule, subreddit)
        self.name = f"reddit:{subreddit}"
        self.interval_s = interval_s
        self.timeout_s = client.timeout_s
        self._subreddit = subreddit
        self._client = client
        self._clock = clock

    def poll(self, cursor: Cursor) -> Polled:
        """Ask for what is new; see `Source`."""
        newest_s, seen = _newest_s(cursor), _seen(cursor)
        # Nothing is known at first: what is older than a page is of no interest then.
        pages = MOST_PAGES if seen else 1
        found: dict[str, Row] = {}
        after = None
        with self._client.poll(self.name):
            for _ in range(pages):
                page = self._client.page(self.name, self._subreddit, after)
                rows = [row for row in page if _is_submission(row)]
                found |= {row["name"]: row for row in rows}
                is_last = len(rows) < PAGE
                if is_last or any(_is_known(row, newest_s, seen) for row in rows):
                    break
                after = rows[-1]["name"]
        now_ms = self._clock.now_ms()
        new = (row for row in found.values() if not _is_known(row, newest_s, seen))
        posts = [post for post in (_post(row, now_ms) for row in new) if post is not None]
        times = [_created_s(row) for row in found.values() if not row.get("stickied")]
        return Polled(
            tuple(sorted(posts, key=lambda post: post.published_ms or now_ms)),
            {
                "newest_s": min(max([newest_s, *times]), now_ms / SECOND_MS),
                "seen": list(dict.fromkeys([*found, *seen]))[:MOST_SEEN],
            },
        )


def _is_submission(row: Row) -> bool:
    name = row.get("name")
    return isinstance(name, str) and _POST_ID.fullmatch(name) is not None


def _is_known(row: Row, newest_s: float, seen: Mapping[str, None]) -> bool:
    if row.get("stickied"):
        # Stickied posts are old, and stand among the new ones all the same.
        return False
    return row.get("name") in seen or _created_s(row) < newest_s - HELD_BACK_S


def _created_s(row: Row) -> float:
    created = row.get("created_utc")
    # NaN is within no bounds.
    if isinstance(created, int | float) and 0 < created < _LATEST_S:
        return float(created)
    return 0.0


def _post(row: Row, now_ms: int) -> Post | None:
    title, body = str(row.get("title") or ""), str(row.get("selftext") or "")
    is_gone = row.get("removed_by_category") or title in _GONE or body in _GONE
    if row.get("stickied") or is_gone:
        return None
    text = plain_text(title, _LINK.sub(r"\1", body), markup=False)
    if not text:
        return None
    permalink = str(row.get("permalink") or "")
    is_path = permalink.startswith("/r/") and permalink.isprintable()
    author = str(row.get("author") or "")
    return Post(
        post_id=row["name"],
        text=text,
        published_ms=publication_time(row.get("created_utc"), now_ms),
        author="" if author in _GONE else plain_text(author, markup=False, longest=200),
        url=REDDIT_URL + permalink[:1_000] if is_path else "",
    )


def _newest_s(cursor: Cursor) -> float:
    newest = cursor.get("newest_s", 0.0)
    return _created_s({"created_utc": newest})


def _seen(cursor: Cursor) -> dict[str, None]:
    """Ids, newest first; empty for a cursor that is not ours."""
    seen: Any = cursor.get("seen", ())
    fits = isinstance(seen, list | tuple)
    return dict.fromkeys(name for name in seen if isinstance(name, str)) if fits else {}
