"""Texts of replies, as Telegram's HTML: what comes from outside is escaped, and none is too long.

A text that does not parse is not sent at all, so nothing is put into a reply but through here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.sentiment.one_line import one_line

# Telegram's limit is 4,096 after the markup is taken off; in UTF-16, as it counts.
LONGEST: Final = 4_000
_LONGEST_PART: Final = 600


def plain(text: object, longest: int = _LONGEST_PART) -> str:
    """Anybody's text in one line.

    Examples
    --------
    >>> plain("<b>BTC</b>")
    '&lt;b&gt;BTC&lt;/b&gt;'
    """
    return escape(one_line(str(text), longest), quote=False)


def bold(text: object, longest: int = _LONGEST_PART) -> str:
    """Anybody's text in one line, bold."""
    return f"<b>{plain(text, longest)}</b>"


def quoted(text: object, longest: int = _LONGEST_PART) -> str:
    """Anybody's text as code: nothing in it becomes a link, a name or a command."""
    return f"<code>{plain(text, longest)}</code>"


def fitted(head: Sequence[str], parts: Sequence[str] = (), tail: Sequence[str] = ()) -> str:
    r"""Lines that fit into one message; of `parts` as many as there is room for.

    Parameters
    ----------
    head, tail : sequence of str
        Always there; markup.
    parts : sequence of str
        One for each thing that is listed; markup, whole in itself.

    Examples
    --------
    >>> fitted(["Pairs"], ["BTC", "ETH"], ["That is all."])
    'Pairs\nBTC\nETH\nThat is all.'
    """
    # With room for the line that says how many are left out.
    room = LONGEST - 40 - sum(_length(line) + 1 for line in (*head, *tail))
    shown: list[str] = []
    for part in parts:
        room -= _length(part) + 1
        if room < 0:
            break
        shown.append(part)
    left_out = len(parts) - len(shown)
    more = [f"… and {left_out} more"] if left_out else []
    return "\n".join([*head, *shown, *more, *tail])


def unknown(value: float | None, words: Callable[[float], str]) -> str:
    """A figure in words; "not known" where there is none, or none that is finite.

    Examples
    --------
    >>> unknown(None, str), unknown(0.5, str)
    ('not known', '0.5')
    """
    return "not known" if value is None or not math.isfinite(value) else words(value)


def clock_time(at_ms: int, now_ms: int) -> str:
    """When something was, UTC: the time alone within a day, and how long ago.

    Parameters
    ----------
    at_ms, now_ms : int
        UTC milliseconds.

    Examples
    --------
    >>> clock_time(1_795_341_600_000, 1_795_341_690_000)
    '10:00:00 UTC, 90 s ago'
    """
    try:
        moment = datetime.fromtimestamp(at_ms / SECOND_MS, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"
    today = datetime.fromtimestamp(now_ms / SECOND_MS, UTC).date() == moment.date()
    shown = f"{moment:%H:%M:%S}" if today else f"{moment:%Y-%m-%d %H:%M}"
    return f"{shown} UTC, {elapsed(at_ms, now_ms)} ago"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
