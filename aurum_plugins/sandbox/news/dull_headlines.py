"""Headlines that move nobody: a function of the seed and the time alone."""

from __future__ import annotations

from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.faults.draws import key_of
from aurum_plugins.sandbox.news.headline import Headline

# One headline in each of these, at a moment of its own.
SLOT_MS: Final = 4 * MINUTE_MS

_WHO: Final = (
    "Bitcoin developers",
    "Ethereum researchers",
    "Solana node operators",
    "XRP Ledger librarians",
    "Cardano translators",
    "Dogecoin maintainers",
    "Chainlink engineers",
    "Litecoin developers",
    "Makers of hardware wallets",
    "Crypto tax offices",
    "Students of a blockchain course",
    "Curators of a crypto museum",
)
_WHAT: Final = (
    "publish the notes of meeting {n}",
    "talk about the wording of page {n} of the documentation",
    "count {n} answers to a questionnaire",
    "show {n} photographs of a conference",
    "move the weekly call to {h}:00 UTC",
    "rename {n} files of a test suite",
    "tell how {n} visitors were seated",
    "translate a glossary of {n} words",
    "collect {n} questions for the next call",
    "list the speakers of day {h} of a workshop",
)


def dull_headlines(seed: int, now_ms: int, count: int) -> tuple[Headline, ...]:
    """The newest headlines, the newest first.

    Parameters
    ----------
    seed : int
        Fixes all of them.
    now_ms : int
        UTC milliseconds; none is of a later time.
    count : int
        0 or more.
    """
    slot = now_ms // SLOT_MS
    # That of the current slot may not be out yet.
    made = (_of_slot(seed, slot - back) for back in range(count + 1))
    return tuple(one for one in made if one.published_ms <= now_ms)[:count]


def _of_slot(seed: int, slot: int) -> Headline:
    draw = key_of("news", seed, slot)
    who, draw = _WHO[draw % len(_WHO)], draw // len(_WHO)
    what, draw = _WHAT[draw % len(_WHAT)], draw // len(_WHAT)
    title = f"{who} {what.format(n=2 + draw % 998, h=1 + draw % 23)}"
    draw //= 998 * 23
    # Feeds tell whole seconds.
    moment_ms = slot * SLOT_MS + draw % SLOT_MS // 1_000 * 1_000
    return Headline(f"dull-{seed}-{slot}", title, moment_ms)
