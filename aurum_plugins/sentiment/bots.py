"""Authors that are machines, or behave like one."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.sentiment.scored_item import Suppression

MOST_AN_HOUR: Final = 10
# So many posts of one author that differ in their numbers only.
TEMPLATE_POSTS: Final = 3
TEMPLATE_MS: Final = DAY_MS
# Shorter ones are alike by accident.
TEMPLATE_WORDS: Final = 4
MOST_AUTHORS: Final = 20_000
MOST_POSTS: Final = 50

# "AutoModerator", "price_bot", "bot-news", "TickerBot"; not "abbot".
_BOT_NAME: Final = re.compile(
    r"(?i:^automoderator$)|(?i:(?:^|[\d_-])bot(?:$|[\d_-]))|[a-z0-9]B[oO][tT]\d*$"
)
_BOT_TEXT: Final = re.compile(
    r"\bi am a bot\b|\bi'm a bot\b|\bthis (?:action|comment|post) was performed automatically\b"
    r"|\bbeep boop\b|\bgiveaway\b.{0,80}\b(?:retweet|follow|wallet)\b"
    r"|\b(?:claim|connect) your\b.{0,40}\b(?:airdrop|wallet|tokens)\b"
    r"|\bdm me\b|\bjoin (?:our|my) (?:telegram|discord|signal)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Past:
    seen_ms: int
    skeleton: int | None


class Bots:
    """Tells which posts are not a person's opinion, by what was seen before.

    Remembers a day, and so many authors at most; not safe for several threads at once.
    """

    def __init__(self) -> None:
        self._authors: OrderedDict[str, deque[_Past]] = OrderedDict()

    def judge(
        self, forum: str, author: str, text: str, words: list[str], seen_ms: int
    ) -> Suppression | None:
        """Judge a post of a forum, and remember it.

        Parameters
        ----------
        forum : str
            Kind of the source, "reddit": names are unique in there.
        author : str
            Empty if not known: then only the text tells.
        text : str
        words : list of str
            As `text_hash.words_of` finds them.
        seen_ms : int
            UTC milliseconds; what was seen later plays no part.
        """
        posts = self.remember(forum, author, words, seen_ms) if author else 0
        if _BOT_NAME.search(author) or _BOT_TEXT.search(text) or posts >= TEMPLATE_POSTS:
            return Suppression.BOT
        if author and self._in_last_hour(forum, author, seen_ms) > MOST_AN_HOUR:
            return Suppression.FLOOD
        return None

    def remember(self, forum: str, author: str, words: list[str], seen_ms: int) -> int:
        """Remember a post; how many of its author were like it within a day, this one included."""
        key = f"{forum}:{author.casefold()}"
        past = self._authors.setdefault(key, deque(maxlen=MOST_POSTS))
        self._authors.move_to_end(key)
        while len(self._authors) > MOST_AUTHORS:
            self._authors.popitem(last=False)
        skeleton = _skeleton(words)
        past.append(_Past(seen_ms, skeleton))
        if skeleton is None:
            return 1
        return sum(
            one.skeleton == skeleton and seen_ms - TEMPLATE_MS < one.seen_ms <= seen_ms
            for one in past
        )

    def _in_last_hour(self, forum: str, author: str, seen_ms: int) -> int:
        past = self._authors[f"{forum}:{author.casefold()}"]
        return sum(seen_ms - HOUR_MS < one.seen_ms <= seen_ms for one in past)


def _skeleton(words: list[str]) -> int | None:
    """What a template leaves when its numbers are taken out."""
    rest = [word for word in words if not word[0].isdigit()]
    # Where there is no number, it is a duplicate or no template.
    if len(rest) == len(words) or len(rest) < TEMPLATE_WORDS:
        return None
    return hash(tuple(rest))
