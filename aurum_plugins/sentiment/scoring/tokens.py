"""Texts, cut into words, numbers and punctuation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

# Numbers are alike, and so are percentages: "up %", "# in shorts".
NUMBER: Final = "#"
PERCENTAGE: Final = "%"
MULTIPLE: Final = "#x"

_TOKEN: Final = re.compile(
    r"""
    (?:https?://|www\.)\S+                                              # dropped
    | (?P<abbreviation>(?:[A-Za-z]\.){2,})
    | (?P<kept>[+\-]?[\#%](?!\w)|(?<!\w)@x\b|->|\u2192)                 # in word lists
    | (?<![\w$#@])(?P<word>[$\#@]?[A-Za-z][A-Za-z0-9_]*(?:'[A-Za-z]+)?)
    | (?<!\w)(?P<sign>[+\-\u2212]?)[$€£]?(?P<number>\d[\d,]*(?:\.\d+)?)
      (?:\s?(?P<percentage>%|percent\b|per\ cent\b|pct\b)
         |(?P<multiple>[xX]\b)
         |[kKmMbBtT][nN]?\b|\s(?:million|billion|trillion)\b)?
    | (?P<mark>[.!?;:,()"…\u2013\u2014|\n]|(?<=\s)-(?=\s))
    | (?P<picture>[\u2190-\u2bff\U0001f300-\U0001faff])
    """,
    re.VERBOSE,
)
_STRAIGHT: Final = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "`": "'", "\u200b": None}
)
_CONTRACTED: Final = frozenset({"it", "let", "what", "that", "here", "who", "there", "he", "she"})
_SIGNED: Final = {"+": "+%", "-": "-%", "\u2212": "-%", "": PERCENTAGE}


def tokens(text: str) -> list[str]:
    """Cut a text, lower-case.

    Hyphens separate words, possessive endings and the sign of a hashtag go, cashtags and names of
    users keep theirs, links vanish, curly quotes are straightened.

    Examples
    --------
    >>> tokens("Binance's fees fall 7.5%: #bullish for $BNB")
    ['binance', 'fees', 'fall', '%', ':', 'bullish', 'for', '$bnb']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(text.translate(_STRAIGHT)):
        read = _READ.get(match.lastgroup or "")
        if read is not None:
            found.append(read(match))
    return found


def _word(match: re.Match[str]) -> str:
    word = match["word"].lower()
    if word[0] == "#":
        return word[1:]
    if word.endswith("'s") and word[:-2] not in _CONTRACTED:
        return word[:-2]
    return word


_READ: Final[Mapping[str, Callable[[re.Match[str]], str]]] = {
    "word": _word,
    "mark": lambda match: match["mark"],
    "number": lambda _: NUMBER,
    "percentage": lambda match: _SIGNED[match["sign"]],
    "multiple": lambda _: MULTIPLE,
    "kept": lambda match: match["kept"],
    "picture": lambda match: match["picture"],
    "abbreviation": lambda match: match["abbreviation"].replace(".", "").lower(),
}
