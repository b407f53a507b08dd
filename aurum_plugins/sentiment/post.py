"""What a source has to say, before and after somebody saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Longer texts are cut: what matters is said at the beginning.
LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Post:
    """A headline, a post or a tweet, as its source has it.

    Attributes
    ----------
    post_id : str
        Of the source, which uses it once.
    text : str
        Title and body, plain: no markup, no control characters, `LONGEST_TEXT` at most.
    published_ms : int or None
        UTC milliseconds by the source's own clock; None if it does not say.
    author : str
        Empty if not known.
    url : str
        Empty if there is none.
    reach : int or None
        Followers or karma of the author; None if not known.
    """

    post_id: str
    text: str
    published_ms: int | None = None
    author: str = ""
    url: str = ""
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A post that was seen.

    Attributes
    ----------
    source : str
        "rss:coindesk", "reddit:CryptoCurrency", "x:bitcoin".
    seen_ms : int
        UTC milliseconds by our clock. Nothing may use the item as of an earlier time, whenever it
        was published.
    post : Post
    """

    source: str
    seen_ms: int
    post: Post
