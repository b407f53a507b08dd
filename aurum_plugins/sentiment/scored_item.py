"""An item with all that is made of it, when it is seen and never again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aurum_plugins.sentiment.post import Item

# Every item that is about crypto at all counts for the market as a whole.
MARKET: Final = "*"
# In front of the name of an exchange: "@binance".
EXCHANGE: Final = "@"


class Suppression(StrEnum):
    """Why an item is kept, and does not count."""

    DUPLICATE = "duplicate"
    FLOOD = "flood"
    BOT = "bot"
    OFF_TOPIC = "off topic"
    OLD = "old"


class EventKind(StrEnum):
    """What can move prices at once."""

    HACK = "hack"
    WITHDRAWALS_HALTED = "withdrawals halted"
    INSOLVENCY = "insolvency"
    DEPEG = "depeg"
    DELISTING = "delisting"
    LAWSUIT = "lawsuit"
    BAN = "ban"
    CHAIN_HALTED = "chain halted"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Event:
    """A bad event that a text reports as happening now.

    Attributes
    ----------
    kind : EventKind
    severity : float
        In (0, 1]: 1 is "exchange halts withdrawals".
    """

    kind: EventKind
    severity: float


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item, understood.

    Attributes
    ----------
    item : Item
    text_hash : str
        Sixteen hexadecimal digits, alike for texts that differ in case, spaces, links and
        punctuation only.
    subjects : tuple of str
        Sorted: tickers of coins, "@" and the name of an exchange, `MARKET` where it is about crypto
        at all. Empty: about none of that.
    score : float
        In [-1, 1]: how good it is for the price of what it is about. 0 is neutral.
    event : Event or None
    weight : float
        At least 0: how much it counts, by its source and its author; 0 where suppressed.
    suppressed : Suppression or None
    model : str
        Name and version of what scored it.
    """

    item: Item
    text_hash: str
    subjects: tuple[str, ...]
    score: float
    event: Event | None
    weight: float
    suppressed: Suppression | None
    model: str
