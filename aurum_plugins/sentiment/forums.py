"""Which sources anybody may write in."""

from __future__ import annotations

from typing import Final

_FORUMS: Final = frozenset({"reddit", "x"})


def is_forum(source: str) -> bool:
    """Whether its authors are people of any kind; a news feed answers for what it prints.

    Examples
    --------
    >>> is_forum("reddit:CryptoCurrency"), is_forum("rss:coindesk")
    (True, False)
    """
    return source.partition(":")[0] in _FORUMS
