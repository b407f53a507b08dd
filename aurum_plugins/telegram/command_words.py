"""What stands behind a command."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from aurum_plugins.sentiment.one_line import one_line

BY_HAND: Final = "by hand"
MOST_DECISIONS: Final = 10
_LONGEST_REASON: Final = 300
_EVERY = "all"
_FLAT = "flat"


@dataclass(frozen=True)
class SwitchWords:
    """What is to be thrown or re-armed.

    Attributes
    ----------
    every_bot, flat : bool
    reason : str
        One line.
    """

    every_bot: bool
    flat: bool
    reason: str


def switch_words(words: Sequence[str], *, flat: bool) -> SwitchWords:
    """Read `[all] [flat] [reason]`, in either order; `flat` says whether that word means anything.

    Examples
    --------
    >>> switch_words(["flat", "prices", "look", "wrong"], flat=True)
    SwitchWords(every_bot=False, flat=True, reason='prices look wrong')
    """
    known = {_EVERY, _FLAT} if flat else {_EVERY}
    found: set[str] = set()
    for word in words:
        if word.lower() not in known - found:
            break
        found.add(word.lower())
    reason = one_line(" ".join(words[len(found) :]), _LONGEST_REASON)
    return SwitchWords(_EVERY in found, _FLAT in found, reason or BY_HAND)


@dataclass(frozen=True)
class WhyWords:
    """Which decisions are asked for.

    Attributes
    ----------
    pair : str
        As it was written; empty: every pair.
    number : int
        Of the newest decisions.
    """

    pair: str
    number: int


def why_words(words: Sequence[str]) -> WhyWords:
    """Read `[PAIR] [N]`.

    Examples
    --------
    >>> why_words(["btc/usdt", "3"])
    WhyWords(pair='btc/usdt', number=3)
    """
    pair = one_line(words[0], 40) if words else ""
    number = words[1] if len(words) > 1 else "1"
    # Of what int() takes: no sign, no underscore, not a thousand digits.
    plain = number.isascii() and number.isdigit() and len(number) <= 4  # noqa: PLR2004
    return WhyWords(pair, max(1, min(int(number), MOST_DECISIONS)) if plain else 1)


def meant(asked: str, known: Collection[str]) -> str | None:
    """Which of some pairs a word means: "BTC/USDT", "btc_usdt", or "btc" if only one has it.

    Examples
    --------
    >>> meant("btc", ["BTC/USDT", "ETH/USDT"])
    'BTC/USDT'
    """
    spelt = asked.upper().replace("_", "/", 1)
    for name in (asked, spelt):
        if name in known:
            return name
    of_coin = [pair for pair in known if pair.partition("/")[0] == spelt]
    return of_coin[0] if len(of_coin) == 1 else None
