"""Which coins and exchanges a text is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.scoring.subject_names import (
    ABOUT,
    HINT,
    MARKETS,
    NOTHING,
    Name,
    SubjectNames,
    Sureness,
    load_subject_names,
)

# A word, with the sign of a tag before it, or a pair: "LINK/USDT".
_WORD: Final = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?P<sign>[$#]?)(?P<word>[A-Za-z][A-Za-z0-9]*(?:\.(?:io|com|ai|fun)\b)?|\u20bf)"
    r"(?:[/-](?P<quote>USDT|USDC|USD|EUR|BTC|ETH|PERP)\b)?"
)
_QUOTES: Final = ("USDT", "USDC", "USD", "PERP")
_SHORTEST_PAIR: Final = 6  # letters of "OPUSDT"
# Different words of which many make a text one about crypto.
_ENOUGH_HINTS: Final = 2
# With fewer words a text that has nothing but capitals does not shout.
_FEWEST_SHOUTED: Final = 4


class EntityLinker:
    """Finds coins and exchanges by name, ticker, tag and pair.

    "$LINK", "#LINK", "LINK/USDT" and "Chainlink" always mean the coin, "link" never does, and
    "LINK" does unless everything is in capitals.
    """

    def __init__(self) -> None:
        self._names = load_subject_names()

    def subjects(self, text: str) -> tuple[str, ...]:
        """Tickers, "@" and names of exchanges, and `MARKET` where it is about crypto at all.

        Returns
        -------
        tuple of str
            Sorted; empty where it is about none of that.

        Examples
        --------
        >>> EntityLinker().subjects("Binance lists $NEAR; the end is near")
        ('*', '@binance', 'NEAR')
        """
        scan = _Scan(text, self._names)
        scan.run()
        if scan.found or scan.hints:
            scan.found |= scan.unsure
        if not scan.found and len(scan.hints) < _ENOUGH_HINTS:
            return ()
        return tuple(sorted((scan.found - {ABOUT}) | {MARKET}))

    def relevant(self, text: str) -> bool:
        """Whether anything in a text is a subject, or at least a word of the markets."""
        scan = _Scan(text, self._names)
        scan.run()
        return bool(scan.found or scan.unsure or scan.hints or scan.markets)


class _Scan:
    """One pass over one text."""

    def __init__(self, text: str, names: SubjectNames) -> None:
        self.found: set[str] = set()
        self.unsure: set[str] = set()
        self.hints: set[str] = set()
        self.markets = False
        self._text = text
        self._names = names
        matches = [match for match in _WORD.finditer(text) if match["word"]]
        self._words = [match["word"] for match in matches]
        self._lower = [word.lower() for word in self._words]
        self._tagged = [bool(match["sign"] or match["quote"]) for match in matches]
        self._shouts: bool | None = None

    def run(self) -> None:
        at, tickers = 0, self._names.tickers
        while at < len(self._words):
            word = self._words[at]
            upper = word.upper()
            if self._tagged[at] and upper in tickers:
                self.found.add(upper)
                at += 1
                continue
            length = 0
            for name in self._names.by_first_word.get(self._lower[at], ()):
                if self._holds(name, at):
                    self._take(name, self._lower[at])
                    length = max(length, 1 + len(name.rest))
                    if name.rest or name.subject == NOTHING:
                        break
            if length <= 1 and word == upper:
                self._ticker(upper)
            at += max(length, 1)

    def _holds(self, name: Name, at: int) -> bool:
        end = at + 1 + len(name.rest)
        if name.rest and tuple(self._lower[at + 1 : end]) != name.rest:
            return False
        if name.sureness is Sureness.CAPITALISED:
            return self._words[at][0].isupper()
        if name.sureness is Sureness.FOLLOWED:
            return end < len(self._lower) and self._lower[end] in self._names.followers
        return True

    def _take(self, name: Name, word: str) -> None:
        if name.subject == MARKETS:
            self.markets = True
        elif name.subject == HINT:
            self.hints.add(word)
        elif name.sureness is Sureness.CAPITALISED:
            self.unsure.add(name.subject)
        elif name.subject != NOTHING:
            self.found.add(name.subject)

    def _ticker(self, word: str) -> None:
        sureness = self._names.tickers.get(word)
        if sureness is None:
            self.found.update(self._joined(word))
        elif sureness is not Sureness.NEVER and not self._is_shouted():
            (self.found if sureness is Sureness.CAPITALS else self.unsure).add(word)

    def _joined(self, word: str) -> Iterator[str]:
        """The base of a pair in one word: "LINKUSDT"."""
        if len(word) < _SHORTEST_PAIR:
            return
        for quote in _QUOTES:
            base = word.removesuffix(quote)
            if base != word and base in self._names.tickers:
                yield base
                return

    def _is_shouted(self) -> bool:
        if self._shouts is None:
            words = [word for word in self._text.split() if word.isalpha()]
            self._shouts = len(words) >= _FEWEST_SHOUTED and all(word.isupper() for word in words)
        return self._shouts
