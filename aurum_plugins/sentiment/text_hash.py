"""What stays of a text when only its words count."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

_RETWEET: Final = re.compile(r"^(?:\s*rt\s+@\w+\s*:?)+", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:\bhttps?://|\bwww\.)\S+", re.IGNORECASE)
_APOSTROPHE: Final = re.compile(r"['’]")  # noqa: RUF001 - the typographic one is meant
# Numbers keep their parts together: 1.5 is not 15.
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")


def words_of(text: str) -> list[str]:
    """Words and numbers in order, lower case; without links, punctuation and "RT @somebody:".

    Examples
    --------
    >>> words_of("RT @x: Binance's fee is $60,000.50! https://t.co/abc")
    ['binances', 'fee', 'is', '60000.50']
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _LINK.sub(" ", _RETWEET.sub(" ", plain))
    return [word.replace(",", "") for word in _WORD.findall(_APOSTROPHE.sub("", plain))]


def hash_of(words: list[str], text: str) -> str:
    """As `text_hash`, where the words are known."""
    # Without the spaces, so that "U.S." is "US". What has no words is only like itself.
    said = "".join(words) or text.strip()
    return hashlib.blake2b(said.encode(errors="replace"), digest_size=8).hexdigest()


def text_hash(text: str) -> str:
    """Sixteen hexadecimal digits.

    Alike for texts that differ in case, spaces, links and punctuation only.

    Examples
    --------
    >>> text_hash("BREAKING: U.S. sues  Binance") == text_hash("breaking us sues #Binance!")
    True
    """
    return hash_of(words_of(text), text)
