"""Whether a text reports that something bad is happening."""

from __future__ import annotations

import re
from typing import Final

from aurum_plugins.sentiment.scored_item import Event, EventKind
from aurum_plugins.sentiment.scoring.event_guards import (
    DENIED,
    NEGATED,
    NOT_A_PRICE,
    NOT_NOW,
    TRIGGER,
)
from aurum_plugins.sentiment.scoring.event_patterns import PATTERNS, Pattern

_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]*)*[.!?]?")
_STRAIGHT: Final = str.maketrans({"\u2019": "'", "\u2018": "'"})
_AMOUNT: Final = re.compile(r"\$?(\d[\d,]*(?:\.\d+)?)\s?(k|thousand|m|mn|million|b|bn|billion)\b")
_FACTOR: Final = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6}
# US dollars and how severe a hack of at least so many is; percentages and a fall.
_BY_MONEY: Final = ((1e8, 1.0), (1e7, 0.8), (1e6, 0.6), (0.0, 0.3))
_BY_PERCENT: Final = ((50.0, 0.9), (30.0, 0.7), (20.0, 0.5), (12.0, 0.35))
_TRADING_PAIRS: Final = re.compile(r"\b(?:pairs?|perpetuals?|margin|contracts?|options|futures)\b")


class EventDetector:
    """Reads events that are reported as facts of now.

    A text that asks, denies, fears, remembers or undoes an event reports none.
    """

    def event(self, text: str) -> Event | None:
        """The most severe event that a text reports, or None.

        Examples
        --------
        >>> EventDetector().event("Exchange halts all withdrawals").kind.value
        'withdrawals halted'
        >>> EventDetector().event("Exchange denies it halted withdrawals") is None
        True
        """
        lower = text.lower().translate(_STRAIGHT)
        if not TRIGGER.search(lower) or DENIED.search(lower):
            return None
        worst: Event | None = None
        for match in _SENTENCE.finditer(lower):
            sentence = match[0].strip()
            if sentence.endswith("?") or NOT_NOW.search(sentence):
                continue
            for pattern in PATTERNS:
                event = _reported(pattern, sentence)
                if event is not None and (worst is None or event.severity > worst.severity):
                    worst = event
        return worst


def _reported(pattern: Pattern, sentence: str) -> Event | None:
    match = pattern.regex.search(sentence)
    if match is None or NEGATED.search(sentence[: match.start()]):
        return None
    severity = pattern.severity
    if pattern.sized == "money":
        severity = _by_money(sentence, severity)
    elif pattern.sized == "percent":
        severity = 0.0 if NOT_A_PRICE.search(sentence) else _step(float(match["size"]), _BY_PERCENT)
    elif pattern.kind is EventKind.DELISTING and _TRADING_PAIRS.search(sentence):
        severity = 0.0
    return Event(pattern.kind, severity) if severity > 0 else None


def _by_money(sentence: str, unknown: float) -> float:
    amounts = [
        float(number.replace(",", "")) * _FACTOR.get(unit, 1e9)
        for number, unit in _AMOUNT.findall(sentence)
    ]
    return _step(max(amounts), _BY_MONEY) if amounts else unknown


def _step(size: float, steps: tuple[tuple[float, float], ...]) -> float:
    return next((severity for least, severity in steps if size >= least), 0.0)
