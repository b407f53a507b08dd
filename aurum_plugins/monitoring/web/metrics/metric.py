"""One figure of a bot under a name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

SECOND: Final = 1_000.0
# Of a whitelist that somebody let grow without bound.
MOST_PAIRS: Final = 500

# What is computed of other parts.
_BEHIND: Final = {"forecasts": ("newest",)}

# The values of the labels, and the figure; None: not known, so nothing is told.
Sample = tuple[tuple[str, ...], float | None]


@dataclass(frozen=True)
class Metric:
    """A gauge, or a counter, with the label `bot` and perhaps more.

    Attributes
    ----------
    name : str
        With its unit.
    words : str
        What it is; Prometheus shows it.
    part : str
        Field of the snapshot that it comes from: nothing is told while that could not be read.
    read : callable
        From a snapshot to its samples.
    labels : tuple of str
        Besides `bot`.
    is_counter : bool
        Whether it only rises while a bot runs; its name then ends in `_total`.
    """

    name: str
    words: str
    part: str
    read: Callable[[BotSnapshot], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    is_counter: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts of the snapshot that it comes from, directly or not."""
        return self.part, *_BEHIND.get(self.part, ())


def single(
    name: str,
    words: str,
    part: str,
    read: Callable[[BotSnapshot], float | None],
    *,
    is_counter: bool = False,
) -> Metric:
    """A metric with one sample a bot."""
    return Metric(name, words, part, lambda bot: (((), read(bot)),), (), is_counter)


def age_seconds(bot: BotSnapshot, at_ms: int | None) -> float | None:
    """Seconds from a moment to the snapshot; None and 0 mean that there was none."""
    return (bot.now_ms - at_ms) / SECOND if at_ms else None


def traded_pairs(bot: BotSnapshot) -> Collection[str]:
    """The whitelist: the pairs that may stand in labels, so that their number stays bounded."""
    pairs = bot.candles.report.pairs if bot.candles else ()
    return frozenset(each.pair for each in pairs[:MOST_PAIRS])
