"""What a bot has to know of its earlier self."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aurum_plugins.trading.entry_follow_up import Approved


@dataclass(frozen=True)
class Resumed:
    """What the journal tells at a start.

    Attributes
    ----------
    newest : mapping of str to int
        When the newest decided candle of each pair opened, UTC milliseconds.
    sent_ms : tuple of int
        When the last orders were approved, UTC milliseconds.
    approved : tuple of Approved
        Entries approved on the newest candles, whatever came of them: none may be ordered twice.
    unfinished : tuple of Approved
        Entries of which nobody wrote down what became of them.
    pending : tuple of (str, int)
        Entries that were wanted and never tried: pair and candle.
    """

    newest: Mapping[str, int] = field(default_factory=dict)
    sent_ms: tuple[int, ...] = ()
    approved: tuple[Approved, ...] = ()
    unfinished: tuple[Approved, ...] = ()
    pending: tuple[tuple[str, int], ...] = ()
